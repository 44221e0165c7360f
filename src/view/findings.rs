//! What stands in the head and in the foot of a finding.

use super::verdict::{confidence, only_finds_out, role};
use crate::metrics::Unit;
use crate::report::{Bottleneck, Report, RuleVerdict, path_words};
use crate::rule::BottleneckType;

/// `cause, confirmed · explains TTFT, E2E`.
#[must_use]
pub fn standing(finding: &Bottleneck) -> String {
    let standing = format!("{}, {}", role(finding.role), confidence(finding.confidence.word));
    if finding.explains.is_empty() {
        return standing;
    }
    let paths: Vec<String> = finding.explains.iter().map(|path| path_words(path)).collect();
    format!("{standing} · explains {}", paths.join(", "))
}

/// What a finding asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    Nothing,
    /// Its actions, each with a price.
    Actions,
    /// Its recommendation, which changes a setting.
    Change,
    /// Its recommendation, which is a step.
    NextStep,
}

#[must_use]
pub fn advice(finding: &Bottleneck) -> Advice {
    let is_empty = finding.recommendation.is_empty();
    match finding {
        _ if only_finds_out(finding) => {
            if is_empty {
                Advice::Nothing
            } else {
                Advice::NextStep
            }
        }
        _ if !finding.actions.is_empty() => Advice::Actions,
        _ if is_empty => Advice::Nothing,
        _ if finding.is_classic() => Advice::Change,
        // Where no setting is to be changed, it is a step.
        _ => Advice::NextStep,
    }
}

/// The number against its threshold, which is all that a finding of the classic profile has for a proof.
#[must_use]
pub fn against(finding: &Bottleneck) -> String {
    if !finding.is_classic() {
        return String::new();
    }
    let shown = |value| Unit::Count.show(value);
    format!("`{}` is {} against a threshold of {}.", finding.metric_name, shown(finding.current_value), shown(finding.threshold_value))
}

/// `confirmed, 86 %`.
#[must_use]
pub fn how_sure(finding: &Bottleneck) -> String {
    format!("{}, {}", confidence(finding.confidence.word), Unit::Ratio.show(finding.confidence.value))
}

/// What it means that nothing was found.
#[must_use]
pub fn nothing_found(report: &Report) -> String {
    let all = report.rules.len();
    let judged = report.rules.iter().filter(|rule| rule.verdict != RuleVerdict::NotMeasurable).count();
    match (all, all - judged) {
        (0, _) => "No rule fired.".to_owned(),
        (_, 0) => format!("No rule fired. {judged} of {all} rules looked and found nothing."),
        (_, rest) => format!(
            "No rule fired. {judged} of {all} rules looked and found nothing. {rest} could not be judged; below is why, and how to switch them on."
        ),
    }
}

#[must_use]
pub fn kind(kind: BottleneckType) -> &'static str {
    match kind {
        BottleneckType::HighLatency => "high latency",
        BottleneckType::LowThroughput => "low throughput",
        BottleneckType::QueueBuildup => "queue build-up",
        BottleneckType::CacheInefficiency => "cache inefficiency",
        BottleneckType::MemoryPressure => "memory pressure",
        BottleneckType::BatchSizeSuboptimal => "batch size",
        BottleneckType::Availability => "availability",
        BottleneckType::Imbalance => "imbalance",
        BottleneckType::DataQuality => "data quality",
        BottleneckType::Forecast => "forecast",
    }
}
