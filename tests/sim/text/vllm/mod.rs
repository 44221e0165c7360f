//! vLLM's metrics. Per-request phases are recorded when a request finishes, first tokens and gaps as they happen,
//! and a request that its client dropped leaves no trace but its tokens.

mod api_servers;
mod config;
mod python;
mod rust;
mod v0;

use std::collections::{BTreeMap, HashMap};

use super::super::event::{Event, Gauges, Outcome, Reason};
use super::super::setup::Setup;
use super::hist::{Hist, one_two_five};
use super::version::{Flavour, Version};
use super::{EPOCH, Writer};
use api_servers::ApiServers;

const TTFT: [f64; 22] =
    [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0, 80.0, 160.0, 640.0, 2560.0];
const ITL: [f64; 19] = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0, 80.0];
const LATENCY: [f64; 21] =
    [0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 7680.0];
const STEP_TOKENS: [f64; 13] = [1.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0, 4096.0, 8192.0, 16384.0];
const N: [f64; 5] = [1.0, 2.0, 5.0, 10.0, 20.0];
const PREEMPTIONS: [f64; 7] = [1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 20.0];
const HTTP_FINE: [f64; 21] =
    [0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 7.5, 10.0, 30.0, 60.0];
const HTTP_COARSE: [f64; 3] = [0.1, 0.5, 1.0];

/// One data-parallel engine.
struct Engine {
    gauges: Gauges,
    /// Several API servers set a gauge at the first step.
    stepped: bool,
    preemptions: u64,
    prompt_tokens: u64,
    prompt_computed: u64,
    prompt_cached: u64,
    generated: u64,
    prefix_queries: u64,
    prefix_hits: u64,
    cached_at_admission: u64,
    mm_queries: u64,
    mm_hits: u64,
    success: BTreeMap<Reason, u64>,
    corrupted: u64,
    drafts: u64,
    draft_tokens: u64,
    accepted_at: Vec<u64>,
    prompt_len: Hist,
    generation_len: Hist,
    max_generation_len: Hist,
    max_tokens: Hist,
    computed_len: Hist,
    step_tokens: Hist,
    params_n: Hist,
    ttft: Hist,
    itl: Hist,
    tpot: Hist,
    e2e: Hist,
    queue: Hist,
    inference: Hist,
    prefill: Hist,
    decode: Hist,
    request_preemptions: Hist,
    /// V0's own throughput gauges: the last five seconds.
    recent: (f64, u64, u64),
    throughput: (f64, f64),
}

struct Http {
    ok: u64,
    client_error: u64,
    server_error: u64,
    request_bytes: f64,
    fine: Hist,
    coarse: Hist,
    frontend_s: f64,
}

pub struct Vllm<'a> {
    setup: &'a Setup,
    version: Version,
    engines: Vec<Engine>,
    http: Http,
    rejected: u64,
    /// Unix time at which the process started.
    started: f64,
    lora_update: f64,
    servers: ApiServers,
    /// Answers still to come of each client's request with several, by rank and number.
    open: HashMap<(usize, usize), u32>,
}

