//! What a queue may wait for, by the numbers of the moment. Where the totals since start name the same cause, these join them.

use super::{Context, Hypothesis, decide};
use crate::metrics::{Unit, counted};
use crate::rule::laws::{capacity, lengths, one_token_a_step};
use crate::rule::queueing::answers_of_each;
use crate::rule::words::requests_wait;
use crate::rule::{Symptom, catalogue};
use crate::signal::{BackendId, Caveat, Counter, Distribution, Gauge, Mode};

/// KV usage below which memory has room unless it is reserved.
const ROOM: f64 = 0.80;
/// A running request that gets less than this share of its usual tokens a second waits for prompts to be computed.
const SLOW_SHARE: f64 = 0.25;
/// Up to this long a request is on its way, not in a queue (vLLM's lowest bucket of the time in queue).
const WAITED_SECONDS: f64 = 0.3;
/// Full-length need of the running requests from which reserving schedulers begin to hold others back.
const RESERVING: f64 = 0.3;

/// The scheduler's gauges lag by some seconds of arrivals; this many more than they show lag no longer.
const UNSEEN_FACTOR: f64 = 2.0;
const UNSEEN_LEAST: f64 = 20.0;

pub(super) fn add(ctx: &Context<'_>, found: &mut Vec<Hypothesis>) {
    found.extend(unseen(ctx));
    let felt = ctx.symptoms.get(Symptom::Ttft).is_some() || !found.is_empty();
    if ctx.mode() == Mode::Snapshot && felt && found.iter().all(|other| other.rule.id != "slow-prefill") {
        found.extend(prefill(ctx));
    }
    let (Some(queue), Some(running)) = (ctx.symptoms.get(Symptom::Queue), ctx.seen.gauge(Gauge::Running)) else { return };
    let (waiting, running) = (queue.value, running.value);
    if ctx.seen.last.has_caveat(Caveat::Pooling) {
        let rivals = [pooled(ctx, waiting), pooled_budget(ctx)].into_iter().flatten();
        found.extend(rivals.filter(|rival| found.iter().all(|other| other.rule != rival.rule)).collect::<Vec<_>>());
        return;
    }
    let candidates = [
        standstill(ctx, waiting, running),
        compute(ctx, running),
        reserved(ctx),
        slots(ctx, running),
        full(ctx),
        budget(ctx, running),
        adapters(ctx, waiting, running),
        answers(ctx, waiting),
    ];
    for candidate in candidates.into_iter().flatten() {
        match found.iter_mut().find(|other| other.rule == candidate.rule) {
            Some(other) => {
                other.weight = other.weight.max(candidate.weight);
                other.supports.extend(candidate.supports);
                other.contradicts.extend(candidate.contradicts);
            }
            None => found.push(candidate),
        }
    }
}

fn possible(ctx: &Context<'_>, id: &str, weight: f64, supports: Vec<String>, contradicts: Vec<String>) -> Option<Hypothesis> {
    let rule = catalogue::find(id)?;
    Some(Hypothesis { rule, weight, supports, contradicts, decide: decide::decide(ctx, id) })
}

/// In one dump an engine that hangs looks like one that is busy; a queue longer than any before it points to the hang.
fn standstill(ctx: &Context<'_>, waiting: f64, running: f64) -> Option<Hypothesis> {
    if ctx.mode() != Mode::Snapshot || waiting <= running {
        return None;
    }
    let wait = requests_wait(waiting);
    let mut against = Vec::new();
    if let Some(reported) = ctx.seen.gauge(Gauge::GenerationThroughput).filter(|reported| reported.value > 0.0) {
        against.push(format!("It reported {} over its last steps, which may be old.", reported.unit.show(reported.value)));
    }
    if running < 1.0 {
        let supports = vec![format!("{wait} and nothing runs.")];
        return possible(ctx, "engine-stalled", 0.8, supports, against);
    }
    let times = ctx.seen.distribution(Distribution::QueueTime)?.histogram;
    let served = times.observations().filter(|served| *served > 0.0)?;
    let at_once = times.buckets.iter().find(|bucket| bucket.upper >= WAITED_SECONDS)?.cumulative;
    let waited = served - at_once;
    (waited < running)
        .then(|| {
            let (few, all) = (Unit::Count.show(waited), counted(served, "served request", "served requests"));
            vec![format!("{wait}, yet only {few} of {all} ever waited {WAITED_SECONDS} s: the queue is new.")]
        })
        .and_then(|supports| possible(ctx, "engine-stalled", 0.7, supports, against))
}

/// SGLang's HTTP server counts the requests that it has open as they come; its scheduler's gauges stand where they were when it hung.
fn unseen(ctx: &Context<'_>) -> Option<Hypothesis> {
    let open = ctx.seen.gauge(Gauge::HttpOpen)?.value;
    let inside = ctx.seen.gauge(Gauge::Running)?.value + ctx.seen.gauge(Gauge::Waiting)?.value;
    if ctx.mode() != Mode::Snapshot || inside < 1.0 || open < UNSEEN_FACTOR * inside + UNSEEN_LEAST {
        return None;
    }
    let (open, inside) = (counted(open, "HTTP request is open", "HTTP requests are open"), Unit::Count.show(inside));
    let supports = vec![format!("{open}, and the scheduler knows of {inside}: it has not looked at its queue for a while.")];
    possible(ctx, "engine-stalled", 0.6, supports, vec!["Its gauges may also be up to 30 s old.".to_owned()])
}

