//! Targets as rows that can be edited.

use super::{error, judged, text_field};
use crate::entry::{Checked, Field, Row, Settings};
use crate::slo::Metric;
use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::button;
use crate::view::words::form as words;

pub fn targets(settings: &Settings, checked: &Checked) -> Node {
    let Some(rows) = &settings.rows else {
        return button("small", "edit-targets", words::EDIT_TARGETS);
    };
    let known = Metric::known().into_iter().map(|path| el("option").attr("value", &path)).collect();
    el_of("fieldset", "targets")
        .with(el_with("legend", words::TARGETS))
        .all(rows.iter().map(|row| draw(row, checked)).collect())
        .with(el("datalist").id("metric-paths").all(known))
        .with(el_of("div", "buttons").with(button("small", "add-target", words::ADD_TARGET)).with(button(
            "small",
            "drop-targets",
            words::BACK_TO_PRESET,
        )))
}

fn draw(row: &Row, checked: &Checked) -> Node {
    let id = row.id;
    let note = format!("target-error-{id}");
    let (wrong, sentence) = match checked.rows.get(&id) {
        Some((field, sentence)) => (Some(*field), sentence.as_str()),
        None => (None, ""),
    };
    let metric = text_field(&row.metric, words::METRIC_EXAMPLE)
        .attr("list", "metric-paths")
        .attr("aria-label", words::METRIC)
        .attr("data-input", &format!("row.{id}.metric"));
    let value =
        text_field(&row.value, words::VALUE_EXAMPLE).attr("aria-label", words::VALUE).attr("data-input", &format!("row.{id}.value"));
    let operator =
        |(operator, sign): &(&str, &str)| el_with("option", sign).attr("value", operator).flag(".selected", *operator == row.comparison);
    let comparison = el("select")
        .attr("aria-label", words::OPERATOR)
        .attr("data-change", &format!("row.{id}.comparison"))
        .all(words::OPERATORS.iter().map(operator).collect());
    el_of("div", "target-row")
        .id(&format!("target-{id}"))
        .with(judged(metric, wrong == Some(Field::Metric), &note))
        .with(judged(comparison, wrong == Some(Field::Comparison), &note))
        .with(judged(value, wrong == Some(Field::Value), &note))
        .with(button("remove", &format!("remove-target {id}"), "×").attr("aria-label", words::REMOVE))
        .with(error(&note, sentence))
}
