//! SGLang's metrics. Gauges are refreshed by a report at every prompt batch and every 40 decode steps; request
//! counters move when a request finishes; several counters do not exist before their first event.

mod counters;
mod gauges;
mod page;
mod requests;

use std::rc::Rc;

use super::super::event::{Event, Gauges, Step};
use super::super::setup::{Role, Setup};
use super::hist::Hist;
use super::version::Version;
use super::{EPOCH, Writer};

/// Decode steps between two reports (`--decode-log-interval`).
const LOG_INTERVAL: u32 = 40;
/// Seconds without work after which older releases report that they are idle.
const IDLE_REPORT_S: f64 = 30.0;
const TTFT: [f64; 18] = [0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 20.0, 40.0, 60.0, 80.0, 100.0, 200.0, 400.0];
const ITL: [f64; 23] =
    [0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.025, 0.03, 0.035, 0.04, 0.06, 0.08, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 2.0, 4.0, 6.0, 8.0];
const E2E: [f64; 22] =
    [0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 20.0, 40.0, 60.0, 80.0, 100.0, 200.0, 400.0, 600.0, 1200.0, 1800.0, 2400.0];
const E2E_OLD: [f64; 19] = [0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 20.0, 40.0, 60.0, 80.0, 100.0, 200.0, 400.0, 800.0];
const QUEUE: [f64; 40] = [
    0.0, 0.001, 0.005, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0,
    100.0, 200.0, 300.0, 400.0, 500.0, 600.0, 700.0, 800.0, 900.0, 1000.0, 1200.0, 1400.0, 1600.0, 1800.0, 2000.0, 2500.0, 3000.0,
];
const TOKENS: [f64; 35] = [
    100.0, 300.0, 500.0, 700.0, 1000.0, 1500.0, 2000.0, 3000.0, 4000.0, 5000.0, 6000.0, 7000.0, 8000.0, 9000.0, 10000.0, 12500.0, 15000.0,
    17500.0, 20000.0, 22500.0, 25000.0, 27500.0, 30000.0, 35000.0, 40000.0, 60000.0, 80000.0, 100000.0, 200000.0, 300000.0, 400000.0,
    600000.0, 800000.0, 1e6, 1.1e6,
];
const COMPILE: [f64; 17] = [0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 90.0, 120.0, 240.0];
const TRANSFER_MS: [f64; 12] = [1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0];
const TRANSFER_GB_S: [f64; 10] = [0.1, 0.5, 1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 200.0, 400.0];
const TRANSFER_MB: [f64; 9] = [1.0, 5.0, 10.0, 50.0, 100.0, 500.0, 1000.0, 5000.0, 10000.0];

const IMBALANCE: [f64; 14] = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0];
const SYNC_WAIT: [f64; 13] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0];

/// 0.001 · 1.62^k for k = 0 … 29.
fn stage_bounds() -> Rc<[f64]> {
    (0..30).map(|k| 0.001 * 1.62f64.powf(f64::from(k))).collect()
}

/// One scheduler (data-parallel rank).
struct Rank {
    /// The last report, and the state that the next one will show.
    shown: Gauges,
    live: Gauges,
    reported_at: f64,
    gen_throughput: f64,
    generated_at_report: u64,
    cache_hit_rate: f64,
    since_report: u32,
    idle_since: Option<f64>,
    generated: u64,
    /// Live token counters move with the reports.
    realtime_prefill: u64,
    realtime_cached: u64,
    realtime_decode: u64,
    effective_input: u64,
    effective_hit: u64,
    retracted: u64,
    retracted_shown: u64,
    retracted_input: u64,
    retracted_output: u64,
    evicted_tokens: u64,
    passes: [u64; 4],
    graph: bool,
    idle_s: f64,
    busy_s: f64,
    forward_s: f64,
    queue: Hist,
    stages: Vec<(&'static str, Hist)>,
    grammar: u64,
    grammar_hits: u64,
    compile: Hist,
    transfers: u64,
    transfer_failures: u64,
    transfer_ms: Hist,
    transfer_speed: Hist,
    transfer_mb: Hist,
    drafted: u64,
    accepted: u64,
    verified: u64,
    /// With data-parallel attention: tokens of the last step, of all steps, and those that the busiest rank ran beyond.
    last_tokens: u64,
    dp_scheduled: u64,
    dp_imbalance: u64,
    imbalance_ratio: Hist,
    sync_wait: Hist,
}

pub struct Sglang<'a> {
    setup: &'a Setup,
    version: Version,
    ranks: Vec<Rank>,
    requests: requests::Requests,
    bounds: Rc<[f64]>,
    /// When the process started, in simulated time.
    started: f64,
}

