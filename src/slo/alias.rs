//! The dotted paths of the classic monitor, and the scale of their numbers.

use super::Metric;
use crate::signal::{Distribution, Gauge};

/// A classic path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Alias {
    path: &'static str,
    pub metric: Metric,
    pub scale: Scale,
}

/// How the classic numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// As the canonical metric.
    Same,
    /// 0–100 for a share.
    Percent,
    /// 0–100 when above 1, else a share.
    PercentAboveOne,
}

impl Scale {
    /// What the canonical value is multiplied with to give the number as it was asked.
    pub fn factor(self, asked: f64) -> f64 {
        match self {
            Scale::Same => 1.0,
            Scale::Percent => 100.0,
            Scale::PercentAboveOne => {
                if asked > 1.0 {
                    100.0
                } else {
                    1.0
                }
            }
        }
    }
}

pub(super) fn find(path: &str) -> Option<Alias> {
    ALIASES.iter().find(|alias| alias.path == path).copied()
}

const ALIASES: [Alias; 15] = [
    same("request_metrics.time_to_first_token_seconds", Metric::Mean(Distribution::Ttft)),
    same("request_metrics.time_per_output_token_seconds", Metric::MeanPerToken),
    same("request_metrics.mean_time_per_token_seconds", Metric::Mean(Distribution::Tpot)),
    same("request_metrics.queue_size", Metric::Gauge(Gauge::Waiting)),
    same("gpu_metrics.num_requests_waiting", Metric::Gauge(Gauge::Waiting)),
    same("gpu_metrics.num_requests_running", Metric::Gauge(Gauge::Running)),
    Alias { path: "gpu_metrics.cache_usage_perc", metric: Metric::Gauge(Gauge::KvUsage), scale: Scale::Percent },
    same("generation_metrics.batch_current_size", Metric::Gauge(Gauge::Running)),
    same("cache_metrics.cache_hit_rate", Metric::PrefixHitRate),
    same("system_metrics.throughput_tokens_per_second", Metric::OutputTokensPerSecond),
    same("system_metrics.num_requests_waiting", Metric::Gauge(Gauge::Waiting)),
    same("system_metrics.num_requests_running", Metric::Gauge(Gauge::Running)),
    Alias { path: "success_rate", metric: Metric::Availability, scale: Scale::PercentAboveOne },
    Alias { path: "request_metrics.success_rate", metric: Metric::Availability, scale: Scale::PercentAboveOne },
    Alias { path: "system_metrics.success_rate", metric: Metric::Availability, scale: Scale::PercentAboveOne },
];

const fn same(path: &'static str, metric: Metric) -> Alias {
    Alias { path, metric, scale: Scale::Same }
}
