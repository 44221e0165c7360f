//! vLLM's V1 scheduler: running requests first, then the queue, within one token budget.

use super::*;

impl Engine<'_> {
    pub(super) fn plan_vllm_v1(&mut self) -> Plan {
        let mut plan = Plan::default();
        let mut budget = self.server.token_budget;
        let drafts = self.server.speculation.as_ref().map_or(0, |s| s.tokens);
        let mut preempted = false;
        let mut index = 0;
        while index < self.running.len() && budget > 0 {
            let id = self.running[index];
            let request = &self.requests[id];
            let tokens = if request.in_prefill() { (request.target - request.computed).min(budget) } else { (1 + drafts).min(budget) };
            let wanted = request.computed + tokens;
            let mut fits = self.grow(id, wanted);
            while !fits {
                let Some(victim) = self.running.pop() else {
                    break;
                };
                self.preempt(victim, true);
                preempted = true;
                if victim == id {
                    break;
                }
                fits = self.grow(id, wanted);
            }
            if !fits {
                break;
            }
            plan.work.push(Work { id, tokens });
            budget -= tokens;
            index += 1;
        }
        if !preempted {
            self.admit_vllm_v1(&mut plan, budget);
        }
        plan
    }

    fn admit_vllm_v1(&mut self, plan: &mut Plan, mut budget: u32) {
        let mut adapters: HashSet<u32> = match self.server.lora_slots {
            Some(_) => self.running.iter().filter_map(|id| self.requests[*id].adapter).collect(),
            None => HashSet::new(),
        };
        let mut position = 0;
        while budget > 0 && (self.running.len() as u32) < self.server.max_num_seqs {
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
                self.requests[id].deferred = true;
                position += 1;
                continue;
            }
            // The whole prompt must fit before its first chunk is taken.
            let target = self.requests[id].target;
            let Some(hit) = self.admit(id, target, plan) else {
                plan.retried_queries += target;
                plan.retried_hits += self.hit(id);
                break;
            };
            if position > 0 {
                self.unqueue(position);
            }
            if let Some(adapter) = self.requests[id].adapter {
                adapters.insert(adapter);
            }
            let tokens = (target - hit).min(budget);
            plan.work.push(Work { id, tokens });
            budget -= tokens;
        }
    }
}
