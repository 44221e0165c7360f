//! C06: images and audio are processed again and again.

use crate::metrics::Unit;
use crate::rule::definition::VLLM;
use crate::rule::{Account, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Symptom, Texts, flags, weight};
use crate::signal::{Counter, Distribution};

/// Below this share of hits the cache hardly helps (own judgement).
const HIT_RATE: f64 = 0.20;
/// The front end is in the way from this share of TTFT and this time on: the limits of rule F01.
const FRONTEND_SHARE: f64 = 0.30;
const FRONTEND_SECONDS: f64 = 0.05;
const ITEMS_NEEDED: f64 = 30.0;

pub(super) static RULE: Rule = Rule {
    id: "multimodal-cache-miss",
    code: "C06",
    title: "Media is processed again",
    kind: BottleneckType::CacheInefficiency,
    role: Role::Cause,
    backends: VLLM,
    explains: &[Symptom::Ttft, Symptom::E2e],
    texts: Texts {
        sees: "Fewer than 20 % of the images and audio clips were found in the processor's cache, while 30 % or more of the time to first token passes before the scheduler sees the request.",
        why: "Decoding and resizing media on the host delays the request before the GPU starts. Media that repeats, as in a conversation, need be processed only once.",
        what_to_do: "Enlarge the cache if the same media come again; otherwise give the front end more processes.",
        falsifier: "No image or clip occurs twice: then no cache helps, and the front end is simply busy.",
        sources: &["vLLM: mm_cache_queries and mm_cache_hits.", "Own judgement: 20 %."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    ctx.need_window()?;
    let items = ctx.need_count(Counter::MultimodalQueries)?;
    let hits = ctx.need_count(Counter::MultimodalHits)?;
    if items.value <= 0.0 {
        return Outcome::clear("No images or audio were sent.");
    }
    let share = hits.value / items.value;
    if share >= HIT_RATE {
        return Outcome::clear(format!("{} of the media were found in the processor's cache.", Unit::Ratio.show(share)));
    }
    if items.value < ITEMS_NEEDED {
        return Err(Missing::samples("images and audio clips", items.value, ITEMS_NEEDED));
    }
    let gap = ctx.need_law(&ctx.laws.frontend_gap, "the time before the scheduler sees a request")?;
    let ttft = ctx.need_mean(Distribution::Ttft)?;
    if gap.value < FRONTEND_SECONDS || gap.value < FRONTEND_SHARE * ttft.value {
        return Outcome::clear(format!(
            "Few media are found in the cache, but the front end takes only {}.",
            Unit::Seconds.show(gap.value.max(0.0))
        ));
    }
    let measure = ctx.computed("multimodal_cache.hit_rate", "media found in the processor's cache", share, Unit::Ratio, &hits.source);
    let case = Case::new(ctx, Basis::Counters)
        .sees(weight::LAW, measure.clone())
        .holds(weight::PROXY)
        .shows(ctx.law(&ctx.laws.frontend_gap, "law.frontend_gap", "time before the scheduler sees a request"))
        .lacks(&Missing::new("whether media repeat", "Look at a sample of requests."));
    let verify = "More media are found in the cache, and the time before the scheduler sees a request falls.";
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).efficiency(),
            sentence: format!(
                "{} of {} media items were found in the cache, and requests spend {} in the front end.",
                Unit::Ratio.show(share),
                Unit::Count.show(items.value),
                Unit::Seconds.show(gap.value)
            ),
            headline: format!(
                "Images or audio are processed again for each request: requests spend {} in the front end.",
                Unit::Seconds.show(gap.value)
            ),
            formula: format!(
                "media found < {}, and front end ≥ {} of time to first token",
                Unit::Ratio.show(HIT_RATE),
                Unit::Ratio.show(FRONTEND_SHARE)
            ),
            measure,
            threshold: HIT_RATE,
            actions: [
                flags::advise(ctx.backend(), ctx.version(), "--mm-processor-cache-gb", "Raise it.", "Host memory, per API server.", verify),
                flags::advise(ctx.backend(), ctx.version(), "VLLM_MEDIA_LOADING_THREAD_COUNT", "Raise it.", "CPU cores.", verify),
            ]
            .into_iter()
            .flatten()
            .collect(),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::{BackendId, Gauge, Observation};

    /// 100 requests with 200 images; TTFT 1 s of which queue and prefill take `inside`.
    fn seen(hits: f64, inside: f64) -> Observation {
        let start = Build::new(BackendId::Vllm)
            .at(0.0)
            .gauge(Gauge::Running, 8.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::Finished, 1000.0)
            .counter(Counter::MultimodalQueries, 0.0)
            .counter(Counter::MultimodalHits, 0.0)
            .latency(Distribution::Ttft, 0.0, 1.0)
            .latency(Distribution::QueueTime, 0.0, 0.01)
            .latency(Distribution::PrefillTime, 0.0, inside);
        let end = start
            .clone()
            .at(60.0)
            .counter(Counter::Finished, 1100.0)
            .counter(Counter::MultimodalQueries, 200.0)
            .counter(Counter::MultimodalHits, hits)
            .latency(Distribution::Ttft, 100.0, 1.0)
            .latency(Distribution::QueueTime, 100.0, 0.01)
            .latency(Distribution::PrefillTime, 100.0, inside);
        window(start, end)
    }

    #[test]
    fn it_fires_when_media_are_new_each_time_and_the_front_end_is_slow() {
        let outcome = check(&RULE, &seen(10.0, 0.2));
        assert!((fired(&outcome).measure.value - 0.05).abs() < 1e-12);
    }

    #[test]
    fn it_is_clear_when_media_are_found_or_the_front_end_is_fast() {
        assert!(matches!(check(&RULE, &seen(150.0, 0.2)), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen(10.0, 0.9)), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_without_the_cache_counters() {
        let mut without = seen(10.0, 0.2);
        without.last_mut().counters.remove(&Counter::MultimodalQueries);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
    }
}