/// The hardware is what is left where neither slots nor memory are. Tokens as slow as their target speak for it, and running requests
/// that get hardly any now, because prompts are computed instead.
fn compute(ctx: &Context<'_>, running: f64) -> Option<Hypothesis> {
    ctx.seen.gauge(Gauge::KvUsage).filter(|usage| usage.value < ROOM && running >= 1.0)?;
    let gap = ctx.seen.mean(Distribution::Itl).filter(|gap| gap.value > 0.0)?.value;
    let (mut weight, mut supports, mut against) = (0.2, Vec::new(), Vec::new());
    if let Some(theta) = &ctx.thetas.itl {
        let pace = format!(
            "Tokens come every {} on average since start; the threshold is {}.",
            Unit::Seconds.show(gap),
            Unit::Seconds.show(theta.seconds)
        );
        if gap >= theta.seconds { supports.push(pace) } else { against.push(pace) }
    }
    let reported = ctx.seen.gauge(Gauge::GenerationThroughput).map(|reported| reported.value / running);
    if let Some(now) = reported.filter(|now| *now <= SLOW_SHARE / gap) {
        weight = 0.5;
        supports.push(format!(
            "Each of the {} running requests gets {} by the server’s own report, {} on average since start: it is computing prompts, or the \
             report is old.",
            Unit::Count.show(running),
            Unit::TokensPerSecond.show(now),
            Unit::TokensPerSecond.show(1.0 / gap)
        ));
        supports.extend(begun(ctx, running));
    }
    possible(ctx, "compute-saturated", weight, supports, against)
}

/// Tokens of a mean prompt and a mean answer. Old releases of SGLang count no requests, but time each that finishes.
fn length(ctx: &Context<'_>) -> Option<(f64, f64)> {
    if let Some((prompt, output)) = lengths(ctx.seen) {
        return Some((prompt.value, output.value));
    }
    let finished = ctx.seen.observations(Distribution::E2e).filter(|finished| *finished > 0.0)?;
    let each = |counter| ctx.seen.count(counter).map(|tokens| tokens.value / finished);
    each(Counter::PromptTokens).zip(each(Counter::OutputTokens))
}

fn begun(ctx: &Context<'_>, running: f64) -> Option<String> {
    let (prompt, output) = length(ctx)?;
    let each = ctx.seen.gauge(Gauge::KvUsedTokens)?.value / running;
    (each < prompt + 0.5 * output).then(|| {
        format!(
            "A running request holds {} of KV and a prompt has {} on average: most have only begun.",
            Unit::Tokens.show(each),
            Unit::Tokens.show(prompt)
        )
    })
}

/// Servers that reserve the whole answer stop admitting while little is in use.
fn reserved(ctx: &Context<'_>) -> Option<Hypothesis> {
    if ctx.backend() == BackendId::Vllm {
        return None;
    }
    let capacity = capacity(ctx.seen)?.value;
    let (prompt, output) = length(ctx)?;
    let need = (ctx.seen.gauge(Gauge::Running)?.value + 1.0) * (prompt + output) / capacity;
    let sentence = format!(
        "At the average length of finished requests the running ones need {} of the KV cache, which holds about {}.",
        Unit::Ratio.show(need),
        Unit::Tokens.show(capacity)
    );
    let used = ctx.seen.gauge(Gauge::KvUsage).filter(|usage| usage.value < ROOM)?;
    let in_use =
        format!("{} of it is in use; what clients ask for with max_new_tokens is reserved beside that.", used.unit.show(used.value));
    let (supports, against) = if need >= RESERVING { (vec![sentence, in_use], Vec::new()) } else { (vec![in_use], vec![sentence]) };
    possible(ctx, "over-reservation", 0.5 * need.clamp(0.1, 0.9), supports, against)
}

/// A server of embeddings or scores shows neither what runs nor what its memory holds.
fn pooled(ctx: &Context<'_>, waiting: f64) -> Option<Hypothesis> {
    let count = |counter| ctx.seen.count(counter).filter(|count| count.value > 0.0);
    let several = ctx.seen.last.has_caveat(Caveat::SeveralApiServers);
    let each = count(Counter::Finished).zip(count(Counter::Steps)).map(|(finished, steps)| finished.value / steps.value);
    let mut supports = vec![format!("{}; a server of embeddings or scores reads 0 running at any load.", requests_wait(waiting))];
    supports.extend(
        each.filter(|_| !several).map(|each| format!("A step has computed {} requests on average since start.", Unit::Count.show(each))),
    );
    possible(
        ctx,
        "sequence-limit",
        0.3,
        supports,
        vec!["A token budget that steps use up, or full hardware, looks the same in one dump.".to_owned()],
    )
}

