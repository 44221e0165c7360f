//! The slots in use, for none of the servers exports how many there are.

use super::{busy_ends, while_waiting};
use crate::rule::Context;
use crate::signal::{BackendId, Counter, Distribution, Gauge, TimeBase};

/// Decoding sequences on average, as a share of the slots, from which the slots were full most of the time.
const BUSY: f64 = 0.7;
/// Slots that stand at a number leave the average this close to it.
const EXACT: (f64, f64) = (0.90, 1.02);
const EXACT_TGI: (f64, f64) = (0.98, 1.01);

/// The gauge may read one less than the limit, taken between a finish and the next step; the average of running sequences does not.
pub(super) fn in_use(ctx: &Context<'_>) -> Option<f64> {
    let (_, most) = while_waiting(ctx, Gauge::Running)?;
    let average = average(ctx).unwrap_or(0.0);
    Some(if average > most && average <= most + 1.0 { average.round().max(most) } else { most })
}

/// Sequences decoding on average over the window.
pub(super) fn average(ctx: &Context<'_>) -> Option<f64> {
    if ctx.backend() == BackendId::Tgi {
        return tgi_batch(ctx);
    }
    ctx.laws.decode_concurrency.as_ref().filter(|law| matches!(law.time_base, TimeBase::Window(_))).map(|law| law.value)
}

/// TGI: tokens per call. With chunked prefill a prefill call moves the decodes along too; without, it makes the first tokens only.
fn tgi_batch(ctx: &Context<'_>) -> Option<f64> {
    ctx.need_window().ok()?;
    let tokens = ctx.seen.count(Counter::OutputTokens)?.value;
    let finished = ctx.seen.count(Counter::Finished)?.value;
    let decodes = ctx.seen.count(Counter::DecodeCalls)?.value;
    let prefills = ctx.seen.count(Counter::PrefillCalls)?.value;
    let merges = [Counter::ConcatChunking, Counter::ConcatBackpressure, Counter::ConcatWaitExceeded];
    let known = merges.iter().any(|merge| ctx.seen.count(*merge).is_some());
    if !known {
        return None;
    }
    let chunked = ctx.seen.count(Counter::ConcatChunking).is_some_and(|count| count.value > 0.0);
    let average = if chunked { tokens / (decodes + prefills) } else { (tokens - finished) / decodes };
    average.is_finite().then_some(average)
}

/// The slots stand at a round number; `None` when they may, for the gauge reads one less at times and no average corrects it.
pub(in crate::rule::catalogue::queue) fn at_round(ctx: &Context<'_>, slots: f64) -> Option<bool> {
    if is_round(slots) {
        return Some(true);
    }
    let corrected = average(ctx).is_some() && !misses_tokens(ctx);
    (corrected || !is_round(slots + 1.0)).then_some(false)
}

/// TGI: clients left more requests than chance makes, and the tokens of those are in no average.
fn misses_tokens(ctx: &Context<'_>) -> bool {
    const FEW: f64 = 0.02;
    let left = ctx.seen.count(Counter::Aborted).zip(ctx.seen.count(Counter::Finished));
    ctx.backend() == BackendId::Tgi && left.is_some_and(|(left, finished)| left.value > FEW * finished.value)
}

/// Running is the same at both ends, give or take one, and the average agrees. `None` when the window begins before the queue did, so
/// that one end shows it only.
pub(super) fn plateau(ctx: &Context<'_>, slots: f64) -> Option<bool> {
    if !ctx.is_window() {
        return Some(true);
    }
    let average = average(ctx);
    if average.is_some_and(|average| average > slots + 1.0 + across_ends(ctx, slots)) {
        // More were inside on average than the ends show: no limit held them.
        return Some(false);
    }
    let (least, most) = while_waiting(ctx, Gauge::Running)?;
    let slack = (0.05 * slots).max(1.0);
    if busy_ends(ctx).len() > 1 {
        return Some(least >= 1.0 && most - least <= slack);
    }
    // The average is that of busy times only when somebody waited through most of the window.
    let waited = ctx.laws.queue_population.as_ref().is_none_or(|waiting| waiting.value >= 1.0);
    average.is_some_and(|average| waited && average >= BUSY * slots).then_some(true)
}

