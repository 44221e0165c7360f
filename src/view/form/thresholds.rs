//! The thresholds of the classic profile.

use super::{error, judged, text_field};
use crate::entry::{Checked, Settings, THRESHOLDS, Threshold, spell};
use crate::view::node::{Node, el_of, el_with};
use crate::view::words::form as words;

pub fn thresholds(settings: &Settings, checked: &Checked) -> Node {
    let legend = el_with("legend", words::THRESHOLDS);
    THRESHOLDS.iter().fold(el_of("fieldset", "thresholds").with(legend), |fields, threshold| add(fields, threshold, settings, checked))
}

fn add(fields: Node, threshold: &Threshold, settings: &Settings, checked: &Checked) -> Node {
    let name = threshold.name;
    let typed = settings.thresholds.get(name).map(String::as_str).unwrap_or_default();
    let wrong = checked.thresholds.get(name);
    let note = format!("threshold-error-{name}");
    let field = text_field(typed, &spell(threshold.default, threshold.unit)).id(name).attr("data-input", &format!("threshold.{name}"));
    fields
        .with(el_with("label", threshold.words).attr("for", name))
        .with(judged(field, wrong.is_some(), &note))
        .with(error(&note, wrong.map(String::as_str).unwrap_or_default()))
}
