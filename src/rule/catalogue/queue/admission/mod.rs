//! What the rules about the waiting queue have in common: which limit could have stopped admission, each known, excluded or unknown.

mod budget;
mod deferral;
mod memory;
mod ranks;
mod slots;

pub(super) use budget::{Budget, close_to_budget as is_budget, is_steady, lifetime_budget, prompts_lead};
pub(super) use deferral::adapters_take_turns;
pub(super) use memory::full_in_between;
pub(super) use ranks::free_elsewhere;
pub(in crate::rule) use slots::is_usual;
pub(super) use slots::{at_round, is_round};

use crate::metrics::{Unit, counted};
use crate::rule::laws::lengths;
use crate::rule::words::requests_wait;
use crate::rule::{Basis, Case, Context, Missing, Queue, weight};
use crate::signal::{BackendId, Counter, Distribution, Gauge, Reading, SATURATED, Snapshot, TimeBase};
use crate::stats::quantile;

/// Full: the next allocation fails or preempts (own judgement; preemption dominates from 0.93 in simulation).
pub(super) const KV_FULL: f64 = 0.95;
/// Below this the cache has room.
pub(super) const KV_ROOM: f64 = SATURATED;
/// Fewest preemptions per finished request that mean pressure (own judgement; SGLang's tuning guide tolerates about one a minute).
pub(super) const PREEMPTIONS_PER_REQUEST: f64 = 0.05;
/// Share of capacity that running requests plus one would hold at full length, from which reserving schedulers stop admitting.
pub(super) const RESERVED: f64 = 0.80;
/// Share of deferred requests in the queue from which capacity is no remedy (handbook Q08).
pub(super) const DEFERRED_SHARE: f64 = 0.5;
/// A token budget from which a full step is full of work (vLLM's guide: above 8192 for throughput).
pub(super) const LARGE_BUDGET: f64 = 8192.0;
/// Requests for full confidence (handbook 1.8).
const REQUESTS_NEEDED: f64 = 30.0;
/// Prefill work share from which prompts alone fill the hardware (handbook Q04).
pub(super) const PREFILL_SHARE: f64 = 0.8;
/// Share of decode time lost in gaps, from which prefill work shows in the decodes; by itself, and beside the work share.
const STALLS_ALONE: f64 = 0.5;
const STALLS_BESIDE: f64 = 0.3;

/// The state of the queue and of each possible limit. `None` is unknown.
#[derive(Debug, Clone)]
pub(super) struct Admission {
    pub queue: Queue,
    /// The slots in use: the highest number of running requests seen, or the average of decoding ones when that is a little higher.
    pub slots: Option<f64>,
    /// Running stood still while somebody waited; `None` when the window shows it at one end only.
    pub plateau: Option<bool>,
    /// Lowest and highest KV usage while somebody waited.
    pub kv: Option<(f64, f64)>,
    pub preempting: Option<bool>,
    /// KV usage at the limit, or less room than the next prompt needs.
    pub kv_full: Option<bool>,
    /// One dump of a nearly full cache that has thrown requests out before: what it lacks now it cannot show.
    pub pressed: bool,
    /// The running requests and the next one would reserve the cache (SGLang, TGI).
    pub reserved: Option<bool>,
    /// At least half of the waiting requests are deferred.
    pub deferred: Option<bool>,
    /// Those wait for slots like any others.
    pub deferred_for_slots: Option<bool>,
    /// A fair share of the requests never waited, over the window or since the start.
    pub some_ran_at_once: Option<bool>,
    pub budget: Option<Budget>,
    /// Computing prompts fills the time.
    pub prefill_bound: Option<bool>,
    /// Tokens already come at or above the threshold.
    pub slow_tokens: Option<bool>,
    /// Nobody says how slow is too slow.
    no_threshold: bool,
}

impl Admission {
    pub fn of(ctx: &Context<'_>) -> Result<Self, Missing> {
        let queue = ctx.queue()?;
        let kv = while_waiting(ctx, Gauge::KvUsage);
        let slots = slots::in_use(ctx);
        let plateau = slots.and_then(|slots| slots::plateau(ctx, slots));
        let budget = budget::of(ctx, slots);
        let prefill_bound = prefill_bound(ctx, budget.as_ref());
        Ok(Admission {
            preempting: memory::preempting(ctx),
            kv_full: kv.map(|kv| memory::full(ctx, kv)),
            pressed: kv.is_some_and(|kv| memory::pressed(ctx, kv)),
            reserved: memory::reserved(ctx, plateau, prefill_bound, kv),
            deferred: deferral::deferred(ctx),
            deferred_for_slots: deferral::for_slots(ctx, slots, plateau),
            some_ran_at_once: deferral::some_ran_at_once(ctx),
            slow_tokens: slow_tokens(ctx),
            no_threshold: ctx.thetas.itl.is_none(),
            queue,
            slots,
            plateau,
            kv,
            budget,
            prefill_bound,
        })
    }

