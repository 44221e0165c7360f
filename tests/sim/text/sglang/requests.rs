//! What SGLang's tokenizer process counts: requests, tokens at their end, latencies, HTTP.

use super::super::super::event::{Event, Outcome};
use super::*;

/// Streaming or not: two series where the release has the label.
pub struct Requests {
    pub by_mode: [Mode; 2],
    pub aborted: u64,
    pub cached: u64,
    pub received: u64,
    pub responses: [u64; 4],
    pub itl: Hist,
    pub prompt_len: Hist,
    pub uncached_len: Hist,
    pub generation_len: Hist,
    pub frontend_s: f64,
    pub mean_queue: (f64, u64),
}

pub struct Mode {
    pub prompt_tokens: u64,
    pub generation_tokens: u64,
    pub requests: u64,
    pub ttft: Hist,
    pub e2e: Hist,
    pub tpot: Hist,
}

impl Requests {
    pub fn new(version: Version) -> Requests {
        let e2e: &[f64] = if version.since(5, 2) { &E2E } else { &E2E_OLD };
        let mode = || Mode {
            prompt_tokens: 0,
            generation_tokens: 0,
            requests: 0,
            ttft: Hist::of(&TTFT),
            e2e: Hist::of(e2e),
            tpot: Hist::of(&ITL),
        };
        Requests {
            by_mode: [mode(), mode()],
            aborted: 0,
            cached: 0,
            received: 0,
            responses: [0; 4],
            itl: Hist::of(&ITL),
            prompt_len: Hist::of(&TOKENS),
            uncached_len: Hist::of(&TOKENS),
            generation_len: Hist::of(&TOKENS),
            frontend_s: 0.0,
            mean_queue: (0.0, 0),
        }
    }

    pub fn observe(&mut self, event: &Event) {
        match event {
            Event::Received { .. } => self.received += 1,
            Event::ClientError => self.responses[1] += 1,
            Event::Rejected => self.responses[3] += 1,
            Event::Admitted { again: false, waited_s, .. } => {
                self.mean_queue.0 += waited_s;
                self.mean_queue.1 += 1;
            }
            // A non-streamed answer shows nothing to the frontend before its first chunk.
            Event::FirstToken { ttft_s, again: false, streaming: true, .. } => self.by_mode[1].ttft.observe(*ttft_s),
            Event::Chunk { ttft_s } => self.by_mode[0].ttft.observe(*ttft_s),
            Event::Gap { per_token_s, tokens } => self.itl.observe_many(*per_token_s, u64::from(*tokens)),
            Event::Finished { reason, outcome } => {
                let failed = *reason == super::super::super::event::Reason::Error;
                self.responses[if failed { 2 } else { 0 }] += 1;
                self.ended(outcome);
                let first = outcome.first_token.unwrap_or(outcome.ended);
                if outcome.output > 1 && !failed {
                    let mode = &mut self.by_mode[usize::from(outcome.streaming)];
                    mode.tpot.observe((outcome.ended - first) / f64::from(outcome.output - 1));
                }
            }
            Event::Aborted { outcome } => {
                self.aborted += 1;
                self.responses[0] += 1;
                self.ended(outcome);
            }
            _ => {}
        }
    }

    /// Aborted requests are in these too.
    fn ended(&mut self, outcome: &Outcome) {
        let mode = &mut self.by_mode[usize::from(outcome.streaming)];
        mode.requests += 1;
        mode.prompt_tokens += u64::from(outcome.prompt);
        mode.generation_tokens += u64::from(outcome.output);
        mode.e2e.observe(outcome.ended - outcome.arrived);
        self.cached += u64::from(outcome.cached);
        self.prompt_len.observe(f64::from(outcome.prompt));
        self.uncached_len.observe(f64::from(outcome.prompt - outcome.cached));
        self.generation_len.observe(f64::from(outcome.output));
    }

    pub fn in_flight(&self) -> u64 {
        self.received - self.responses.iter().sum::<u64>().min(self.received)
    }
}
