//! SGLang's scheduler: a prompt batch whenever one can be formed, decodes otherwise, retraction when memory ends.

use super::*;

const FIRST_RATIO: f64 = 0.7;
const FLOOR_FACTOR: f64 = 0.14;
/// Answers are assumed to be no longer than this when memory is reserved for them.
const ESTIMATE_CAP: u32 = 4096;
const MAX_PREFILL_TOKENS: u32 = 16_384;
const RETRACT_STEPS: f64 = 20.0;

impl Engine<'_> {
    pub(super) fn first_ratio(&self) -> f64 {
        (FIRST_RATIO * self.server.conservativeness).min(1.0)
    }

    pub(super) fn plan_sglang(&mut self) -> Plan {
        let mut plan = Plan::default();
        if self.server.role != Role::Decode {
            self.prefill_batch(&mut plan);
        }
        if plan.work.is_empty() {
            self.decode_batch(&mut plan);
        }
        plan
    }

    fn prefill_batch(&mut self, plan: &mut Plan) {
        let mut chunk = self.server.token_budget;
        let mut input = MAX_PREFILL_TOKENS.max(self.server.token_budget);
        let mut room = f64::from(self.pool.available()) - self.running.iter().map(|id| self.growth(*id)).sum::<f64>();
        // A prompt that was cut goes on first.
        for id in self.running.clone() {
            let request = &self.requests[id];
            if request.in_prefill() {
                let tokens = (request.target - request.computed).min(chunk);
                if tokens > 0 && self.grow(id, self.requests[id].computed + tokens) {
                    plan.work.push(Work { id, tokens });
                    chunk -= tokens;
                    input = input.saturating_sub(tokens);
                    room -= f64::from(tokens);
                }
            }
        }
        let mut adapters: HashSet<u32> = match self.server.lora_slots {
            Some(_) => self.running.iter().filter_map(|id| self.requests[*id].adapter).collect(),
            None => HashSet::new(),
        };
        let mut position = 0;
        while chunk > 0 && input > 0 && (self.running.len() as u32) < self.server.max_num_seqs {
            if position == 0 && self.head().is_none() {
                break;
            }
            let Some(id) = self.waiting.get(position).copied() else {
                break;
            };
            if self.requests[id].place != Place::Waiting {
                position += 1;
                continue;
            }
            if let (Some(slots), Some(adapter)) = (self.server.lora_slots, self.requests[id].adapter)
                && !adapters.contains(&adapter)
                && adapters.len() as u32 >= slots
            {
                position += 1;
                continue;
            }
            let request = &self.requests[id];
            let answer = request.max_new.saturating_sub(request.generated).min(ESTIMATE_CAP);
            let (target, hit) = (request.target, self.hit(id));
            let estimate = f64::from(target - hit + answer);
            if estimate >= room && !(self.running.is_empty() && plan.work.is_empty()) {
                break;
            }
            let tokens = (target - hit).min(chunk);
            let Some(hit) = self.admit(id, hit + tokens, plan) else {
                break;
            };
            if position > 0 {
                self.unqueue(position);
            }
            if let Some(adapter) = self.requests[id].adapter {
                adapters.insert(adapter);
            }
            let tokens = (target - hit).min(chunk);
            plan.work.push(Work { id, tokens });
            chunk -= tokens;
            input = input.saturating_sub(tokens);
            room -= estimate;
        }
    }

    /// Memory that a running request is expected to still need.
    fn growth(&self, id: usize) -> f64 {
        let request = &self.requests[id];
        let rest = request.max_new.saturating_sub(request.generated).min(ESTIMATE_CAP);
        f64::from(rest) * self.new_token_ratio + f64::from(request.target.saturating_sub(request.computed))
    }

    fn decode_batch(&mut self, plan: &mut Plan) {
        let drafts = self.server.speculation.as_ref().map_or(0, |s| s.tokens);
        let needed = |count: usize| count as u32 * (1 + drafts);
        if self.pool.available() < needed(self.running.len()) {
            self.retract(needed);
        } else {
            let floor = self.first_ratio() * FLOOR_FACTOR;
            let fall = (self.first_ratio() - floor) / self.server.ratio_decay_steps;
            self.new_token_ratio = (self.new_token_ratio - fall).max(floor);
        }
        for id in self.running.clone() {
            let wanted = self.requests[id].computed + 1 + drafts;
            if !self.requests[id].in_prefill() && self.grow(id, wanted) {
                plan.work.push(Work { id, tokens: 1 + drafts });
            }
        }
    }

    /// Sends requests with the shortest answers back to the queue and raises the estimate.
    fn retract(&mut self, needed: impl Fn(usize) -> u32) {
        let mut order = self.running.clone();
        order.sort_by_key(|id| {
            let r = &self.requests[*id];
            (Reverse(r.generated), r.prompt)
        });
        while order.len() > 1 && self.pool.available() < needed(order.len()) {
            let Some(id) = order.pop() else { break };
            self.running.retain(|other| *other != id);
            self.preempt(id, false);
        }
        let made: f64 = order.iter().map(|id| f64::from(self.requests[*id].generated)).sum();
        let promised: f64 = order.iter().map(|id| f64::from(self.requests[*id].max_new)).sum();
        self.new_token_ratio = ((made + RETRACT_STEPS * order.len() as f64) / (promised + 1.0)).min(1.0);
    }
}