impl<'a> Vllm<'a> {
    pub fn new(setup: &'a Setup, version: Version) -> Vllm<'a> {
        let old = version.flavour == Flavour::V0 && version.minor < 8;
        let (ttft, itl, latency) = if old { (&TTFT[..16], &ITL[..13], &LATENCY[..15]) } else { (&TTFT[..], &ITL[..], &LATENCY[..]) };
        let lengths = one_two_five(f64::from(setup.server.max_model_len));
        let graph_sizes: Vec<f64> = [1.0, 2.0, 4.0].into_iter().chain((1..=32).map(|n| 8.0 * f64::from(n))).collect();
        let steps = if old { &graph_sizes[..] } else { &STEP_TOKENS[..] };
        let engine = || Engine {
            gauges: Gauges { kv_total: setup.server.kv_tokens, ..Gauges::default() },
            stepped: false,
            preemptions: 0,
            prompt_tokens: 0,
            prompt_computed: 0,
            prompt_cached: 0,
            generated: 0,
            prefix_queries: 0,
            prefix_hits: 0,
            cached_at_admission: 0,
            mm_queries: 0,
            mm_hits: 0,
            success: BTreeMap::new(),
            corrupted: 0,
            drafts: 0,
            draft_tokens: 0,
            accepted_at: vec![0; setup.server.speculation.as_ref().map_or(0, |s| s.tokens as usize)],
            prompt_len: Hist::new(&lengths),
            generation_len: Hist::new(&lengths),
            max_generation_len: Hist::new(&lengths),
            max_tokens: Hist::new(&lengths),
            computed_len: Hist::new(&lengths),
            step_tokens: Hist::of(steps),
            params_n: Hist::of(&N),
            ttft: Hist::of(ttft),
            itl: Hist::of(itl),
            tpot: Hist::of(itl),
            e2e: Hist::of(latency),
            queue: Hist::of(latency),
            inference: Hist::of(latency),
            prefill: Hist::of(latency),
            decode: Hist::of(latency),
            request_preemptions: Hist::of(&PREEMPTIONS),
            recent: (0.0, 0, 0),
            throughput: (0.0, 0.0),
        };
        Vllm {
            setup,
            version,
            engines: setup.loads.iter().map(|_| engine()).collect(),
            http: Http {
                ok: 0,
                client_error: 0,
                server_error: 0,
                request_bytes: 0.0,
                fine: Hist::of(&HTTP_FINE),
                coarse: Hist::of(&HTTP_COARSE),
                frontend_s: 0.0,
            },
            rejected: 0,
            started: EPOCH - setup.server.uptime_s,
            lora_update: EPOCH - setup.server.uptime_s + 40.0,
            servers: ApiServers::new(setup, version),
            open: HashMap::new(),
        }
    }

    fn http_done(&mut self, seconds: f64) {
        self.http.fine.observe(seconds);
        self.http.coarse.observe(seconds);
    }

    fn finished(&mut self, rank: usize, reason: Reason, outcome: &Outcome) {
        let v0 = self.version.flavour == Flavour::V0;
        let pooling = self.setup.server.pooling;
        let last = self.answered(rank, outcome.parent);
        let engine = &mut self.engines[rank];
        *engine.success.entry(reason).or_insert(0) += 1;
        engine.corrupted += u64::from(outcome.corrupted);
        let output = f64::from(outcome.output);
        let scheduled = outcome.scheduled.unwrap_or(outcome.ended);
        let first = outcome.first_token.unwrap_or(outcome.ended);
        engine.prompt_len.observe(f64::from(outcome.prompt));
        engine.generation_len.observe(output);
        engine.max_generation_len.observe(if v0 { output.max(1.0) } else { output });
        if !pooling {
            engine.max_tokens.observe(f64::from(outcome.max_new));
        }
        engine.computed_len.observe(f64::from(outcome.prompt - outcome.cached));
        if last {
            engine.params_n.observe(f64::from(self.setup.loads[rank].answers.max(1)));
        }
        engine.e2e.observe(outcome.ended - outcome.arrived);
        // First QUEUED to first SCHEDULED: waits after a preemption are in the decode time.
        engine.queue.observe(scheduled - outcome.queued);
        engine.inference.observe(outcome.ended - scheduled);
        engine.prefill.observe(first - scheduled);
        engine.decode.observe(outcome.ended - first);
        engine.tpot.observe(if outcome.output > 1 { (outcome.ended - first) / (output - 1.0) } else { 0.0 });
        engine.request_preemptions.observe(f64::from(outcome.preemptions));
        if !last {
            return;
        }
        match reason {
            Reason::Error => self.http.server_error += 1,
            _ => self.http.ok += 1,
        }
        self.http_done(outcome.ended - outcome.arrived);
    }

    /// Whether this is the last answer to its client's request.
    fn answered(&mut self, rank: usize, parent: usize) -> bool {
        let answers = self.setup.loads[rank].answers.max(1);
        let open = self.open.entry((rank, parent)).or_insert(answers);
        *open -= 1;
        let last = *open == 0;
        if last {
            self.open.remove(&(rank, parent));
        }
        last
    }

    fn step(&mut self, at: f64, rank: usize, step: &super::super::event::Step) {
        let version = self.version;
        let v0 = version.flavour == Flavour::V0;
        let engine = &mut self.engines[rank];
        engine.generated += u64::from(step.generated);
        for (seconds, count) in &step.gaps {
            engine.itl.observe_many(*seconds, u64::from(*count));
        }
        let prompt = if v0 {
            step.prefill_tokens
        } else if version.since(25, 0) {
            step.completed_computed
        } else {
            step.completed_prompt
        };
        engine.stepped = true;
        if step.outputs > 0 {
            for part in self.servers.parts(step, prompt) {
                engine.step_tokens.observe(f64::from(part));
            }
        }
        // Up to 0.26 every failed attempt to admit a request counts its prompt as queried once more.
        if !v0 && !version.since(27, 0) {
            engine.prefix_queries += u64::from(step.retried_queries);
            engine.prefix_hits += u64::from(step.retried_hits);
        }
        let drafts = if step.drafted > 0 { u64::from(step.drafted) / (engine.accepted_at.len() as u64).max(1) } else { 0 };
        engine.drafts += drafts;
        engine.draft_tokens += u64::from(step.drafted);
        for (total, accepted) in engine.accepted_at.iter_mut().zip(&step.accepted_at) {
            *total += u64::from(*accepted);
        }
        engine.recent.1 += u64::from(step.prefill_tokens);
        engine.recent.2 += u64::from(step.generated);
        if at - engine.recent.0 >= 5.0 {
            let seconds = at - engine.recent.0;
            engine.throughput = (engine.recent.1 as f64 / seconds, engine.recent.2 as f64 / seconds);
            engine.recent = (at, 0, 0);
        }
        engine.gauges = step.gauges.clone();
        if self.setup.server.pooling {
            engine.gauges.running = 0;
            engine.gauges.kv_usage = 0.0;
        }
        self.servers.report_adapters(&engine.gauges, EPOCH + at);
        self.lora_update = EPOCH + at;
    }
}

impl Writer for Vllm<'_> {
    fn observe(&mut self, at: f64, rank: usize, event: &Event) {
        let v0 = self.version.flavour == Flavour::V0;
        match event {
            Event::Queued { prompt, images, image_hits, frontend_s, .. } => {
                let engine = &mut self.engines[rank];
                engine.mm_queries += u64::from(*images);
                engine.mm_hits += u64::from(*image_hits);
                self.http.request_bytes += 140.0 + 4.2 * f64::from(*prompt);
                let share = self.setup.server.frontend_s / frontend_s.max(1e-9);
                self.http.frontend_s += frontend_s * share.min(1.0);
            }
            Event::ClientError => {
                self.http.client_error += 1;
                self.http_done(0.004);
            }
            Event::Rejected => {
                self.rejected += 1;
                self.http.server_error += 1;
                self.http_done(0.003);
            }
            Event::Admitted { again, prompt, hit, .. } => {
                let engine = &mut self.engines[rank];
                if self.setup.server.prefix_caching && (!again || !self.version.since(11, 1)) {
                    engine.prefix_queries += u64::from(*prompt);
                    engine.prefix_hits += u64::from(*hit);
                    engine.cached_at_admission += u64::from(*hit);
                }
            }
            Event::FirstToken { ttft_s, prompt, cached, again, .. } => {
                let engine = &mut self.engines[rank];
                // V0 counts a recomputed prompt, and its first token, again.
                if !again || v0 {
                    engine.ttft.observe(*ttft_s);
                    engine.prompt_tokens += u64::from(*prompt);
                    engine.prompt_computed += u64::from(prompt - cached);
                    engine.prompt_cached += u64::from(*cached);
                }
            }
            Event::Finished { reason, outcome } => self.finished(rank, *reason, outcome),
            Event::Aborted { outcome } => {
                // The HTTP layer closes a stream that has begun as 2xx; the engine's metrics say nothing.
                if self.answered(rank, outcome.parent) {
                    self.http.ok += 1;
                    self.http_done(outcome.ended - outcome.arrived);
                }
            }
            Event::Preempted { .. } => self.engines[rank].preemptions += 1,
            Event::Step(step) => self.step(at, rank, step),
            Event::Idle(gauges) => {
                self.engines[rank].gauges = (**gauges).clone();
                self.engines[rank].throughput = (0.0, 0.0);
            }
            Event::Restarted => {
                let started = EPOCH + at - 20.0;
                *self = Vllm { started, lora_update: started, ..Vllm::new(self.setup, self.version) };
            }
            Event::Received { .. }
            | Event::Chunk { .. }
            | Event::Gap { .. }
            | Event::ChunkedPrefill { .. }
            | Event::GrammarCompiled { .. }
            | Event::Transferred { .. }
            | Event::TransferFailed => {}
        }
    }

    fn page(&mut self, now: f64) -> String {
        match self.version.flavour {
            Flavour::Python => self.python_page(now),
            Flavour::V0 => self.v0_page(),
            Flavour::Rust => self.rust_page(),
        }
    }
}
