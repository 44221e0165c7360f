//! One sentence for the person on call, cause first.

use super::explain::Explanation;
use super::queueing::{answers_of_each, queue_formed, queued_between, seen_throughout};
use super::words::{requests_running, requests_wait};
use super::{Context, Finding, Headline, Role, Severity, StateKind, Symptom, SymptomSeen, frozen};
use crate::metrics::{Unit, counted};
use crate::signal::{Caveat, Gauge, Mode};
use crate::slo::{SloStatus, Verdict};

pub(super) fn headline(ctx: &Context<'_>, explanation: &Explanation) -> Headline {
    let leading = |finding: &&Finding| match finding.role {
        Role::Cause => true,
        Role::Symptom => true,
        Role::Risk | Role::Note => finding.severity >= Severity::Medium,
    };
    let cause = explanation.findings.iter().find(|finding| finding.role == Role::Cause);
    let Some(finding) = cause.or_else(|| explanation.findings.iter().find(leading)) else {
        return Headline { text: calm(ctx), rule: None, confidence: None };
    };
    let unexplained = |wanted: Symptom| explanation.unexplained.iter().find(|seen| seen.symptom == wanted);
    let text = match (finding.role, finding.explains.first().and_then(|wanted| unexplained(*wanted))) {
        (Role::Symptom, Some(seen)) => symptom(ctx, seen, unexplained(Symptom::Queue)),
        _ => finding.headline.clone(),
    };
    Headline { text, rule: Some(finding.rule), confidence: Some(finding.confidence.word) }
}

fn symptom(ctx: &Context<'_>, seen: &SymptomSeen, queue: Option<&SymptomSeen>) -> String {
    let what = match seen.symptom {
        Symptom::Ttft => "The first token comes too late",
        Symptom::Itl => "Tokens come too slowly",
        Symptom::E2e => "Requests take too long",
        Symptom::Availability => "Too many requests fail",
        Symptom::Throughput => "Throughput is below its target",
        Symptom::Queue => {
            if ctx.seen.last.has_caveat(Caveat::Pooling) {
                let wait = requests_wait(seen.value);
                return format!(
                    "{wait}. A server of embeddings or scores does not show how many it computes, so it is open for what they wait."
                );
            }
            let nothing_runs = ctx.seen.gauge(Gauge::Running).is_some_and(|running| running.value < 1.0);
            return if nothing_runs {
                format!("{} and nothing runs.", requests_wait(seen.value))
            } else {
                format!("{}, and the dump does not tell for what.", waiting(ctx, seen))
            };
        }
    };
    let numbers = format!("{} against {}", seen.shown, seen.unit.show(seen.limit));
    if let Some(queued) = queued_between(ctx).filter(|_| matches!(seen.symptom, Symptom::Ttft | Symptom::E2e)) {
        return format!("{what} ({numbers}). {queued}");
    }
    if seen.current {
        return format!("{what} ({numbers}); none of the measurable causes explains it.");
    }
    let now = match ctx.seen.gauge(Gauge::Waiting).map(|waiting| waiting.value) {
        Some(0.0) if ctx.state.kind == StateKind::Idle => " It is idle now.",
        Some(0.0) => " Nothing waits now.",
        _ => "",
    };
    let past = match seen.symptom {
        Symptom::Ttft => "The first token came too late",
        Symptom::Itl => "Tokens came too slowly",
        Symptom::E2e => "Requests took too long",
        Symptom::Availability => "Too many requests failed",
        Symptom::Throughput | Symptom::Queue => what,
    };
    if let Some(queue) = queue {
        // What is there now stands before what was: the queue is of this moment, the latency of the whole life of the process.
        return format!("{}. {past} since start ({numbers}).", waiting(ctx, queue));
    }
    format!("{past} since start ({numbers}).{now}")
}

/// `90 requests wait while 37 run`.
fn waiting(ctx: &Context<'_>, queue: &SymptomSeen) -> String {
    let shown = ctx.seen.gauge(Gauge::Running).filter(|_| !ctx.seen.last.has_caveat(Caveat::Pooling));
    let running = shown.map(|running| format!(" while {}", counted(running.value, "runs", "run")));
    format!("{}{}{}", requests_wait(queue.value), running.unwrap_or_default(), answers_words(ctx))
}

