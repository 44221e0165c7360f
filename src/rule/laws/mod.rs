//! Derived signals that hold for every queueing system (L1–L11 of the handbook), with the inputs they came from.
//!
//! Over a window they speak of the window. In a snapshot only those that make sense over the whole process lifetime are given, and
//! their time base says so.

mod aborts;
mod latency;
mod memory;
mod population;
mod steps;

pub(in crate::rule) use memory::{capacity, lengths};
pub(in crate::rule) use steps::one_token_a_step;

use crate::metrics::{SourceLines, Unit};
use crate::signal::{Observation, Reading, Source, Span, TimeBase};

/// All laws of one observation; `None` where an input is missing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Laws {
    /// L1: decoding sequences on average, Σ inter-token time / Δt.
    pub decode_concurrency: Option<Reading>,
    /// L2: requests before their first token on average, Σ TTFT / Δt.
    pub before_first_token: Option<Reading>,
    /// Finished requests per second.
    pub finish_rate: Option<Reading>,
    /// L3: arrivals per second, finishes plus growth of the population.
    pub arrival_rate: Option<Reading>,
    /// L4 (Little): waiting requests on average, Σ queue time / Δt.
    pub queue_population: Option<Reading>,
    /// L4: seconds to drain the queue at the present rate.
    pub drain_seconds: Option<Reading>,
    /// L5: output rate over L1/mean(ITL); 1 when the metrics agree. Above 1 with speculation.
    pub token_identity: Option<Reading>,
    /// L7: memory work offered per second over KV capacity.
    pub kv_work: Option<Reading>,
    /// KV tokens that the running requests plus one would reserve at full length, over capacity.
    pub kv_reservation: Option<Reading>,
    /// L8: prefill work share, at most 1.
    pub prefill_share: Option<Reading>,
    /// L8: seconds of prefill per uncached prompt token.
    pub prefill_cost: Option<Reading>,
    /// Tokens of an engine step, on average.
    pub step_tokens: Option<Reading>,
    /// Seconds of an engine step while the engine works, on average; `None` where it does not follow from the steps.
    pub step_seconds: Option<f64>,
    /// L9: share of decode time spent in stalls, a lower bound.
    pub stall_share: Option<Reading>,
    /// L9: the gap from which a pause counts as a stall, seconds.
    pub stall_from: Option<f64>,
    /// L10: mean TTFT − mean queue time − mean prefill time, at least.
    pub frontend_gap: Option<Reading>,
    /// Requests that the gap is of: those whose first token, queue and prefill are all in the observation.
    pub frontend_requests: Option<f64>,
    /// L11: requests that got a first token and never finished nor run.
    pub hidden_aborts: Option<Reading>,
    /// L11: prompt tokens of requests that never finished.
    pub hidden_abort_tokens: Option<Reading>,
    /// Preemptions (or retractions) per finished request.
    pub preemptions_per_request: Option<Reading>,
}

impl Laws {
    #[must_use]
    pub fn of(seen: &Observation) -> Self {
        let mut laws = Laws::default();
        population::fill(seen, &mut laws);
        memory::fill(seen, &mut laws);
        latency::fill(seen, &mut laws);
        aborts::fill(seen, &mut laws);
        steps::fill(seen, &mut laws);
        laws
    }
}

/// A derived reading; not given unless finite.
fn derived(value: f64, unit: Unit, time_base: TimeBase, sources: &[&Source]) -> Option<Reading> {
    value.is_finite().then(|| Reading { value, unit, time_base, source: join(sources) })
}

/// One source that names all inputs.
pub(super) fn join(sources: &[&Source]) -> Source {
    let mut metric = String::new();
    let mut joined = Vec::new();
    for source in sources {
        if metric.split(" · ").any(|name| name == source.metric) {
            continue;
        }
        if !metric.is_empty() {
            metric.push_str(" · ");
        }
        metric.push_str(&source.metric);
        joined.push(&source.lines);
    }
    Source::new(metric, SourceLines::join(joined))
}

/// Seconds behind counts and sums: the window's, or the lifetime's when known.
fn span_seconds(seen: &Observation) -> Option<f64> {
    match seen.time_base() {
        TimeBase::Window(Span { seconds, .. }) | TimeBase::Lifetime(seconds) => seconds.filter(|seconds| *seconds > 0.0),
        TimeBase::Instant | TimeBase::Config => None,
    }
}
