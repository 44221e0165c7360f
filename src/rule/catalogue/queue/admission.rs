//! What the rules about the waiting queue have in common: which limit could have stopped admission, each known, excluded or unknown.

use crate::metrics::{Histogram, Unit};
use crate::rule::laws::capacity;
use crate::rule::{Basis, Case, Context, Missing, Queue, weight};
use crate::signal::{BackendId, Counter, Distribution, Gauge, Snapshot, TimeBase};
use crate::stats::quantile;

/// Full: the next allocation fails or preempts (own judgement; preemption dominates from 0.93 in simulation).
pub(super) const KV_FULL: f64 = 0.95;
/// Below this the cache has room: the saturated-replica limit of two gateways (GIE, WVA).
pub(super) const KV_ROOM: f64 = 0.80;
/// Fewest preemptions per finished request that mean pressure (own judgement; SGLang's tuning guide tolerates about one a minute).
pub(super) const PREEMPTIONS_PER_REQUEST: f64 = 0.05;
/// Share of capacity that running requests plus one would hold at full length, from which reserving schedulers stop admitting.
pub(super) const RESERVED: f64 = 0.80;
/// Share of steps in the highest token bucket from which the token budget is the limit (handbook Q03).
pub(super) const STEPS_AT_BUDGET: f64 = 0.5;
/// Share of deferred requests in the queue from which capacity is no remedy (handbook Q08).
pub(super) const DEFERRED_SHARE: f64 = 0.5;
/// Requests for full confidence (handbook 1.8).
pub(super) const REQUESTS_NEEDED: f64 = 30.0;
/// Steps whose tokens are mostly decodes say nothing of the budget: it takes this many tokens per running request.
const TOKENS_PER_RUNNING: f64 = 2.0;

/// The state of the queue and of each possible limit. `None` is unknown.
#[derive(Debug, Clone)]
pub(super) struct Admission {
    pub queue: Queue,
    /// Highest number of running requests seen, or the average of decoding ones when that is higher: the slots in use.
    pub slots: Option<f64>,
    /// Lowest and highest KV usage while somebody waited.
    pub kv: Option<(f64, f64)>,
    pub preempting: Option<bool>,
    /// KV usage at the limit, or less room than the next prompt needs.
    pub kv_full: Option<bool>,
    /// The running requests and the next one would reserve the cache (SGLang, TGI).
    pub reserved: Option<bool>,
    pub deferred: Option<bool>,
    pub at_budget: Option<bool>,
    /// Tokens already come at or above the threshold.
    pub slow_tokens: Option<bool>,
}

impl Admission {
    pub fn of(ctx: &Context<'_>) -> Result<Self, Missing> {
        let queue = ctx.queue()?;
        let kv = kv_while_waiting(ctx);
        let slots = slots(ctx);
        Ok(Admission {
            preempting: preempting(ctx),
            kv_full: kv.map(|kv| kv_full(ctx, kv)),
            reserved: reserved(ctx),
            deferred: deferred(ctx),
            at_budget: budget(ctx).map(|budget| budget.share >= STEPS_AT_BUDGET && budget.prefill && budget.pinned),
            slow_tokens: slow_tokens(ctx),
            queue,
            slots,
            kv,
        })
    }

    /// A case that opens with what every queue rule sees: requests that wait, for capacity.
    pub fn case(&self, ctx: &Context<'_>, basis: Basis) -> Case {
        let mut case = Case::new(ctx, basis);
        case = if ctx.is_window() {
            case.samples(ctx.requests().unwrap_or(REQUESTS_NEEDED).max(1.0), REQUESTS_NEEDED)
        } else {
            case.lacks(&Missing::second_snapshot())
        };
        if let Some(waiting) = ctx.gauge(Gauge::Waiting) {
            case = case.sees(gauge_weight(ctx), waiting);
        }
        if let Some(capacity) = ctx.gauge(Gauge::WaitingCapacity).filter(|evidence| evidence.value >= 1.0) {
            case = case.sees(weight::GAUGE_ONCE, capacity);
        }
        if self.deferred == Some(true) {
            case = case.against("Most of the waiting requests are deferred for another reason than capacity.");
        }
        case
    }

    /// `40`, the waiting requests.
    pub fn waiting(&self) -> String {
        Unit::Count.show(self.queue.now)
    }

    /// The sentence of a rule that looks at queues and sees none.
    pub fn no_queue(&self) -> Option<String> {
        if self.queue.standing {
            return None;
        }
        Some(match self.queue.now {
            0.0 => "Nothing waits.".to_owned(),
            now => format!("{} waiting is no standing queue.", Unit::Count.show(now)),
        })
    }

