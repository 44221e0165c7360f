//! TGI's router: it reserves room for prompt and whole answer at admission and never takes it back.

use super::*;

/// Answers are generated in segments of this many tokens; no more is reserved.
const SEGMENT: u32 = 1024;
const WAITING_SERVED_RATIO: f64 = 0.3;
const MAX_WAITING_TOKENS: u32 = 20;

impl Engine<'_> {
    pub(super) fn reservation(&self, id: usize) -> u32 {
        let request = &self.requests[id];
        let answer = if self.server.policy == Policy::TgiChunked { request.max_new.min(SEGMENT) } else { request.max_new };
        request.prompt + answer.max(request.output) + self.server.speculation.as_ref().map_or(0, |s| s.tokens)
    }

    pub(super) fn plan_tgi_chunked(&mut self) -> Plan {
        let mut plan = Plan::default();
        let decoding = self.running.iter().filter(|id| !self.requests[**id].in_prefill()).count();
        let mut budget = self.server.token_budget.saturating_sub(decoding as u32).max(1);
        for id in self.running.clone() {
            let request = &self.requests[id];
            if request.in_prefill() {
                let tokens = (request.target - request.computed).min(budget);
                if tokens > 0 {
                    plan.work.push(Work { id, tokens });
                    budget -= tokens;
                }
            } else {
                plan.work.push(Work { id, tokens: 1 });
            }
        }
        let had_batch = !self.running.is_empty();
        self.reserve_from_queue(&mut plan, budget, true);
        if had_batch && plan.admitted > 0 {
            plan.merged = Some("chunking");
        }
        plan
    }

    pub(super) fn plan_tgi_plain(&mut self) -> Plan {
        let mut plan = Plan::default();
        let running = self.running.len();
        let exceeded = self.decodes_since_prefill >= MAX_WAITING_TOKENS;
        let pressed = f64::from(self.waiting_live) >= WAITING_SERVED_RATIO * running as f64;
        if running == 0 || exceeded || pressed {
            self.reserve_from_queue(&mut plan, self.server.token_budget, false);
            if running > 0 && plan.admitted > 0 {
                plan.merged = Some(if exceeded { "wait_exceeded" } else { "backpressure" });
            }
        }
        if plan.work.is_empty() {
            plan.work = self.running.iter().map(|id| Work { id: *id, tokens: 1 }).collect();
        }
        plan
    }

    /// Takes requests from the head of the queue while their reservation and their prompt fit; the first one that
    /// does not fit blocks the rest.
    fn reserve_from_queue(&mut self, plan: &mut Plan, mut budget: u32, chunks: bool) {
        let first = plan.admitted;
        while budget > 0 && (self.running.len() as u32) < self.server.max_num_seqs {
            let Some(id) = self.head() else { break };
            let prompt = self.requests[id].prompt;
            if !chunks && prompt > budget && plan.admitted > first {
                break;
            }
            if self.admit(id, self.reservation(id), plan).is_none() {
                break;
            }
            let tokens = if chunks { prompt.min(budget) } else { prompt };
            plan.work.push(Work { id, tokens });
            budget = budget.saturating_sub(tokens);
        }
    }
}