/// The slots are a round number, and as many as run on average to within a tenth.
pub(super) fn about(ctx: &Context<'_>, slots: f64) -> bool {
    const NEAR: std::ops::RangeInclusive<f64> = 0.9..=1.1;
    is_round(slots) && average(ctx).is_some_and(|average| NEAR.contains(&(average / slots)))
}

/// A gap between tokens counts when it ends, also the part of it that lies before the window: one gap of each sequence at most. Where gaps
/// are not exported, so does the whole answer.
fn across_ends(ctx: &Context<'_>, slots: f64) -> f64 {
    let counted = ctx.seen.mean(Distribution::Itl).or_else(|| ctx.seen.mean(Distribution::DecodeTime));
    let gap = counted.map(|mean| mean.value);
    gap.zip(ctx.seen.seconds()).map_or(0.0, |(gap, seconds)| slots * gap / seconds)
}

/// Running stands at a round number to within one, and so does the average: only a limit does that. `None` when it stands and the
/// average is unknown, or is off by no more than the window's ends can make it.
pub(super) fn exact(ctx: &Context<'_>, slots: f64) -> Option<bool> {
    let (low, high) = if ctx.backend() == BackendId::Tgi { EXACT_TGI } else { EXACT };
    let stands = while_waiting(ctx, Gauge::Running).is_some_and(|(least, most)| most - least <= 1.0 && least >= 1.0);
    if busy_ends(ctx).len() < 2 || !is_round(slots) || !stands {
        return Some(false);
    }
    let share = average(ctx)? / slots;
    if (low..=high).contains(&share) {
        return Some(true);
    }
    let slack = if ctx.backend() == BackendId::Tgi { ends_error(ctx, slots) } else { 0.0 };
    (!(1.0 - slack..=1.0 + slack).contains(&share)).then_some(false)
}

/// TGI counts tokens when a request finishes. At either end each of the `slots` is somewhere in an answer, which makes the tokens of the
/// window uncertain by about half an answer for each, at random: twice the standard deviation as a share of all tokens. Those of requests
/// that their clients left are counted nowhere.
fn ends_error(ctx: &Context<'_>, slots: f64) -> f64 {
    let left = ctx.seen.count(Counter::Aborted).map_or(0.0, |left| left.value);
    let finished = ctx.seen.count(Counter::Finished).filter(|finished| finished.value > 0.0);
    finished.map_or(1.0, |finished| ((2.0 * slots).sqrt() + left) / finished.value)
}

/// A number that people and defaults choose for a limit: 1, a power of two, or a multiple of ten; or one less, as the gauge may read.
pub(in crate::rule) fn is_usual(running: f64) -> bool {
    let chosen = |slots: f64| slots == 1.0 || is_round(slots) || (slots >= 10.0 && slots % 10.0 == 0.0);
    chosen(running) || (running >= 2.0 && chosen(running + 1.0))
}

/// A power of two, as limits often are.
pub(in crate::rule::catalogue::queue) fn is_round(slots: f64) -> bool {
    (2.0..=65_536.0).contains(&slots) && slots.fract() == 0.0 && (slots as u64).is_power_of_two()
}

#[cfg(test)]
mod tests {
    use crate::rule::catalogue::find;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::rule::{ConfidenceWord, Outcome};
    use crate::signal::{BackendId, Counter, Distribution, Gauge, Observation};

    fn says(id: &str, seen: &Observation) -> Outcome {
        check(find(id).expect("a rule"), seen)
    }