    /// Memory is known to be the nearer limit.
    pub fn memory_bound(&self) -> bool {
        [self.preempting, self.kv_full, self.reserved].contains(&Some(true))
    }
}

/// A gauge that was true at both ends of a window weighs more than one instant.
pub(super) fn gauge_weight(ctx: &Context<'_>) -> f64 {
    if ctx.is_window() { weight::GAUGE_SUSTAINED } else { weight::GAUGE_ONCE }
}

/// How long a request waits: the time to drain the queue, else the mean queue time since start; empty when neither is known.
pub(super) fn wait_words(ctx: &Context<'_>) -> String {
    const WORTH_SAYING: f64 = 0.05;
    if let Some(drain) = ctx.laws.drain_seconds.as_ref().filter(|drain| drain.value >= WORTH_SAYING) {
        return format!(" {}", Unit::Seconds.show(drain.value));
    }
    match ctx.seen.mean(Distribution::QueueTime).filter(|mean| mean.value >= WORTH_SAYING) {
        Some(mean) if ctx.is_window() => format!(" {}", Unit::Seconds.show(mean.value)),
        Some(mean) => format!(" ({} on average since start)", Unit::Seconds.show(mean.value)),
        None => String::new(),
    }
}

/// The snapshots at which somebody waited; the last one when none did.
fn busy_ends<'a>(ctx: &'a Context<'_>) -> Vec<&'a Snapshot> {
    let waits = |snapshot: &&Snapshot| snapshot.gauges.get(&Gauge::Waiting).is_some_and(|waiting| waiting.value >= 1.0);
    let ends: Vec<&Snapshot> = ctx.seen.first.iter().chain([&ctx.seen.last]).filter(waits).collect();
    if ends.is_empty() { vec![&ctx.seen.last] } else { ends }
}

/// Lowest and highest value of a gauge while somebody waited.
pub(super) fn while_waiting(ctx: &Context<'_>, gauge: Gauge) -> Option<(f64, f64)> {
    let mut span: Option<(f64, f64)> = None;
    for end in busy_ends(ctx) {
        let value = end.gauges.get(&gauge)?.value;
        span = Some(span.map_or((value, value), |(least, most)| (least.min(value), most.max(value))));
    }
    span
}

fn kv_while_waiting(ctx: &Context<'_>) -> Option<(f64, f64)> {
    while_waiting(ctx, Gauge::KvUsage)
}

/// The gauge may read one less than the limit, taken between a finish and the next step; the average of decoding sequences does not.
fn slots(ctx: &Context<'_>) -> Option<f64> {
    let (_, most) = while_waiting(ctx, Gauge::Running)?;
    let average =
        ctx.laws.decode_concurrency.as_ref().filter(|law| matches!(law.time_base, TimeBase::Window(_))).map_or(0.0, |law| law.value);
    let close = average > most && average <= most * 1.5 + 1.0;
    Some(if close { average.round().max(most) } else { most })
}

/// Preemptions inside the window; a lifetime count says nothing about now.
fn preempting(ctx: &Context<'_>) -> Option<bool> {
    if ctx.backend() == BackendId::Tgi {
        return Some(false);
    }
    ctx.need_window().ok()?;
    let count = ctx.seen.count(Counter::Preemptions)?;
    let per_request = ctx.laws.preemptions_per_request.as_ref()?;
    Some(count.value > 0.0 && per_request.value >= PREEMPTIONS_PER_REQUEST)
}

fn kv_full(ctx: &Context<'_>, (least, most): (f64, f64)) -> bool {
    let at_limit = most >= KV_FULL && least >= KV_ROOM;
    let no_room = free_tokens(ctx, least).zip(next_prompt(ctx)).is_some_and(|(free, prompt)| free < prompt);
    at_limit || no_room
}

fn free_tokens(ctx: &Context<'_>, usage: f64) -> Option<f64> {
    let capacity = capacity(ctx.seen)?;
    Some((1.0 - usage) * capacity.value)
}

/// Tokens that the next request needs at once: the prompt, and for TGI all that it may generate.
fn next_prompt(ctx: &Context<'_>) -> Option<f64> {
    let prompt = ctx.seen.mean(Distribution::PromptLength)?.value;
    let reserved = match ctx.backend() {
        BackendId::Tgi => ctx.seen.mean(Distribution::MaxNewTokens)?.value,
        BackendId::Vllm | BackendId::Sglang => 0.0,
    };
    Some(prompt + reserved)
}

