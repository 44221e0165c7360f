//! What is followed over time.

use crate::metrics::Unit;
use crate::signal::Gauge;

/// A quantity that has one value for each window between neighbouring dumps, or for each dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    TtftMean,
    TtftP95,
    QueueTime,
    /// Mean gap between tokens: quantiles hide a device that is 60% slower inside one bucket. For TGI the mean decode step.
    Gap,
    E2e,
    /// Arrivals: finishes plus growth of the population (handbook L3).
    Arrivals,
    OutputRate,
    PromptLength,
    OutputLength,
    HitShare,
    ErrorShare,
    Preemptions,
    Running,
    Waiting,
    KvUsage,
    /// Requests that decode at once, on average over a window (handbook L1). Not shown by itself: what a gap is held against.
    Batch,
    /// Prompt tokens that are computed, not taken from the cache. Not shown by itself either.
    PrefillRate,
}

impl Measure {
    pub const ALL: [Measure; 17] = [
        Measure::TtftMean,
        Measure::TtftP95,
        Measure::QueueTime,
        Measure::Gap,
        Measure::E2e,
        Measure::Arrivals,
        Measure::OutputRate,
        Measure::PromptLength,
        Measure::OutputLength,
        Measure::HitShare,
        Measure::ErrorShare,
        Measure::Preemptions,
        Measure::Running,
        Measure::Waiting,
        Measure::KvUsage,
        Measure::Batch,
        Measure::PrefillRate,
    ];

    /// Dotted path, as in reports and targets.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Measure::TtftMean => "ttft.mean",
            Measure::TtftP95 => "ttft.p95",
            Measure::QueueTime => "queue_time.mean",
            Measure::Gap => "itl.mean",
            Measure::E2e => "e2e.mean",
            Measure::Arrivals => "arrivals_per_second",
            Measure::OutputRate => "output_tokens_per_second",
            Measure::PromptLength => "prompt_length.mean",
            Measure::OutputLength => "output_length.mean",
            Measure::HitShare => "prefix_cache.hit_rate",
            Measure::ErrorShare => "error_share",
            Measure::Preemptions => "preemptions_per_minute",
            Measure::Running => Gauge::Running.path(),
            Measure::Waiting => Gauge::Waiting.path(),
            Measure::KvUsage => Gauge::KvUsage.path(),
            Measure::Batch => "decode_concurrency",
            Measure::PrefillRate => "prefill_tokens_per_second",
        }
    }

    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Measure::TtftMean | Measure::TtftP95 | Measure::QueueTime | Measure::Gap | Measure::E2e => Unit::Seconds,
            Measure::Arrivals => Unit::RequestsPerSecond,
            Measure::OutputRate | Measure::PrefillRate => Unit::TokensPerSecond,
            Measure::PromptLength | Measure::OutputLength => Unit::Tokens,
            Measure::HitShare | Measure::ErrorShare | Measure::KvUsage => Unit::Ratio,
            Measure::Preemptions => Unit::PerMinute,
            Measure::Running | Measure::Waiting | Measure::Batch => Unit::Requests,
        }
    }

    /// What it is, for people; it begins a sentence with a capital.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Measure::TtftMean => "mean TTFT",
            Measure::TtftP95 => "P95 TTFT",
            Measure::QueueTime => "mean queue time",
            Measure::Gap => "mean gap between tokens",
            Measure::E2e => "mean end-to-end latency",
            Measure::Arrivals => "arrival rate",
            Measure::OutputRate => "output rate",
            Measure::PromptLength => "prompt length",
            Measure::OutputLength => "output length",
            Measure::HitShare => "prefix cache hit rate",
            Measure::ErrorShare => "share of failed requests",
            Measure::Preemptions => "preemption rate",
            Measure::Running => "number of running requests",
            Measure::Waiting => "number of waiting requests",
            Measure::KvUsage => "KV cache usage",
            Measure::Batch => "decode batch",
            Measure::PrefillRate => "prefill rate",
        }
    }

    /// A value at a moment and not of a window.
    #[must_use]
    pub fn gauge(self) -> Option<Gauge> {
        match self {
            Measure::Running => Some(Gauge::Running),
            Measure::Waiting => Some(Gauge::Waiting),
            Measure::KvUsage => Some(Gauge::KvUsage),
            _ => None,
        }
    }

    /// Shown by itself.
    #[must_use]
    pub fn is_shown(self) -> bool {
        !matches!(self, Measure::Batch | Measure::PrefillRate)
    }

    /// What the clients ask for, whatever the server makes of it.
    #[must_use]
    pub fn is_traffic(self) -> bool {
        matches!(self, Measure::Arrivals | Measure::PromptLength | Measure::OutputLength)
    }

    /// Below this nothing is worth a word: differences of the step, of rounding, of a handful of requests (own judgement).
    #[must_use]
    pub(super) fn least(self) -> f64 {
        match self {
            Measure::TtftMean | Measure::TtftP95 | Measure::QueueTime | Measure::E2e => 0.02,
            Measure::Gap => 5e-4,
            Measure::Arrivals => 0.05,
            Measure::OutputRate | Measure::PrefillRate => 1.0,
            Measure::PromptLength | Measure::OutputLength => 2.0,
            Measure::HitShare | Measure::KvUsage => 0.05,
            Measure::ErrorShare => 0.01,
            Measure::Preemptions => 1.0,
            Measure::Running | Measure::Batch => 1.0,
            Measure::Waiting => 3.0,
        }
    }

    /// Events behind a point, below which windows are pooled (handbook 5.7: 10 for a mean, 59 for a P95).
    pub(super) fn enough(self) -> f64 {
        match self {
            Measure::TtftP95 => 59.0,
            Measure::TtftMean | Measure::QueueTime | Measure::E2e | Measure::PromptLength | Measure::OutputLength => 10.0,
            Measure::Gap => 10.0,
            Measure::HitShare => 5.0,
            Measure::ErrorShare => 20.0,
            _ => 0.0,
        }
    }
}
