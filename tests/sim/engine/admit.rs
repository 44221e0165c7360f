//! The way of a request from the HTTP handler into the queue, and out of it when the client gives up.

use super::*;

impl Engine<'_> {
    /// Arrivals go through the frontend, one at a time, and then into the engine's queue.
    pub(super) fn take_in(&mut self) {
        while let Some(at) = self.clock.pop(self.now) {
            self.arrive(at);
        }
        while let Some(id) = self.in_frontend.front().copied() {
            if self.requests[id].queued > self.now {
                break;
            }
            self.in_frontend.pop_front();
            self.enqueue(id);
        }
        while let Some(Reverse((at, id))) = self.compiling.peek().copied() {
            if at as f64 / 1e6 > self.now {
                break;
            }
            self.compiling.pop();
            if self.requests[id].place == Place::Waiting {
                self.waiting.push_back(id);
                self.waiting_live += 1;
            }
        }
    }

    fn arrive(&mut self, at: f64) {
        let mut request = workload::request(self.load, self.server, &mut self.draw, at);
        self.log.push((at, Event::Received { streaming: request.streaming }));
        if self.draw.chance(self.load.bad_request_share) {
            self.log.push((at, Event::ClientError));
            self.clock.answered(at);
            return;
        }
        if self.server.admission_limit.is_some_and(|limit| self.counted_for_admission() >= limit) {
            self.log.push((at, Event::Rejected));
            self.clock.answered(at);
            return;
        }
        let service = self.server.frontend_s * self.draw.between(0.6, 1.4) + if request.images > 0 { 0.05 } else { 0.0 };
        self.frontend_free = self.frontend_free.max(at) + service;
        request.queued = self.frontend_free;
        let parent = self.requests.len();
        request.parent = parent;
        if self.load.answers > 1 {
            // Its answers share its prompt, whatever the others ask.
            request.group = Some(u32::MAX - parent as u32);
            request.prefix_tokens = request.prompt;
        }
        for answer in 0..self.load.answers.max(1) {
            let mut request = request.clone();
            if answer > 0 {
                request.output = self.load.output.draw(&mut self.draw, self.load.max_new);
            }
            let id = self.requests.len();
            if let Some(patience) = self.load.patience_s {
                self.impatient.push(Reverse((micros(at + patience), id)));
            }
            self.requests.push(request);
            self.in_frontend.push_back(id);
        }
    }

    fn counted_for_admission(&self) -> u32 {
        let queued = self.waiting_live + self.in_frontend.len() as u32;
        match self.server.policy {
            Policy::Sglang => queued,
            _ => queued + self.running.len() as u32,
        }
    }

    fn enqueue(&mut self, id: usize) {
        let (queued, prompt, max_new, images, arrived) = {
            let r = &self.requests[id];
            (r.queued, r.prompt, r.max_new, r.images, r.arrived)
        };
        if self.requests[id].place == Place::Gone {
            return;
        }
        let image_hits = if images > 0 && self.draw.chance(0.05) { images } else { 0 };
        self.log.push((queued, Event::Queued { prompt, max_new, images, image_hits, frontend_s: queued - arrived }));
        self.requests[id].place = Place::Waiting;
        if self.server.role == Role::Decode {
            self.prealloc.push_back(id);
            return;
        }
        if let Some(schema) = self.requests[id].schema {
            let compile = self.server.grammar.as_ref().map_or(0.0, |g| g.compile_s);
            let hit = schema != u32::MAX && self.compiled.contains(&schema);
            let seconds = if hit { 0.001 } else { compile * self.draw.between(0.8, 1.2) };
            self.compiled.insert(schema);
            let begins = if hit { queued } else { self.compiler_free.max(queued) };
            let ready = begins + seconds;
            if !hit {
                self.compiler_free = ready;
            }
            self.requests[id].deferred = true;
            self.log.push((ready, Event::GrammarCompiled { seconds, hit }));
            self.compiling.push(Reverse((micros(ready), id)));
            return;
        }
        self.waiting.push_back(id);
        self.waiting_live += 1;
    }

    /// Clients whose first token did not come in time hang up.
    pub(super) fn give_up(&mut self) {
        while let Some(Reverse((at, id))) = self.impatient.peek().copied() {
            if at as f64 / 1e6 > self.now {
                break;
            }
            self.impatient.pop();
            let request = &self.requests[id];
            if request.first_token.is_none() && request.place != Place::Gone {
                self.abort(id);
            }
        }
    }

    pub(super) fn abort(&mut self, id: usize) {
        let outcome = self.outcome(id);
        match self.requests[id].place {
            Place::Running => {
                self.running.retain(|other| *other != id);
                self.release(id);
            }
            Place::Waiting => {
                if self.waiting.contains(&id) {
                    self.waiting_live -= 1;
                }
            }
            Place::Frontend | Place::Gone => {}
        }
        self.requests[id].place = Place::Gone;
        self.clock.answered(self.now);
        self.emit(Event::Aborted { outcome });
    }

    /// Frees a request's memory; finished content stays as cache.
    pub(super) fn release(&mut self, id: usize) {
        let request = &mut self.requests[id];
        self.pool.give_back(request.own_blocks);
        request.own_blocks = 0;
        if request.pinned {
            request.pinned = false;
            if let Some(group) = request.group {
                self.pool.unpin(group);
            }
        }
    }

    /// Puts a running request back to the head of the queue; it will compute everything again.
    pub(super) fn preempt(&mut self, id: usize, to_front: bool) {
        let request = &mut self.requests[id];
        self.pool.discard(request.own_blocks);
        request.own_blocks = 0;
        request.target = request.prompt + request.generated;
        request.computed = 0;
        request.shared_tokens = 0;
        request.preemptions += 1;
        request.place = Place::Waiting;
        let (prompt, output) = (request.prompt, request.generated);
        let (pinned, group) = (std::mem::take(&mut request.pinned), request.group);
        if let (true, Some(group)) = (pinned, group) {
            self.pool.unpin(group);
        }
        if to_front {
            self.waiting.push_front(id);
        } else {
            self.waiting.push_back(id);
        }
        self.waiting_live += 1;
        self.emit(Event::Preempted { prompt, output });
    }

    /// The first live request of the queue.
    pub(super) fn head(&mut self) -> Option<usize> {
        while let Some(id) = self.waiting.front().copied() {
            if self.requests[id].place == Place::Waiting {
                return Some(id);
            }
            self.waiting.pop_front();
        }
        None
    }

    /// Tokens of this request's prompt that are in the cache; the last token is always computed.
    pub(super) fn hit(&self, id: usize) -> u32 {
        let request = &self.requests[id];
        let Some(group) = request.group else { return 0 };
        let block = self.server.block;
        let held = self.pool.cached_prefix(group) * block;
        held.min(request.prefix_tokens / block * block).min((request.target - 1) / block * block)
    }

    /// Takes the head of the queue into the batch, holding memory for `tokens` tokens. Returns the cache hit, or
    /// `None` when the memory is not there.
    pub(super) fn admit(&mut self, id: usize, tokens: u32, plan: &mut Plan) -> Option<u32> {
        let block = self.server.block;
        let hit = self.hit(id);
        let blocks = tokens.saturating_sub(hit).div_ceil(block);
        let group = self.requests[id].group;
        let pin = if hit > 0 { group.map_or(0, |g| self.pool.pin_cost(g)) } else { 0 };
        if blocks + pin > self.pool.available() {
            return None;
        }
        if hit > 0
            && let Some(group) = group
        {
            self.pool.pin(group);
            self.requests[id].pinned = true;
        }
        self.pool.take(blocks);
        let now = self.now;
        let request = &mut self.requests[id];
        let again = request.scheduled.is_some();
        request.own_blocks = blocks;
        request.shared_tokens = hit;
        request.computed = hit;
        if !again {
            request.scheduled = Some(now);
            request.cached = hit;
        }
        request.last_scheduled = now;
        request.place = Place::Running;
        let event = Event::Admitted { again, waited_s: now - request.queued, prompt: request.target, hit };
        plan.admitted += 1;
        plan.hit_tokens += hit;
        if again {
            plan.again_tokens += hit;
        }
        self.running.push(id);
        if self.waiting.front() == Some(&id) {
            self.waiting.pop_front();
        }
        self.waiting_live -= 1;
        self.emit(event);
        if self.load.answers > 1 && hit == 0 {
            // Blocks count as cached from their allocation on, so that the other answers of the step find them.
            self.publish(id);
        }
        Some(hit)
    }

    /// Makes sure that the request holds memory for `tokens` tokens.
    pub(super) fn grow(&mut self, id: usize, tokens: u32) -> bool {
        let request = &self.requests[id];
        let needed = tokens.saturating_sub(request.shared_tokens).div_ceil(self.server.block);
        let more = needed.saturating_sub(request.own_blocks);
        if more == 0 {
            return true;
        }
        if !self.pool.take(more) {
            return false;
        }
        self.requests[id].own_blocks += more;
        true
    }

    /// Takes a request that is not at the head out of the queue.
    pub(super) fn unqueue(&mut self, position: usize) {
        self.waiting.remove(position);
    }
}