fn reserved(ctx: &Context<'_>) -> Option<bool> {
    match ctx.backend() {
        BackendId::Vllm => Some(false),
        BackendId::Sglang => ctx.laws.kv_reservation.as_ref().map(|law| law.value >= RESERVED),
        BackendId::Tgi => match &ctx.laws.kv_reservation {
            Some(law) => Some(law.value >= RESERVED),
            None => reserved_plateau(ctx),
        },
    }
}

/// TGI exports no budget. Reservations that stand still within the size of the next request, while requests wait, are at the budget.
fn reserved_plateau(ctx: &Context<'_>) -> Option<bool> {
    ctx.need_window().ok()?;
    let (least, most) = while_waiting(ctx, Gauge::ReservedTokens)?;
    let next = next_prompt(ctx)?;
    let both_ends = busy_ends(ctx).len() > 1;
    (both_ends && least > 0.0).then_some(most - least <= next)
}

fn deferred(ctx: &Context<'_>) -> Option<bool> {
    match ctx.backend() {
        BackendId::Vllm => {
            let mut known = false;
            for end in busy_ends(ctx) {
                let deferred = end.gauges.get(&Gauge::WaitingDeferred)?.value;
                let waiting = end.gauges.get(&Gauge::Waiting)?.value;
                known = true;
                if deferred < DEFERRED_SHARE * waiting || deferred < 1.0 {
                    return Some(false);
                }
            }
            known.then_some(true)
        }
        BackendId::Sglang | BackendId::Tgi => Some(false),
    }
}

/// How full the engine's steps are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Budget {
    /// Share of steps in the highest bucket that holds any.
    pub share: f64,
    /// Upper bound of that bucket, tokens; infinite above the last bound.
    pub tokens: f64,
    /// Most of the tokens are prompt tokens rather than one per running sequence.
    pub prefill: bool,
    /// The steps of that bucket lie at its upper bound, as they do when a round budget cuts them off.
    pub pinned: bool,
}

/// The step histogram of the window (vLLM); in a snapshot it speaks of the lifetime and decides nothing.
pub(super) fn budget(ctx: &Context<'_>) -> Option<Budget> {
    let steps = ctx.seen.distribution(Distribution::StepTokens).filter(|steps| matches!(steps.time_base, TimeBase::Window(_)))?;
    let total = steps.histogram.observations().filter(|total| *total > 0.0)?;
    let mut below = (0.0, 0.0);
    let mut top = None;
    for bucket in &steps.histogram.buckets {
        if bucket.cumulative > below.1 {
            top = Some((below, bucket.upper, bucket.cumulative - below.1));
        }
        below = (bucket.upper, bucket.cumulative);
    }
    let ((lower, _), upper, count) = top?;
    let mean = mean_of_top(&steps.histogram, lower, count);
    let running = while_waiting(ctx, Gauge::Running).map_or(0.0, |(_, most)| most);
    Some(Budget {
        share: count / total,
        tokens: upper,
        prefill: mean.is_some_and(|mean| mean >= TOKENS_PER_RUNNING * running),
        pinned: upper.is_finite() && mean.is_some_and(|mean| mean >= 0.9 * upper),
    })
}

/// Highest possible mean of the top bucket's observations: the sum less the least that the others can hold.
fn mean_of_top(histogram: &Histogram, lower: f64, count: f64) -> Option<f64> {
    let mut rest = 0.0;
    let (mut floor, mut below) = (0.0_f64, 0.0);
    for bucket in histogram.buckets.iter().take_while(|bucket| bucket.upper <= lower) {
        rest += floor.max(1.0) * (bucket.cumulative - below);
        floor = bucket.upper;
        below = bucket.cumulative;
    }
    histogram.sum.map(|sum| (sum - rest) / count)
}

fn slow_tokens(ctx: &Context<'_>) -> Option<bool> {
    let theta = ctx.thetas.itl.as_ref()?;
    let gaps = ctx.seen.distribution(token_gaps(ctx.backend()))?;
    let median = quantile(&gaps.histogram, 0.5)?;
    Some(median.bracket.0 >= theta.seconds)
}

/// What stands for the gap between tokens.
pub(super) fn token_gaps(backend: BackendId) -> Distribution {
    match backend {
        BackendId::Vllm | BackendId::Sglang => Distribution::Itl,
        BackendId::Tgi => Distribution::DecodeCallTime,
    }
}
