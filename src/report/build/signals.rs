//! The signal tiles: what the server does, in numbers, with both ends of a window.

use crate::metrics::{SourceLines, Unit};
use crate::report::SignalView;
use crate::signal::{BackendId, Caveat, Counter, Gauge, Observation, Reading, Source, TimeBase, Version};

use super::time::time_base;

/// Gauges in the order of interest, then rates and shares.
#[must_use]
pub fn signals(seen: &Observation) -> Vec<SignalView> {
    let mut views: Vec<SignalView> = Gauge::ALL.iter().filter_map(|gauge| gauge_view(seen, *gauge)).collect();
    views.extend(rates(seen));
    views.extend(shares(seen));
    views.extend(delivery(seen));
    views.extend(settings(seen));
    views
}

fn gauge_view(seen: &Observation, gauge: Gauge) -> Option<SignalView> {
    let reading = seen.gauge(gauge)?;
    let before = seen.gauge_before(gauge).map(|reading| reading.value);
    let pooling = seen.last.has_caveat(Caveat::Pooling);
    let caveat = match gauge {
        Gauge::Running | Gauge::KvUsage if pooling => Some("A server of embeddings or scores shows 0 at any load."),
        Gauge::CacheHitRateGauge => Some("The last prefill batch only; shown, never judged."),
        Gauge::GenerationThroughput => Some("The server's own average over its last report; shown, never judged."),
        _ => None,
    };
    Some(view(gauge.path(), gauge.words(), &reading, before, seen, caveat))
}

fn rates(seen: &Observation) -> Vec<SignalView> {
    let per_second = [
        (Counter::Finished, "requests_per_second", "requests finished per second", Unit::RequestsPerSecond),
        (Counter::LiveOutputTokens, "output_tokens_per_second", "output tokens per second", Unit::TokensPerSecond),
        (Counter::PromptTokens, "prompt_tokens_per_second", "prompt tokens per second", Unit::TokensPerSecond),
    ];
    let mut views = Vec::new();
    for (counter, path, label, unit) in per_second {
        let counter = if counter == Counter::LiveOutputTokens && seen.count(counter).is_none() { Counter::OutputTokens } else { counter };
        if let Some(rate) = seen.rate(counter) {
            let clients = seen.client_requests().filter(|_| counter == Counter::Finished);
            if let Some(clients) = clients {
                let sent = Reading { value: rate.value * clients.sent / clients.sequences, unit, source: clients.source, ..rate.clone() };
                views.push(view(
                    path,
                    label,
                    &sent,
                    None,
                    seen,
                    Some("What clients sent; the engine counts each answer of n, beam and score."),
                ));
                let label = "sequences finished per second";
                views.push(view("sequences_per_second", label, &Reading { unit, ..rate }, None, seen, None));
                continue;
            }
            views.push(view(path, label, &Reading { unit, ..rate }, None, seen, None));
        }
    }
    if let Some(rate) = seen.rate(Counter::Preemptions) {
        let per_minute = Reading { value: rate.value * 60.0, unit: Unit::PerMinute, ..rate };
        views.push(view("preemptions_per_minute", "preemptions per minute", &per_minute, None, seen, None));
    } else if let Some(count) = seen.count(Counter::Preemptions) {
        views.push(view("preemptions", "preemptions", &count, None, seen, None));
    }
    views
}

