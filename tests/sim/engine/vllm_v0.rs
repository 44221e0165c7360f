//! vLLM's V0 scheduler: whole prompts in steps of their own, decodes otherwise.

use super::*;

/// Share of the blocks that V0 keeps free when it admits a prompt.
const WATERMARK: f64 = 0.01;

impl Engine<'_> {
    pub(super) fn plan_vllm_v0(&mut self) -> Plan {
        let mut plan = Plan::default();
        let mut budget = self.server.token_budget;
        let reserve = (f64::from(self.pool.total()) * WATERMARK) as u32;
        while (self.running.len() as u32) < self.server.max_num_seqs {
            let Some(id) = self.head() else { break };
            let target = self.requests[id].target;
            if target > budget && !plan.work.is_empty() {
                break;
            }
            if target.div_ceil(self.server.block) + reserve > self.pool.available() {
                break;
            }
            if self.admit(id, target, &mut plan).is_none() {
                break;
            }
            plan.work.push(Work { id, tokens: target });
            budget = budget.saturating_sub(target);
        }
        if !plan.work.is_empty() {
            return plan;
        }
        let mut index = 0;
        while index < self.running.len() {
            let id = self.running[index];
            let wanted = self.requests[id].computed + 1;
            let mut fits = self.grow(id, wanted);
            while !fits {
                let Some(victim) = self.running.pop() else {
                    break;
                };
                self.preempt(victim, true);
                if victim == id {
                    break;
                }
                fits = self.grow(id, wanted);
            }
            if !fits {
                break;
            }
            plan.work.push(Work { id, tokens: 1 });
            index += 1;
        }
        plan
    }
}