    /// A case that opens with what every queue rule sees: requests that wait, for capacity.
    pub fn case(&self, ctx: &Context<'_>, basis: Basis) -> Case {
        let mut case = Case::new(ctx, basis);
        case = if ctx.is_window() {
            // One that still waits shows the queue as well as one that has had its first token.
            case.samples(ctx.requests().unwrap_or(REQUESTS_NEEDED) + self.queue.now, REQUESTS_NEEDED)
        } else {
            case.lacks(&Missing::second_snapshot())
        };
        if let Some(waiting) = ctx.gauge(Gauge::Waiting) {
            case = case.sees(gauge_weight(ctx), waiting);
        }
        if let Some(capacity) = ctx.gauge(Gauge::WaitingCapacity).filter(|evidence| evidence.value >= 1.0) {
            case = case.sees(weight::GAUGE_ONCE, capacity);
        }
        case = case.shows(ctx.gauge(Gauge::Running));
        if ctx.backend() == BackendId::Sglang && !ctx.is_window() {
            let reserved = ctx.law(
                &ctx.laws.kv_reservation,
                "law.kv_reservation",
                "KV share that the running requests and the next one need at full length",
            );
            case = case.shows(reserved);
        }
        case = case.shows(ctx.law(&ctx.laws.arrival_rate, "law.arrival_rate", "requests arriving per second"));
        match (self.deferred, self.deferred_for_slots) {
            (Some(true), Some(true)) => case = case.lacks(&what_deferred_lack()),
            (Some(true), _) => case = case.against("Most of the waiting requests are deferred, perhaps for another reason than capacity."),
            _ => {}
        }
        case
    }

    /// `40 requests wait`, or that they did where nobody does any more.
    pub fn waiting(&self) -> String {
        match (self.is_over(), self.queue.most >= 1.0) {
            (false, _) => requests_wait(self.queue.now),
            (true, true) => format!("{} at the first dump", counted(self.queue.most, "request waited", "requests waited")),
            (true, false) => "Requests waited between the dumps".to_owned(),
        }
    }

    /// Nobody waits at the last dump.
    pub fn is_over(&self) -> bool {
        self.queue.now < 1.0
    }

    /// Most of those that wait are deferred: a sentence when that is for another reason than capacity; not measurable when it is open.
    pub fn deferral(&self) -> Result<Option<&'static str>, Missing> {
        match (self.deferred, self.deferred_for_slots) {
            (Some(true), Some(false)) => Ok(Some("Most of the waiting requests are deferred for another reason than capacity.")),
            (Some(true), None) => Err(what_deferred_lack()),
            _ => Ok(None),
        }
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

    /// Requests wait at one end of the window only, which does not show what holds the running ones: as many run as nobody chooses for a
    /// limit, or few wait now and on average not one did, so that a long prompt may be in their way.
    pub fn seen_once(&self, ctx: &Context<'_>) -> Option<Missing> {
        let odd = self.slots.is_some_and(|slots| !is_usual(slots));
        let few = while_waiting(ctx, Gauge::Running).is_some_and(|(_, running)| self.queue.now < running);
        let hardly = few && self.queue.mean.is_some_and(|mean| mean < 1.0);
        (ctx.is_window() && self.plateau.is_none() && (odd || hardly)).then(|| {
            Missing::new(
                "a second look at the queue",
                "Requests wait at one of the dumps only, which does not show what holds the running ones. Take another dump while they wait.",
            )
        })
    }

    /// Memory is known to be the nearer limit.
    pub fn memory_bound(&self) -> bool {
        [self.preempting, self.kv_full, self.reserved].contains(&Some(true))
    }

    /// Steps are filled up to a budget small enough to be raised. With tokens as slow as the threshold a larger step is no remedy:
    /// compute is the limit then.
    pub fn small_budget(&self) -> Option<bool> {
        let small = self.budget.as_ref().map(|budget| budget.exhausted && budget.tokens < LARGE_BUDGET)?;
        match (small, self.slow_tokens) {
            (true, None) => self.no_threshold.then_some(true),
            (true, Some(slow)) => Some(!slow),
            (false, _) => Some(false),
        }
    }
}

pub(super) fn what_deferred_lack() -> Missing {
    Missing::new(
        "what the deferred requests wait for",
        "vLLM counts a request with a grammar, and one that an adapter once held up, as deferred until it runs, also when it only lacks a slot. \
         Two dumps a few seconds apart show whether the running ones stand still at a limit.",
    )
}

/// A gauge that was true at both ends of a window weighs more than one instant.
pub(super) fn gauge_weight(ctx: &Context<'_>) -> f64 {
    if ctx.is_window() { weight::GAUGE_SUSTAINED } else { weight::GAUGE_ONCE }
}

