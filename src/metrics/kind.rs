//! What kind of family a sample belongs to: by declaration, else by its suffix, its labels or its known name.

use super::columns::Tells;

/// Type of a family, by declaration or by inference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
    GaugeHistogram,
    Summary,
    Info,
    StateSet,
    Unknown,
}

impl Kind {
    /// The word after `# TYPE`, of either format. Go also reads `gauge_histogram`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Kind> {
        Some(match word {
            "counter" => Kind::Counter,
            "gauge" => Kind::Gauge,
            "histogram" => Kind::Histogram,
            "gaugehistogram" | "gauge_histogram" => Kind::GaugeHistogram,
            "summary" => Kind::Summary,
            "info" => Kind::Info,
            "stateset" => Kind::StateSet,
            "untyped" | "unknown" => Kind::Unknown,
            _ => return None,
        })
    }

    /// The word after `# TYPE` in OpenMetrics.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
            Kind::GaugeHistogram => "gaugehistogram",
            Kind::Summary => "summary",
            Kind::Info => "info",
            Kind::StateSet => "stateset",
            Kind::Unknown => "unknown",
        }
    }

    /// True when a declared family `x` of this kind owns the sample `x` + `suffix`.
    pub(super) fn owns(self, suffix: &str) -> bool {
        match self {
            Kind::Histogram => matches!(suffix, "_bucket" | "_sum" | "_count" | "_created"),
            Kind::GaugeHistogram => matches!(suffix, "_bucket" | "_gsum" | "_gcount" | "_sum" | "_count" | "_created"),
            Kind::Summary => matches!(suffix, "_sum" | "_count" | "_created"),
            Kind::Counter => matches!(suffix, "_total" | "_created"),
            Kind::Info => suffix == "_info",
            Kind::Gauge | Kind::StateSet | Kind::Unknown => false,
        }
    }
}

/// Suffixes that can make a sample part of a family with a shorter name.
pub(super) const SUFFIXES: [&str; 8] = ["_bucket", "_sum", "_count", "_total", "_created", "_info", "_gsum", "_gcount"];

/// Kind of a family that nobody declared and that is not a histogram or a summary, from one sample name.
///
/// Traps: TGI writes counters without `_total`, two of them ending in `_count`; SGLang has gauges with `le` and `gt` labels.
pub(super) fn of_lone_name(name: &str, tells: Tells) -> Kind {
    const TGI_COUNTERS: [&str; 7] = [
        "tgi_request_count",
        "tgi_request_success",
        "tgi_request_failure",
        "tgi_batch_inference_count",
        "tgi_batch_inference_success",
        "tgi_batch_inference_failure",
        "tgi_batch_concat",
    ];
    const TGI_GAUGES: [&str; 4] =
        ["tgi_queue_size", "tgi_batch_current_size", "tgi_batch_current_max_tokens", "tgi_batch_max_total_tokens"];
    if TGI_COUNTERS.contains(&name) || name.ends_with("_total") {
        return Kind::Counter;
    }
    if name.ends_with("_info") {
        return Kind::Info;
    }
    // All counters of vLLM and SGLang end in `_total`, and parts of histograms have been taken out before.
    let of_engine = ["vllm:", "vllm_", "ray_vllm_", "sglang:", "sglang_"].iter().any(|prefix| name.starts_with(prefix));
    let is_part = ["_bucket", "_sum", "_count"].iter().any(|suffix| name.ends_with(suffix));
    if TGI_GAUGES.contains(&name) || name.ends_with("_created") || (tells.le && tells.gt) || (of_engine && !is_part) {
        return Kind::Gauge;
    }
    Kind::Unknown
}
