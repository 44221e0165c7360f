//! Queues that the dumps do not show at work: most of the time to the first token was spent waiting, and at an end of the window nobody
//! waits any more, or nobody waited yet.

use super::context::{Context, WORTH_OF_TTFT, WORTH_SECONDS};
use super::laws::one_token_a_step;
use super::words::requests_wait;
use crate::metrics::Unit;
use crate::signal::{BackendId, Distribution, Gauge, Observation};

/// A queue counts when queueing was this share of the time to first token.
const QUEUE_OF_TTFT: f64 = 0.5;
/// Fewer waiting requests may be arrivals of the last step.
const MANY: f64 = 5.0;

/// Queueing was at least half of the time to first token; `None` when one of the two is not known.
pub(super) fn queueing_leads(seen: &Observation) -> Option<bool> {
    let waited = seen.mean(Distribution::QueueTime);
    waited.zip(seen.mean(Distribution::Ttft)).map(|(waited, ttft)| waited.value >= QUEUE_OF_TTFT * ttft.value)
}

/// Seconds that a request waited on average. vLLM notes the time in queue when a request finishes, so that those which still run are not
/// in it: where somebody waits at a dump, what prompts and the front end do not explain of their first tokens was queueing as well.
fn waited(seen: &Observation) -> Option<(f64, &'static str)> {
    let mean = |distribution| seen.mean(distribution).map(|mean| mean.value);
    let queued = mean(Distribution::QueueTime)?;
    if queueing_leads(seen)? {
        return Some((queued, ""));
    }
    let first = mean(Distribution::Ttft)?;
    let front_end = mean(Distribution::E2e)? - queued - mean(Distribution::InferenceTime)?;
    let rest = first - mean(Distribution::PrefillTime)? - front_end.max(0.0);
    let seen_waiting = seen.gauge_span(Gauge::Waiting).is_some_and(|(_, most)| most >= 1.0);
    (seen_waiting && rest >= QUEUE_OF_TTFT * first).then_some((rest, "about "))
}

/// Queueing was most of the time to first token: sentences that say so and who waits at the dumps.
pub(super) fn queued_between(ctx: &Context<'_>) -> Option<String> {
    if !ctx.is_window() || ctx.seen.restarted() {
        return None;
    }
    let limit = ctx.thetas.ttft.as_ref().map_or(WORTH_SECONDS, |theta| WORTH_OF_TTFT * theta.seconds);
    let (waited, about) = waited(ctx.seen).filter(|(waited, _)| *waited >= limit)?;
    let first = ctx.seen.mean(Distribution::Ttft)?.value;
    let show = |seconds| Unit::Seconds.show(seconds);
    let ends = ends(ctx)?;
    Some(format!(
        "Requests queued between the dumps: {about}{} of {} to the first token on average. {ends}",
        show(waited.min(first)),
        show(first)
    ))
}

/// Somebody waits at both dumps, so that what is missing is not another look at the queue.
pub(super) fn seen_throughout(ctx: &Context<'_>) -> bool {
    ctx.seen.gauge_span(Gauge::Waiting).is_some_and(|(least, _)| least >= 1.0)
}

/// Who waits at the dumps, and what that shows.
fn ends(ctx: &Context<'_>) -> Option<String> {
    let before = ctx.seen.gauge_before(Gauge::Waiting)?.value;
    let now = ctx.seen.gauge(Gauge::Waiting)?.value;
    let shown = Unit::Count.show(before.max(now));
    Some(match (before >= 1.0, now >= 1.0) {
        (true, true) => format!("{} now; these dumps do not show for what.", requests_wait(now)),
        (false, false) => "Nobody waits at either dump, so they do not show for what.".to_owned(),
        (true, false) => format!("{shown} wait at the first dump and none at the last: one look at the queue does not show for what."),
        (false, true) => format!("None waits at the first dump and {shown} at the last: one look at the queue does not show for what."),
    })
}

/// Answers that a request of vLLM's V0 engine asks for on average, where that is several, and the sequences that those which run are.
pub(super) fn answers_of_each(seen: &Observation) -> Option<(f64, f64)> {
    const SEVERAL: f64 = 2.0;
    if seen.last.backend != BackendId::Vllm || one_token_a_step(seen) {
        return None;
    }
    let answers = seen.mean(Distribution::AnswersPerRequest).filter(|answers| answers.value >= SEVERAL)?.value;
    let running = seen.gauge(Gauge::Running).filter(|running| running.value >= 1.0)?.value;
    Some((answers, answers * running))
}

/// Nobody waited at the first dump, and many do at the last: how many.
#[must_use]
pub fn queue_formed(seen: &Observation) -> Option<f64> {
    let before = seen.gauge_before(Gauge::Waiting)?.value;
    let now = seen.gauge(Gauge::Waiting)?.value;
    (before < 1.0 && now >= MANY).then_some(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Diagnosis, Thetas, diagnose};
    use crate::signal::testing::{Build, window};
    use crate::slo::{Target, evaluate};

    /// 200 requests whose first token took 5 s, of which they waited `waited`.
    fn diagnosed(before: (f64, f64), now: (f64, f64), waited: f64) -> Diagnosis {
        let server = |(running, waiting): (f64, f64), requests: f64| {
            Build::new(BackendId::Vllm)
                .gauge(Gauge::Running, running)
                .gauge(Gauge::Waiting, waiting)
                .gauge(Gauge::KvUsage, 0.1)
                .latency(Distribution::QueueTime, requests, waited)
                .histogram(Distribution::Ttft, &[(1.0, 0.0), (10.0, requests), (f64::INFINITY, 0.0)], requests * 5.0)
        };
        let seen = window(server(before, 100.0), server(now, 300.0));
        let target = Target::new(None, "ttft.p95", "<=", 1.0, None).expect("a target");
        let statuses = evaluate(&seen, &[target]);
        diagnose(&seen, &statuses, &Thetas::of(&statuses, "test"))
    }

    #[test]
    fn a_queue_that_one_end_shows_is_named_with_what_to_do_next() {
        for (before, now, who) in [
            ((12.0, 28.0), (0.0, 0.0), "28 wait at the first dump"),
            ((0.0, 0.0), (13.0, 4.0), "4 at the last"),
            ((3.0, 0.0), (3.0, 0.0), "Nobody waits"),
        ] {
            let found = diagnosed(before, now, 4.5);
            let text = &found.headline.text;
            assert!(text.contains("4.5 s of 5 s") && text.contains(who) && !text.contains("measurable causes"), "{text}");
            let missed = found.findings.iter().find(|finding| finding.rule.id == "ttft-target-missed").expect("a symptom");
            assert!(missed.actions.iter().all(|action| action.change.contains("during the load")), "{:?}", missed.actions);
        }
    }

    #[test]
    fn without_a_wait_in_the_queue_nothing_is_said_of_one() {
        assert!(!diagnosed((12.0, 28.0), (0.0, 0.0), 0.4).headline.text.contains("queued"));
    }
}
