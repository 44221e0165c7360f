//! The checks of each backend, in their order.

use super::{Finding, Thresholds, severity};
use crate::rule::{BottleneckType, Severity};
use crate::signal::{BackendId, Distribution, Gauge, Observation, Reading};

/// What lies beyond its threshold. A value that is not in the text is skipped.
#[must_use]
pub fn detect(seen: &Observation, thresholds: &Thresholds) -> Vec<Finding> {
    let found = match seen.last.backend {
        BackendId::Vllm => vllm(seen, thresholds),
        BackendId::Tgi => tgi(seen, thresholds),
        BackendId::Sglang => sglang(seen, thresholds),
    };
    found.into_iter().flatten().collect()
}

/// The inputs of this backend's checks that the text does not give, in words; those checks find nothing.
#[must_use]
pub fn without_input(seen: &Observation) -> Vec<&'static str> {
    let mean = |distributions: &'static [Distribution]| {
        let there = distributions.iter().any(|distribution| seen.mean(*distribution).is_some());
        distributions.first().filter(|_| !there).map(|distribution| distribution.words())
    };
    let gauge = |gauge: Gauge| seen.gauge(gauge).is_none().then(|| gauge.words());
    let lacking: Vec<Option<&'static str>> = match seen.last.backend {
        BackendId::Vllm => {
            let per_token: &[Distribution] = &[Distribution::Itl, Distribution::Tpot];
            vec![mean(&[Distribution::Ttft]), mean(per_token), gauge(Gauge::Waiting), gauge(Gauge::KvUsage)]
        }
        BackendId::Tgi => vec![mean(&[Distribution::Tpot]), gauge(Gauge::Waiting), gauge(Gauge::Running)],
        BackendId::Sglang => {
            let gauges = [Gauge::CacheHitRateGauge, Gauge::GenerationThroughput, Gauge::Waiting].map(gauge);
            [mean(&[Distribution::Ttft])].into_iter().chain(gauges).collect()
        }
    };
    lacking.into_iter().flatten().collect()
}

/// Requests per batch below which TGI's batch is called small.
const SMALL_BATCH: f64 = 4.0;

fn vllm(seen: &Observation, thresholds: &Thresholds) -> Vec<Option<Finding>> {
    let per_token = mean(seen, Distribution::Itl).or_else(|| mean(seen, Distribution::Tpot));
    vec![
        mean(seen, Distribution::Ttft).and_then(|value| {
            let check = Check::new(&TTFT, "Use smaller batches, or switch prefix caching on.");
            check.above(value, thresholds.ttft_seconds)
        }),
        per_token.and_then(|value| {
            let check = Check::new(&PER_TOKEN, "Look at how busy the GPU is; quantization may help.");
            check.above(value, thresholds.tpot_seconds)
        }),
        gauge(seen, Gauge::Waiting).and_then(|value| {
            let check = Check::new(&WAITING, "Add replicas, or allow larger batches.");
            check.above(value, thresholds.queue_size)
        }),
        gauge(seen, Gauge::KvUsage).and_then(|value| {
            let check = Check::new(&CACHE_USAGE, "Lower the maximum sequence length, or let KV blocks be evicted.");
            check.percent_above(value, thresholds.memory_usage_percent)
        }),
    ]
}

fn tgi(seen: &Observation, thresholds: &Thresholds) -> Vec<Option<Finding>> {
    vec![
        mean(seen, Distribution::Tpot).and_then(|value| {
            let check = Check::new(&MEAN_PER_TOKEN, "Use tensor parallelism or Flash Attention.");
            check.above(value, thresholds.tpot_seconds)
        }),
        gauge(seen, Gauge::Waiting).and_then(|value| {
            let check = Check::new(&QUEUE, "Raise the maximum batch size, or add replicas.");
            check.above(value, thresholds.queue_size)
        }),
        gauge(seen, Gauge::Running).and_then(|value| {
            let check = Check::new(&BATCH, "Raise the maximum batch size, so that the GPU has more to do at once.");
            let finding = check.below(value, SMALL_BATCH)?;
            Some(Finding { severity: Severity::Medium, ..finding })
        }),
    ]
}