impl<'a> Sglang<'a> {
    pub fn new(setup: &'a Setup, version: Version) -> Sglang<'a> {
        let bounds = stage_bounds();
        Sglang {
            setup,
            version,
            ranks: setup.loads.iter().map(|_| Rank::new(setup, version)).collect(),
            requests: requests::Requests::new(version),
            bounds,
            started: -setup.server.uptime_s,
        }
    }

    fn stage(&mut self, rank: usize, name: &'static str, seconds: f64) {
        let stages = &mut self.ranks[rank].stages;
        let index = match stages.iter().position(|(stage, _)| *stage == name) {
            Some(index) => index,
            None => {
                stages.push((name, Hist::new(&self.bounds)));
                stages.len() - 1
            }
        };
        stages[index].1.observe(seconds);
    }

    fn step(&mut self, at: f64, rank: usize, step: &Step) {
        let version = self.version;
        let drafts = self.setup.server.speculation.as_ref().map_or(0, |s| s.tokens);
        let ranks = self.ranks.len();
        let r = &mut self.ranks[rank];
        r.live = step.gauges.clone();
        if let Some(since) = r.idle_since.take() {
            r.idle_s += (at - step.seconds - since).max(0.0);
        }
        r.generated += u64::from(step.generated);
        r.busy_s += step.seconds;
        r.forward_s += step.forward_s;
        r.graph = step.graph;
        r.evicted_tokens += u64::from(step.evicted_tokens);
        r.drafted += u64::from(step.drafted);
        r.accepted += step.accepted_at.iter().map(|n| u64::from(*n)).sum::<u64>();
        r.verified += u64::from(step.drafted.checked_div(drafts).unwrap_or(0));
        let tokens = u64::from(step.prefill_tokens + step.decode_sequences);
        r.last_tokens = tokens;
        if step.prefill_tokens > 0 {
            r.passes[3] += 1;
            r.realtime_prefill += u64::from(step.prefill_tokens);
            r.realtime_cached += u64::from(step.hit_tokens);
            let again = u64::from(step.again_tokens);
            r.effective_input += u64::from(step.prefill_tokens).saturating_sub(again);
            r.effective_hit += u64::from(step.hit_tokens).saturating_sub(again);
            let all = f64::from(step.prefill_tokens + step.hit_tokens);
            r.cache_hit_rate = f64::from(step.hit_tokens) / all.max(1.0);
            r.report(at, false);
        } else {
            r.passes[usize::from(!step.graph)] += 1;
            r.since_report += 1;
            if r.since_report >= LOG_INTERVAL {
                r.report(at, true);
                if !version.since(5, 20) {
                    r.cache_hit_rate = 0.0;
                }
            }
        }
        if ranks > 1 {
            self.balance(rank, tokens);
        }
        for (seconds, count) in &step.gaps {
            self.requests.itl.observe_many(*seconds, u64::from(*count));
        }
    }

    /// With data-parallel attention all ranks step together; what the busiest one has beyond this one is lost here.
    fn balance(&mut self, rank: usize, tokens: u64) {
        let top = self.ranks.iter().map(|r| r.last_tokens).max().unwrap_or(0);
        let mean = self.ranks.iter().map(|r| r.last_tokens).sum::<u64>() as f64 / self.ranks.len() as f64;
        let r = &mut self.ranks[rank];
        r.dp_scheduled += tokens;
        r.dp_imbalance += top - tokens;
        r.sync_wait.observe(4e-5 * (top - tokens) as f64);
        if rank == 0 {
            r.imbalance_ratio.observe(top as f64 / mean.max(1.0));
        }
    }
}

impl Rank {
    fn new(setup: &Setup, version: Version) -> Rank {
        let queue: Vec<f64> =
            if version.since(5, 12) { QUEUE.to_vec() } else { QUEUE.iter().copied().filter(|b| *b == 0.0 || *b >= 0.1).collect() };
        let first = Gauges {
            kv_total: setup.server.kv_tokens,
            new_token_ratio: (0.7 * setup.server.conservativeness).min(1.0),
            ..Gauges::default()
        };
        Rank {
            shown: first.clone(),
            live: first,
            reported_at: 0.0,
            gen_throughput: 0.0,
            generated_at_report: 0,
            cache_hit_rate: 0.0,
            since_report: 0,
            idle_since: Some(0.0),
            generated: 0,
            realtime_prefill: 0,
            realtime_cached: 0,
            realtime_decode: 0,
            effective_input: 0,
            effective_hit: 0,
            retracted: 0,
            retracted_shown: 0,
            retracted_input: 0,
            retracted_output: 0,
            evicted_tokens: 0,
            passes: [0; 4],
            graph: true,
            idle_s: 0.0,
            busy_s: 0.0,
            forward_s: 0.0,
            queue: Hist::of(&queue),
            stages: Vec::new(),
            grammar: 0,
            grammar_hits: 0,
            compile: Hist::of(&COMPILE),
            transfers: 0,
            transfer_failures: 0,
            transfer_ms: Hist::of(&TRANSFER_MS),
            transfer_speed: Hist::of(&TRANSFER_GB_S),
            transfer_mb: Hist::of(&TRANSFER_MB),
            drafted: 0,
            accepted: 0,
            verified: 0,
            last_tokens: 0,
            dp_scheduled: 0,
            dp_imbalance: 0,
            imbalance_ratio: Hist::of(&IMBALANCE),
            sync_wait: Hist::of(&SYNC_WAIT),
        }
    }

