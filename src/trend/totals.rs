//! What one window adds up to: windows are pooled by adding sums to sums and counts to counts, never by averaging averages.

use super::Measure;
use crate::metrics::Histogram;
use crate::signal::{BackendId, Counter, Distribution, Gauge, Observation};
use crate::slo::{Rejections, availability};
use crate::sorted::Table;

/// A fraction whose parts can be added up over windows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub over: f64,
    pub under: f64,
    /// How many events stand behind it.
    pub events: f64,
}

#[derive(Debug)]
pub(super) struct Totals {
    pub from: f64,
    pub to: f64,
    parts: Table<Measure, Part>,
    pub ttft: Option<Histogram>,
    /// Requests waited at an end, and not one first token came.
    pub silent: bool,
}

impl Totals {
    pub fn of(seen: &Observation, from: f64, to: f64) -> Totals {
        let seconds = to - from;
        let mut parts = Table::default();
        let mut set = |measure: Measure, part: Option<Part>| {
            if let Some(part) = part {
                parts.insert(measure, part);
            }
        };
        let ttft = seen.distribution(Distribution::Ttft).map(|reading| reading.histogram);
        let of_spread = |histogram: &Histogram| {
            let count = histogram.observations()?;
            Some(Part { over: histogram.sum?, under: count, events: count })
        };
        let spread = |of| seen.distribution(of).and_then(|reading| of_spread(&reading.histogram));
        let count = |counter| seen.count(counter).map(|count| count.value);
        let rate = |count: f64| Part { over: count, under: seconds, events: 1.0 };
        let finished = count(Counter::Finished);
        let step = if seen.last.backend == BackendId::Tgi { Distribution::DecodeCallTime } else { Distribution::Itl };
        let gaps = spread(step);

        set(Measure::TtftMean, ttft.as_ref().and_then(of_spread));
        set(Measure::QueueTime, spread(Distribution::QueueTime));
        set(Measure::Gap, gaps);
        set(Measure::E2e, spread(Distribution::E2e));
        set(Measure::Arrivals, arrivals(seen, finished).map(rate));
        set(Measure::OutputRate, count(Counter::LiveOutputTokens).or_else(|| count(Counter::OutputTokens)).map(rate));
        let per_request = |tokens| Some(Part { over: count(tokens)?, under: finished?, events: finished? });
        set(Measure::PromptLength, spread(Distribution::PromptLength).or_else(|| per_request(Counter::PromptTokens)));
        set(Measure::OutputLength, spread(Distribution::OutputLength).or_else(|| per_request(Counter::OutputTokens)));
        let prompts = ttft.as_ref().and_then(Histogram::observations).or(finished);
        let hits = count(Counter::PrefixHits).zip(count(Counter::PrefixQueries)).zip(prompts);
        set(Measure::HitShare, hits.map(|((over, under), events)| Part { over, under, events }));
        let outcomes = availability(seen, Rejections::Bad).ok();
        let failed = outcomes.map(|found| Part { over: found.bad, under: found.total(), events: found.total() });
        set(Measure::ErrorShare, failed);
        set(Measure::Preemptions, count(Counter::Preemptions).map(|count| rate(count * 60.0)));
        // TGI times its steps and not its gaps; there the batch is what runs.
        let decoding = if seen.last.backend == BackendId::Tgi { running(seen) } else { gaps.map(|gaps| gaps.over / seconds) };
        set(Measure::Batch, decoding.map(|batch| Part { over: batch * seconds, under: seconds, events: 1.0 }));

        let missed = hits.map(|((hits, queries), _)| (queries - hits).max(0.0));
        set(Measure::PrefillRate, count(Counter::PromptTokensComputed).or(missed).or_else(|| count(Counter::PromptTokens)).map(rate));

        let first_tokens = ttft.as_ref().and_then(Histogram::observations);
        let waited =
            [seen.gauge_before(Gauge::Waiting), seen.gauge(Gauge::Waiting)].into_iter().flatten().all(|waiting| waiting.value >= 1.0);
        let silent = first_tokens == Some(0.0) && waited && seen.gauge(Gauge::Waiting).is_some();
        Totals { from, to, parts, ttft, silent }
    }

    /// The fraction of a quantity; `None` when it cannot be measured in this window.
    pub fn part(&self, measure: Measure) -> Option<Part> {
        self.parts.get(&measure).copied().filter(|part| part.over.is_finite() && part.under.is_finite())
    }
}

/// Requests that came: those that finished, and how many more are inside (handbook L3).
fn arrivals(seen: &Observation, finished: Option<f64>) -> Option<f64> {
    let inside = |gauge: Gauge| Some(seen.gauge(gauge)?.value - seen.gauge_before(gauge)?.value);
    Some((finished? + inside(Gauge::Running)? + inside(Gauge::Waiting)?).max(0.0))
}

fn running(seen: &Observation) -> Option<f64> {
    Some((seen.gauge(Gauge::Running)?.value + seen.gauge_before(Gauge::Running)?.value) / 2.0)
}