fn sglang(seen: &Observation, thresholds: &Thresholds) -> Vec<Option<Finding>> {
    vec![
        mean(seen, Distribution::Ttft).and_then(|value| {
            let check = Check::new(&TTFT, "Tune the RadixAttention cache.");
            check.above(value, thresholds.ttft_seconds)
        }),
        gauge(seen, Gauge::CacheHitRateGauge).and_then(|value| {
            let check = Check::new(&HIT_RATE, "Give the RadixAttention cache more room, or look at how prompts are built.");
            check.below(value, thresholds.cache_hit_rate)
        }),
        gauge(seen, Gauge::GenerationThroughput).and_then(|value| {
            let check = Check::new(&THROUGHPUT, "Use larger batches, or continuous batching.");
            check.below(value, thresholds.throughput_tokens_per_second)
        }),
        gauge(seen, Gauge::Waiting).and_then(|value| {
            let check = Check::new(&WAITING, "Add replicas, or improve how batches are scheduled.");
            check.above(value, thresholds.queue_size)
        }),
    ]
}

/// A value that a check may look at: the reading and the path of its signal.
type Signal = (Reading, &'static str);

fn mean(seen: &Observation, distribution: Distribution) -> Option<Signal> {
    Some((seen.mean(distribution)?, distribution.path()))
}

fn gauge(seen: &Observation, gauge: Gauge) -> Option<Signal> {
    Some((seen.gauge(gauge)?, gauge.path()))
}

/// What a check is called.
struct Words {
    id: &'static str,
    title: &'static str,
    kind: BottleneckType,
    metric_name: &'static str,
}

const TTFT: Words = Words {
    id: "classic-high-ttft",
    title: "Time to first token is above its threshold",
    kind: BottleneckType::HighLatency,
    metric_name: "time_to_first_token_seconds",
};
const PER_TOKEN: Words = Words {
    id: "classic-high-tpot",
    title: "Time per output token is above its threshold",
    kind: BottleneckType::HighLatency,
    metric_name: "time_per_output_token_seconds",
};
const MEAN_PER_TOKEN: Words = Words { metric_name: "mean_time_per_token_seconds", ..PER_TOKEN };
const WAITING: Words = Words {
    id: "classic-queue-buildup",
    title: "Requests are queueing up",
    kind: BottleneckType::QueueBuildup,
    metric_name: "num_requests_waiting",
};
const QUEUE: Words = Words { metric_name: "queue_size", ..WAITING };
const CACHE_USAGE: Words = Words {
    id: "classic-memory-pressure",
    title: "The KV cache is nearly full",
    kind: BottleneckType::MemoryPressure,
    metric_name: "cache_usage_perc",
};
const BATCH: Words = Words {
    id: "classic-small-batch",
    title: "The batch is small",
    kind: BottleneckType::BatchSizeSuboptimal,
    metric_name: "batch_current_size",
};
const HIT_RATE: Words = Words {
    id: "classic-low-cache-hit-rate",
    title: "The cache hit rate is below its threshold",
    kind: BottleneckType::CacheInefficiency,
    metric_name: "cache_hit_rate",
};
const THROUGHPUT: Words = Words {
    id: "classic-low-throughput",
    title: "Token throughput is below its threshold",
    kind: BottleneckType::LowThroughput,
    metric_name: "throughput_tokens_per_second",
};

/// One comparison with a threshold; findings lie strictly beyond it.
struct Check {
    words: &'static Words,
    recommendation: &'static str,
}

impl Check {
    fn new(words: &'static Words, recommendation: &'static str) -> Check {
        Check { words, recommendation }
    }

    fn above(&self, signal: Signal, threshold: f64) -> Option<Finding> {
        let value = signal.0.value;
        (value > threshold).then(|| self.finding(signal, value, threshold, true))
    }

    fn below(&self, signal: Signal, threshold: f64) -> Option<Finding> {
        let value = signal.0.value;
        (value < threshold).then(|| self.finding(signal, value, threshold, false))
    }

    /// Both numbers in percent; the severity is fixed.
    fn percent_above(&self, signal: Signal, threshold: f64) -> Option<Finding> {
        let (percent, limit) = (signal.0.value * 100.0, threshold * 100.0);
        (percent > limit).then(|| Finding { severity: Severity::High, ..self.finding(signal, percent, limit, true) })
    }

    fn finding(&self, (reading, signal): Signal, current: f64, threshold: f64, higher_is_worse: bool) -> Finding {
        Finding {
            id: self.words.id,
            title: self.words.title,
            kind: self.words.kind,
            severity: severity(current, threshold, higher_is_worse),
            metric_name: self.words.metric_name,
            current,
            threshold,
            higher_is_worse,
            recommendation: self.recommendation,
            reading,
            signal,
        }
    }
}