fn shares(seen: &Observation) -> Vec<SignalView> {
    let hit = |hits: Counter, queries: Counter, path: &str, label: &str| {
        let hits_of_all = queries == Counter::PromptTokens;
        let (hits, queries) = (seen.count(hits)?, seen.count(queries)?);
        let lines = SourceLines::join([&hits.source.lines, &queries.source.lines]);
        let source = Source::new(format!("{} / {}", hits.source.metric, queries.source.metric), lines);
        let value = (queries.value > 0.0).then(|| hits.value / queries.value)?;
        let caveat = Some(path).filter(|path| *path == "prefix_cache.hit_rate").and_then(|_| hit_caveat(seen, hits_of_all));
        Some(view(path, label, &Reading { value, unit: Unit::Ratio, time_base: hits.time_base, source }, None, seen, caveat))
    };
    [
        hit(Counter::PromptTokensCached, Counter::PromptTokens, "prefix_cache.hit_rate", "prompt tokens from cache")
            .or_else(|| hit(Counter::PrefixHits, Counter::PrefixQueries, "prefix_cache.hit_rate", "prefix cache hits")),
        hit(Counter::SpecAcceptedTokens, Counter::SpecDraftTokens, "speculation.acceptance", "draft tokens accepted"),
        hit(Counter::MultimodalHits, Counter::MultimodalQueries, "multimodal_cache.hit_rate", "multimodal cache hits"),
        hit(Counter::FinishedLength, Counter::Finished, "requests.length_share", "outputs cut at a length limit"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What a hit rate of vLLM also counts, or leaves out.
fn hit_caveat(seen: &Observation, of_all: bool) -> Option<&'static str> {
    /// Prompt tokens that were never looked up, beyond what lies between a look-up and a first token.
    const LOOKED_UP: f64 = 0.95;
    if seen.client_requests().is_some() {
        return Some(
            "Sequences of one request (n > 1, beam search, scores) find each other's prompt; prompts need not repeat between requests.",
        );
    }
    let count = |counter| seen.count(counter).map(|count| count.value);
    // vLLM before 0.11.1 counts what it computes again after a preemption as hits; where the release is open it may.
    let recounted = seen.last.version.from.is_none_or(|from| from < Version(0, 11, 1));
    if seen.last.backend == BackendId::Vllm && recounted && count(Counter::Preemptions).is_some_and(|preempted| preempted > 0.0) {
        return Some("vLLM before 0.11.1 counts prompts that it computes again after a preemption as hits, so the rate may be too high.");
    }
    let (looked_up, prompt) = (count(Counter::PrefixQueries)?, count(Counter::PromptTokens)?);
    let some = seen.last.backend == BackendId::Vllm && looked_up > 0.0 && looked_up < LOOKED_UP * prompt;
    some.then_some(if of_all {
        "Some prompts were never looked up, as those with prompt_logprobs; they count as misses here."
    } else {
        "Some prompts were never looked up, as those with prompt_logprobs; the rate is of the others."
    })
}

/// Tokens that an output holds where drafts are accepted.
fn delivery(seen: &Observation) -> Option<SignalView> {
    let tokens = seen.tokens_per_delivery()?;
    Some(view("speculation.tokens_per_delivery", "tokens an output holds on average", &tokens, None, seen, None))
}

fn settings(seen: &Observation) -> Vec<SignalView> {
    let config = &seen.last.config;
    let numbers = [
        (&config.kv_capacity_tokens, "config.kv_capacity_tokens", "KV cache capacity", Unit::Tokens),
        (&config.kv_max_concurrency, "config.kv_max_concurrency", "full-length requests that fit", Unit::Requests),
        (&config.max_model_len, "config.max_model_len", "longest sequence", Unit::Tokens),
        (&config.gpu_memory_utilization, "config.gpu_memory_utilization", "GPU memory given to the engine", Unit::Ratio),
        (&config.data_parallel_ranks, "config.data_parallel_ranks", "data-parallel ranks", Unit::Ranks),
        (&config.tensor_parallel_ranks, "config.tensor_parallel_ranks", "tensor-parallel ranks", Unit::Ranks),
    ];
    let mut views = Vec::new();
    for (setting, path, label, unit) in numbers {
        let Some(setting) = setting else { continue };
        let reading = Reading { value: setting.value, unit, time_base: TimeBase::Config, source: setting.source.clone() };
        let caveat = setting.inferred.then_some("Inferred from other numbers.");
        views.push(view(path, label, &reading, None, seen, caveat));
    }
    views
}

fn view(path: &str, label: &str, reading: &Reading, before: Option<f64>, seen: &Observation, caveat: Option<&str>) -> SignalView {
    let (shown_number, shown_unit) = reading.unit.parts(reading.value);
    SignalView {
        path: path.to_owned(),
        label: label.to_owned(),
        value: reading.value,
        unit: reading.unit,
        shown: reading.unit.show(reading.value),
        shown_number,
        shown_unit: shown_unit.to_owned(),
        before,
        time_base: time_base(reading.time_base),
        metric: reading.source.metric.clone(),
        input: seen.last.text_index,
        lines: reading.source.lines.clone(),
        caveat: caveat.map(str::to_owned),
    }
}
