//! Prefill and decode on separate servers: the cache of a prompt travels over a link.

use super::*;

impl Engine<'_> {
    /// On a decode server: room for the prompt first, then the transfer, then the batch.
    pub(super) fn advance_transfers(&mut self) {
        if self.server.role == Role::Unified {
            return;
        }
        while let Some(id) = self.prealloc.front().copied() {
            if self.requests[id].place != Place::Waiting {
                self.prealloc.pop_front();
                continue;
            }
            let request = &self.requests[id];
            let answer = f64::from(request.max_new.min(4096)) * self.new_token_ratio;
            let wanted = request.prompt + 1;
            let waiting: f64 = self.running.len() as f64 * answer;
            if f64::from(self.pool.available()) < f64::from(wanted) + answer + waiting {
                break;
            }
            self.prealloc.pop_front();
            self.pool.take(wanted);
            self.requests[id].own_blocks = wanted;
            self.send(id);
        }
        while let Some((at, id)) = self.transfer.front().copied() {
            if at > self.now {
                break;
            }
            if self.server.role == Role::Decode && self.running.len() as u32 >= self.server.max_num_seqs {
                break;
            }
            self.transfer.pop_front();
            self.arrived(id, at);
        }
    }

    /// A prefill server sends the finished prompt and keeps its memory until that is done.
    pub(super) fn start_transfer(&mut self, id: usize) {
        self.running.retain(|other| *other != id);
        self.send(id);
    }

    fn send(&mut self, id: usize) {
        let link = &self.server.link;
        let bytes = f64::from(self.requests[id].prompt) * link.bytes_per_token;
        let seconds = bytes / (link.gigabytes_per_s * 1e9);
        let failed = self.draw.chance(link.failure_share);
        let begins = self.link_free.max(self.now);
        self.link_free = begins + seconds;
        let ready = self.link_free;
        let waited_s = self.now - self.requests[id].queued;
        self.log.push((ready, Event::Transferred { seconds: ready - self.now, bytes, waited_s }));
        if failed {
            self.log.push((ready, Event::TransferFailed));
        }
        self.transfer.push_back((ready, id));
    }

    fn arrived(&mut self, id: usize, at: f64) {
        if self.server.role == Role::Prefill {
            let stop = if self.requests[id].fate == Fate::Error { Reason::Error } else { Reason::Length };
            self.end(id, stop);
            return;
        }
        let now = self.now;
        let request = &mut self.requests[id];
        request.scheduled = Some(now);
        request.last_scheduled = now;
        request.place = Place::Running;
        request.computed = request.prompt;
        self.running.push(id);
        let waited_s = now - at;
        let prompt = self.requests[id].prompt;
        self.emit(Event::Admitted { again: false, waited_s, prompt, hit: 0 });
    }
}