/// vLLM's V0 engine counts a request with n answers as one that runs and as n sequences against its limit.
fn answers_words(ctx: &Context<'_>) -> String {
    answers_of_each(ctx.seen).map_or_else(String::new, |(answers, sequences)| {
        format!(" (each asks for {} answers on average: {} sequences)", Unit::Count.show(answers), Unit::Count.show(sequences))
    })
}

fn calm(ctx: &Context<'_>) -> String {
    let shown = ctx.seen.gauge(Gauge::Running).filter(|_| !ctx.seen.last.has_caveat(Caveat::Pooling));
    let running = shown.map(|reading| requests_running(reading.value));
    match ctx.state.kind {
        StateKind::NoData | StateKind::Sleeping => ctx.state.sentence.clone(),
        StateKind::Stalled => format!("{} {}{}", ctx.state.sentence, frozen::one_request(ctx), frozen::sentence(ctx)),
        StateKind::Idle => format!("Idle: {} There is nothing to judge.", lower(&ctx.state.sentence)),
        StateKind::Active | StateKind::WarmingUp => {
            let undecided = ctx.slo.iter().filter(|status| matches!(status.verdict, Verdict::Undetermined | Verdict::NoData)).count();
            let targets = match (ctx.slo.len(), undecided) {
                (0, _) => String::new(),
                (_, 0) => ", every target is met".to_owned(),
                (all, _) => format!(", {undecided} of {all} targets cannot be decided{}", look_missed(ctx)),
            };
            // Too early for a cause, too much to call calm.
            if let Some(now) = queue_formed(ctx.seen) {
                let wait = requests_wait(now);
                return format!("A queue has formed between the dumps: {wait} now. Take a third dump to see whether it stays.");
            }
            if let Some(queued) = queued_between(ctx).filter(|_| !seen_throughout(ctx)) {
                return queued;
            }
            let when = if ctx.mode() == Mode::Snapshot { " in this dump" } else { "" };
            let waiting = match ctx.seen.gauge(Gauge::Waiting).map(|reading| reading.value) {
                Some(0.0) if aside(ctx) > 0.0 => format!("{} waiting beside the queue", Unit::Count.show(aside(ctx))),
                Some(0.0) => "none waiting".to_owned(),
                Some(value) => format!("{} waiting", Unit::Count.show(value)),
                None => "waiting unknown".to_owned(),
            };
            format!("No bottleneck found{when}: {}, {waiting}{targets}.", running.unwrap_or_else(|| "some requests running".to_owned()))
        }
    }
}

/// Too few requests to decide, and those that were seen lie beyond the target: what takes points off the score.
fn look_missed(ctx: &Context<'_>) -> String {
    let beyond = |status: &&SloStatus| {
        let least = status.interval.map(|(low, _)| low);
        status.verdict == Verdict::Undetermined
            && status.target.metric.distribution().is_some()
            && status.target.comparison.wants_low()
            && least.is_some_and(|least| least > status.target.value)
    };
    match ctx.slo.iter().filter(beyond).count() {
        0 => String::new(),
        1 => ", and one of them looks missed".to_owned(),
        several => format!(", and {several} of them look missed"),
    }
}

/// Requests that SGLang counts in no queue for capacity: they wait for a grammar, or for the other half of a disaggregated pair.
fn aside(ctx: &Context<'_>) -> f64 {
    const QUEUES: &[Gauge] = &[
        Gauge::GrammarQueue,
        Gauge::PrefillBootstrapQueue,
        Gauge::PrefillInflightQueue,
        Gauge::DecodePreallocQueue,
        Gauge::DecodeTransferQueue,
    ];
    QUEUES.iter().filter_map(|gauge| ctx.seen.gauge(*gauge)).map(|queue| queue.value).sum()
}

fn lower(sentence: &str) -> String {
    let mut sentence = sentence.to_owned();
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    sentence
}
