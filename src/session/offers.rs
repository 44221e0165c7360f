//! What the page needs to know beside a report: what the form can offer, the rules in words, and a summary.

use crate::entry::{THRESHOLDS, TargetRow, spell};
use crate::protocol::{Catalogue, Preset, RuleText, Summary, ThresholdField, prints};
use crate::report::{Report, SloStatusView};
use crate::rule::{Rule, catalogue};
use crate::slo::{self, Metric};

#[must_use]
pub fn offers() -> Catalogue {
    let preset = |preset: slo::Preset| Preset { id: preset.id.to_owned(), name: preset.name.to_owned(), source: preset.source.to_owned() };
    Catalogue {
        presets: slo::presets().into_iter().map(preset).collect(),
        metrics: Metric::known(),
        thresholds: THRESHOLDS
            .iter()
            .map(|threshold| ThresholdField {
                name: threshold.name.to_owned(),
                label: threshold.words.to_owned(),
                default: spell(threshold.default, threshold.unit),
            })
            .collect(),
    }
}

pub(super) fn rules() -> Vec<RuleText> {
    let told = |rule: &'static Rule| {
        let texts = &rule.texts;
        RuleText {
            id: rule.id.to_owned(),
            code: rule.code.to_owned(),
            title: rule.title.to_owned(),
            servers: rule.backends.iter().map(|backend| backend.name().to_owned()).collect(),
            sees: texts.sees.to_owned(),
            why: texts.why.to_owned(),
            what_to_do: texts.what_to_do.to_owned(),
            falsifier: texts.falsifier.to_owned(),
            sources: texts.sources.iter().map(|source| (*source).to_owned()).collect(),
        }
    };
    catalogue::all().map(told).collect()
}

pub(super) fn summary(report: &Report) -> Summary {
    let name = |id: &str| slo::preset(id).map_or_else(|_| id.to_owned(), |preset| preset.name.to_owned());
    Summary {
        assumed: report.slo_source.strip_prefix("assumed:").map(name),
        targets: targets(&report.slo_statuses),
        prints: prints(report),
    }
}

fn targets(statuses: &[SloStatusView]) -> Vec<TargetRow> {
    let row = |(id, status): (u32, &SloStatusView)| TargetRow {
        id,
        metric: status.target.metric.clone(),
        comparison: status.target.comparison.clone(),
        value: spell(status.target.target_value, status.unit),
    };
    (0..).zip(statuses).map(row).collect()
}
