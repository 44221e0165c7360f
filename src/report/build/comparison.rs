//! A comparison in the report's shapes.

use crate::compare::{Comparison, Row, Side};
use crate::report::{ComparisonRow, ComparisonView, FindingChangeView, SideView, SpanView};
use crate::signal::Observation;

use super::distributions::finite;
use super::views::window;

#[must_use]
pub fn comparison(comparison: &Comparison, before: &Observation, after: &Observation) -> ComparisonView {
    ComparisonView {
        headline: comparison.headline.clone(),
        before: span(before),
        after: span(after),
        load_alike: comparison.load.alike,
        load: comparison.load.sentence.clone(),
        rows: comparison.rows.iter().map(row).collect(),
        findings: comparison
            .findings
            .iter()
            .map(|finding| FindingChangeView {
                id: finding.id.to_owned(),
                title: finding.title.to_owned(),
                fate: finding.fate,
                sentence: finding.sentence.clone(),
            })
            .collect(),
    }
}

fn span(seen: &Observation) -> SpanView {
    let first = seen.first.as_ref().map_or(seen.last.text_index, |first| first.text_index);
    let words = window(seen).map_or_else(String::new, |window| window.words);
    SpanView { inputs: [first, seen.last.text_index], seconds: seen.seconds(), words }
}

fn row(row: &Row) -> ComparisonRow {
    ComparisonRow {
        path: row.path.clone(),
        label: row.label.clone(),
        unit: row.unit,
        before: row.before.as_ref().map(side),
        after: row.after.as_ref().map(side),
        change: row.change,
        sentence: row.sentence.clone(),
    }
}

fn side(side: &Side) -> SideView {
    SideView {
        value: side.value,
        interval: side.interval.map(|(low, high)| [finite(low), finite(high)]),
        shown: side.shown.clone(),
        metric: side.source.metric.clone(),
        input: side.input,
        lines: side.source.lines.clone(),
    }
}
