//! A finding of the classic profile in the shape of the report.

use super::time::time_base;
use crate::classic::Finding;
use crate::metrics::Unit;
use crate::report::{Bottleneck, ConfidenceView, Evidence};
use crate::rule::{ConfidenceWord, Role};
use crate::signal::TimeBase;

/// `input` is the index of the text that the finding was read from.
#[must_use]
pub fn classic_bottleneck(finding: &Finding, input: usize, timestamp: Option<&str>) -> Bottleneck {
    let unit = finding.reading.unit;
    let shown = unit.show(finding.reading.value);
    // The classic cache usage and its threshold are percent already, everything else is in the unit of the signal.
    let percent = unit == Unit::Ratio && finding.threshold > 1.0;
    let threshold = unit.show(if percent { finding.threshold / 100.0 } else { finding.threshold });
    let (direction, sign) = if finding.higher_is_worse { ("above", ">") } else { ("below", "<") };
    let span = match finding.reading.time_base {
        TimeBase::Lifetime(_) => "mean since the process started",
        TimeBase::Window(_) => "mean of the window",
        TimeBase::Instant | TimeBase::Config => "at the moment of the dump",
    };
    Bottleneck {
        id: finding.id.to_owned(),
        title: finding.title.to_owned(),
        kind: finding.kind,
        role: Role::Symptom,
        severity: finding.severity,
        description: format!("{}: {shown} ({span}), {direction} {threshold}.", finding.title),
        metric_name: finding.metric_name.to_owned(),
        current_value: finding.current,
        threshold_value: finding.threshold,
        recommendation: finding.recommendation.to_owned(),
        timestamp: timestamp.map(str::to_owned),
        confidence: ConfidenceView {
            // That a fixed number is crossed is certain; that anything is wrong is not.
            value: 0.3,
            word: ConfidenceWord::Possible,
            missing: Vec::new(),
            contradictions: Vec::new(),
        },
        evidence: vec![Evidence {
            signal: finding.signal.to_owned(),
            label: finding.metric_name.to_owned(),
            value: finding.reading.value,
            unit,
            shown: shown.clone(),
            time_base: time_base(finding.reading.time_base),
            inferred: false,
            metric: finding.reading.source.metric.clone(),
            input,
            lines: finding.reading.source.lines.clone(),
        }],
        explains: Vec::new(),
        contributing: Vec::new(),
        actions: Vec::new(),
        why: "A fixed threshold of the classic profile is crossed. It is the same for every model, load and use.".to_owned(),
        formula: format!("{} = {shown} {sign} {threshold}", finding.metric_name),
        falsifier: "The default profile, which weighs load, persistence and cause, does not report it.".to_owned(),
        sources: vec!["OptiInfra performance agent, commit 219e936.".to_owned()],
    }
}