    /// Nobody waits at the first dump; at the second `waiting` do beside eight running ones. 240 requests waited `waited` seconds each.
    fn formed(waiting: f64, waited: f64) -> Observation {
        let server = |running: f64, waiting: f64, requests: f64| {
            Build::new(BackendId::Vllm)
                .gauge(Gauge::Running, running)
                .gauge(Gauge::Waiting, waiting)
                .gauge(Gauge::KvUsage, 0.2)
                .counter(Counter::Preemptions, 0.0)
                .counter(Counter::Finished, requests)
                .latency(Distribution::Ttft, requests, waited + 0.1)
                .latency(Distribution::QueueTime, requests, waited)
                .latency(Distribution::Itl, requests * 100.0, 0.019)
        };
        window(server(2.0, 0.0, 0.0).at(0.0), server(8.0, waiting, 240.0).at(60.0))
    }

    #[test]
    fn a_handful_at_one_end_that_hardly_waited_shows_no_limit_of_slots() {
        // Half a request waits on average, while a long prompt is computed at the end.
        assert!(matches!(says("sequence-limit", &formed(5.0, 0.12)), Outcome::NotMeasurable(_)));
        // Twice as many wait as run: the number of running ones suggests a limit, and no more.
        assert_eq!(fired(&says("sequence-limit", &formed(16.0, 0.12))).confidence.word, ConfidenceWord::Possible);
        // They have waited through most of the window, with eight running on average.
        assert_eq!(fired(&says("sequence-limit", &formed(16.0, 5.0))).confidence.word, ConfidenceWord::Probable);
    }

    #[test]
    fn gaps_that_began_before_a_short_window_are_no_further_requests() {
        // 1,024 run at both dumps. In 15 s of gaps of 150 ms the sum of the gaps is that of 1,030.
        let server = |gaps: f64, requests: f64| {
            Build::new(BackendId::Sglang)
                .gauge(Gauge::Running, 1024.0)
                .gauge(Gauge::Waiting, 3000.0)
                .gauge(Gauge::KvUsage, 0.5)
                .counter(Counter::Preemptions, 0.0)
                .counter(Counter::Finished, requests)
                .counter(Counter::PromptTokens, requests * 64.0)
                .counter(Counter::OutputTokens, requests * 200.0)
                .latency(Distribution::Ttft, requests, 50.0)
                .latency(Distribution::Itl, gaps, 0.15)
                .config(|config| config.kv_capacity_tokens = crate::rule::testing::setting(400_000.0))
        };
        let seen = window(server(0.0, 0.0).at(0.0), server(103_000.0, 500.0).at(15.0));
        assert!(matches!(says("kv-capacity-bound", &seen), Outcome::Clear(_)), "{:?}", says("kv-capacity-bound", &seen));
    }

    #[test]
    fn a_tgi_batch_at_a_round_number_reserves_about_the_same_at_any_time() {
        // 30 and 32 run of 32; clients leave more requests than finish, whose tokens are counted nowhere.
        let server = |running: f64, reserved: f64, times: f64| {
            Build::new(BackendId::Tgi)
                .gauge(Gauge::Running, running)
                .gauge(Gauge::Waiting, 100.0)
                .gauge(Gauge::ReservedTokens, reserved)
                .counter(Counter::Finished, 1600.0 * times)
                .counter(Counter::Aborted, 2000.0 * times)
                .counter(Counter::OutputTokens, 290_000.0 * times)
                .counter(Counter::PrefillCalls, 1450.0 * times)
                .counter(Counter::DecodeCalls, 9000.0 * times)
                .counter(Counter::ConcatBackpressure, 10.0 * times)
                .latency(Distribution::QueueTime, 1600.0 * times, 4.0)
                .latency(Distribution::PromptLength, 1600.0 * times, 512.0)
                .latency(Distribution::MaxNewTokens, 1600.0 * times, 320.0)
        };
        let seen = window(server(30.0, 25_624.0, 1.0), server(32.0, 25_920.0, 2.0));
        assert!(matches!(says("kv-capacity-bound", &seen), Outcome::NotMeasurable(_)), "{:?}", says("kv-capacity-bound", &seen));
    }
}