/// How long requests waited as the server timed it, and in a window how long the last in line will, when that is much longer: those who
/// left the queue came when it was shorter. Empty when neither is known.
pub(super) fn wait_words(ctx: &Context<'_>) -> String {
    const WORTH_SAYING: f64 = 0.05;
    const MUCH_LONGER: f64 = 1.5;
    let last = ctx.laws.drain_seconds.as_ref().map(|drain| drain.value).filter(|drain| *drain >= WORTH_SAYING);
    let mean = ctx.seen.mean(Distribution::QueueTime).map(|mean| mean.value).filter(|mean| *mean >= WORTH_SAYING);
    let show = |seconds| Unit::Seconds.show(seconds);
    match (mean, last) {
        (Some(mean), Some(last)) if last >= MUCH_LONGER * mean => format!(" {} (the last in line about {})", show(mean), show(last)),
        (Some(mean), _) if ctx.is_window() => format!(" {}", show(mean)),
        (Some(mean), _) => format!(" ({} on average since start)", show(mean)),
        (None, Some(last)) => format!(" (the last in line about {})", show(last)),
        (None, None) => String::new(),
    }
}

/// The snapshots at which somebody waited; the last one when none did.
fn busy_ends<'a>(ctx: &'a Context<'_>) -> Vec<&'a Snapshot> {
    let waits = |snapshot: &&Snapshot| snapshot.gauges.get(&Gauge::Waiting).is_some_and(|waiting| waiting.value >= 1.0);
    let ends: Vec<&Snapshot> = ctx.seen.first.iter().chain([&ctx.seen.last]).map(AsRef::as_ref).filter(waits).collect();
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

/// A large budget that is used up, or decodes that lose most of their time to prefills. In a snapshot neither speaks of now.
fn prefill_bound(ctx: &Context<'_>, budget: Option<&Budget>) -> Option<bool> {
    if let Some(budget) = budget.filter(|budget| budget.exhausted) {
        return Some(budget.tokens >= LARGE_BUDGET);
    }
    if prefill_only(ctx) {
        return Some(true);
    }
    let window = |law: &&Reading| matches!(law.time_base, TimeBase::Window(_));
    let work = ctx.laws.prefill_share.as_ref().filter(window).map(|law| law.value);
    let stalls = ctx.laws.stall_share.as_ref().filter(window).map(|law| law.value);
    match (work, stalls) {
        // SGLang counts its prefill passes, so that the work share needs no second witness.
        (Some(work), _) if counts_passes(ctx) => Some(work >= PREFILL_SHARE),
        (Some(work), Some(stalls))
            if (work >= PREFILL_SHARE && stalls >= STALLS_BESIDE) || (work >= STALLS_BESIDE && stalls >= STALLS_ALONE) =>
        {
            Some(true)
        }
        // Without its passes the work share of SGLang is an estimate that long gaps need not confirm: it runs no prompt beside decodes.
        (Some(work), Some(_)) => (ctx.backend() != BackendId::Sglang || work < PREFILL_SHARE).then_some(false),
        (None, Some(stalls)) => (stalls >= STALLS_ALONE).then_some(true),
        (_, None) => None,
    }
}

/// Answers of a token or two while ever more requests run: no limit holds them yet, and prompts are all that is computed.
pub(super) fn prefill_only(ctx: &Context<'_>) -> bool {
    const ANSWER_TOKENS: f64 = 2.0;
    let (Some(before), Some(now)) = (ctx.seen.gauge_before(Gauge::Running), ctx.seen.gauge(Gauge::Running)) else { return false };
    let answers = ctx.seen.count(Counter::Finished).filter(|finished| finished.value > 0.0).and_then(|_| lengths(ctx.seen));
    now.value > before.value && !ctx.seen.restarted() && answers.is_some_and(|(_, output)| output.value <= ANSWER_TOKENS)
}

fn counts_passes(ctx: &Context<'_>) -> bool {
    ctx.backend() == BackendId::Sglang && ctx.seen.count(Counter::Steps).is_some() && ctx.seen.mean(Distribution::PrefillTime).is_some()
}

fn slow_tokens(ctx: &Context<'_>) -> Option<bool> {
    let theta = ctx.thetas.itl.as_ref()?;
    let median = |distribution| quantile(&ctx.seen.distribution(distribution)?.histogram, 0.5);
    // A TGI whose every call computes prompts moves its decodes along in those.
    let calls = || median(Distribution::PrefillCallTime).filter(|_| ctx.backend() == BackendId::Tgi);
    let median = median(token_gaps(ctx)).or_else(calls)?;
    Some(median.bracket.0 >= theta.seconds)
}

/// What stands for the gap between tokens.
pub(super) fn token_gaps(ctx: &Context<'_>) -> Distribution {
    match ctx.backend() {
        BackendId::Vllm | BackendId::Sglang => ctx.seen.token_pace(),
        BackendId::Tgi => Distribution::DecodeCallTime,
    }
}