fn pooled_budget(ctx: &Context<'_>) -> Option<Hypothesis> {
    let step = ctx.seen.mean(Distribution::StepTokens).filter(|_| !ctx.seen.last.has_caveat(Caveat::SeveralApiServers));
    let supports = step.map(|step| format!("A step has held {} on average since start.", Unit::Tokens.show(step.value)));
    possible(ctx, "token-budget-bound", 0.2, supports.into_iter().collect(), Vec::new())
}

/// How full a step is does not show, behind several API servers or on a part of a page, and prompts are most of what is computed.
fn budget(ctx: &Context<'_>, running: f64) -> Option<Hypothesis> {
    const PROMPTS_LEAD: f64 = 5.0;
    let shown = ctx.seen.mean(Distribution::StepTokens).is_some() && !ctx.seen.last.has_caveat(Caveat::SeveralApiServers);
    if shown || !one_token_a_step(ctx.seen) || running < 1.0 {
        return None;
    }
    ctx.seen.gauge(Gauge::KvUsage).filter(|usage| usage.value < ROOM)?;
    let prompt = ctx.seen.count(Counter::PromptTokensComputed).or_else(|| ctx.seen.count(Counter::PromptTokens))?.value;
    let each = prompt / ctx.seen.count(Counter::OutputTokens).filter(|output| output.value > 0.0)?.value;
    let weight = if catalogue::is_usual(running) { 0.25 } else { 0.35 };
    let sentence = format!(
        "{} prompt tokens were computed for each output token; how full a step is this page does not show.",
        Unit::Count.show(each)
    );
    (each >= PROMPTS_LEAD).then(|| possible(ctx, "token-budget-bound", weight, vec![sentence], Vec::new()))?
}

/// Few requests that ask for many answers each fill the sequence slots of vLLM's V0 engine.
fn answers(ctx: &Context<'_>, waiting: f64) -> Option<Hypothesis> {
    const MANY: f64 = 32.0;
    let (answers, sequences) = answers_of_each(ctx.seen).filter(|(_, sequences)| *sequences >= MANY)?;
    let sentence = format!(
        "A request asks for {} answers on average, and the V0 engine holds each of them as a sequence: those that run are {} sequences beside {} requests that wait.",
        Unit::Count.show(answers),
        Unit::Count.show(sequences),
        Unit::Count.show(waiting)
    );
    possible(ctx, "sequence-limit", 0.6, vec![sentence], Vec::new())
}

/// SGLang: adapters are served, and few requests run beside a long queue. The slots of the pool are full only until a request ends.
fn adapters(ctx: &Context<'_>, waiting: f64, running: f64) -> Option<Hypothesis> {
    let pool = ctx.seen.gauge(Gauge::LoraPoolUsage).filter(|pool| pool.value > 0.0 && waiting > running)?;
    ctx.seen.gauge(Gauge::KvUsage).filter(|usage| usage.value < ROOM)?;
    let sentence = format!(
        "{} of the adapter slots are taken now, {} beside {} that run.",
        pool.unit.show(pool.value),
        requests_wait(waiting),
        Unit::Count.show(running)
    );
    possible(ctx, "lora-thrash", 0.4 * pool.value.clamp(0.5, 1.0), vec![sentence], Vec::new())
}

/// Computing prompts was most of the time to first token since the start.
fn prefill(ctx: &Context<'_>) -> Option<Hypothesis> {
    const SHARE: f64 = 0.4;
    let mean = |distribution| ctx.seen.mean(distribution).map(|mean| mean.value);
    let prefill = mean(Distribution::PrefillTime).or_else(|| mean(Distribution::PrefillCallTime))?;
    let first = mean(Distribution::Ttft).or_else(|| Some(mean(Distribution::QueueTime)? + prefill))?;
    let (took, of) = (Unit::Seconds.show(prefill), Unit::Seconds.show(first));
    let sentence = format!("Computing the prompt took {took} of the {of} to the first token on average since start.");
    (prefill >= SHARE * first).then(|| possible(ctx, "slow-prefill", 0.15, vec![sentence], Vec::new()))?
}

fn slots(ctx: &Context<'_>, running: f64) -> Option<Hypothesis> {
    let usage = ctx.seen.gauge(Gauge::KvUsage).filter(|usage| usage.value < ROOM && running >= 1.0)?;
    let shown = Unit::Count.show(running);
    let supports =
        vec![format!("{} and the KV cache is {} full.", counted(running, "request runs", "requests run"), usage.unit.show(usage.value))];
    let (weight, against) = if catalogue::is_usual(running) {
        (0.3, Vec::new())
    } else {
        (0.15, vec![format!("{shown} is no number that people choose for a limit.")])
    };
    possible(ctx, "sequence-limit", weight, supports, against)
}

fn full(ctx: &Context<'_>) -> Option<Hypothesis> {
    let usage = ctx.seen.gauge(Gauge::KvUsage).filter(|usage| usage.value >= ROOM)?;
    possible(
        ctx,
        "kv-capacity-bound",
        0.4 * usage.value,
        vec![format!("The KV cache is {} full.", usage.unit.show(usage.value))],
        Vec::new(),
    )
}