    fn report(&mut self, at: f64, decode: bool) {
        self.shown = self.live.clone();
        self.retracted_shown = self.retracted;
        self.realtime_decode = self.generated;
        if decode {
            let seconds = (at - self.reported_at).max(1e-6);
            self.gen_throughput = (self.generated - self.generated_at_report) as f64 / seconds;
            self.reported_at = at;
            self.generated_at_report = self.generated;
            self.since_report = 0;
        }
    }
}

impl Writer for Sglang<'_> {
    fn observe(&mut self, at: f64, rank: usize, event: &Event) {
        self.requests.observe(event);
        let prefill_role = self.setup.server.role == Role::Prefill;
        match event {
            Event::Queued { frontend_s, .. } => {
                let share = self.setup.server.frontend_s / frontend_s.max(1e-9);
                self.requests.frontend_s += frontend_s * share.min(1.0);
                self.stage(rank, "request_process", 4e-5);
            }
            Event::Admitted { again: false, waited_s, .. } => {
                self.ranks[rank].queue.observe(*waited_s);
                if self.setup.server.role == Role::Decode {
                    self.stage(rank, "decode_waiting", *waited_s);
                } else if !self.version.since(5, 10) {
                    self.stage(rank, "prefill_waiting", *waited_s);
                }
            }
            Event::FirstToken { prefill_s, again: false, prompt, .. } if *prompt > 0 => {
                self.stage(rank, "prefill_forward", *prefill_s);
            }
            Event::ChunkedPrefill { seconds } => self.stage(rank, "chunked_prefill", *seconds),
            Event::Preempted { prompt, output } => {
                let r = &mut self.ranks[rank];
                r.retracted += 1;
                r.retracted_input += u64::from(*prompt);
                r.retracted_output += u64::from(*output);
            }
            Event::GrammarCompiled { seconds, hit } => {
                let r = &mut self.ranks[rank];
                r.grammar += 1;
                r.grammar_hits += u64::from(*hit);
                if !hit {
                    r.compile.observe(*seconds);
                }
            }
            Event::Transferred { seconds, bytes, waited_s } => {
                let r = &mut self.ranks[rank];
                r.transfers += 1;
                r.transfer_ms.observe(seconds * 1e3);
                r.transfer_speed.observe(bytes / 1e9 / seconds.max(1e-6));
                r.transfer_mb.observe(bytes / 1e6);
                if prefill_role {
                    self.stage(rank, "prefill_transfer_kv_cache", *seconds);
                } else {
                    self.stage(rank, "decode_prepare", *waited_s);
                    self.stage(rank, "decode_transferred", *seconds);
                }
            }
            Event::TransferFailed => self.ranks[rank].transfer_failures += 1,
            Event::Step(step) => self.step(at, rank, step),
            Event::Idle(gauges) => {
                let at_once = self.version.since(5, 16);
                let r = &mut self.ranks[rank];
                r.live = (**gauges).clone();
                r.idle_since = Some(at);
                if at_once {
                    r.report(at, false);
                }
            }
            Event::Restarted => *self = Sglang { started: at, ..Sglang::new(self.setup, self.version) },
            _ => {}
        }
    }

    fn page(&mut self, now: f64) -> String {
        for rank in &mut self.ranks {
            if rank.idle_since.is_some_and(|since| now - since >= IDLE_REPORT_S) {
                rank.report(now, false);
                rank.gen_throughput = 0.0;
            }
        }
        self.print(now)
    }
}
