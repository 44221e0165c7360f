//! Which series of a family a quantity is read from.

use crate::metrics::{Pick, Sample};

/// A condition on one label.
#[derive(Debug, Clone, Copy)]
pub(in crate::backend) enum Select {
    Is(&'static str, &'static str),
    OneOf(&'static str, &'static [&'static str]),
    NoneOf(&'static str, &'static [&'static str]),
    /// The value starts so: status classes, which some servers group (`5xx`) and others do not (`503`).
    Starts(&'static str, &'static str),
    /// The value passes the test; a series without the label passes too. Printed as `label=~"shown"`.
    IfPresent {
        label: &'static str,
        test: fn(&str) -> bool,
        shown: &'static str,
    },
}

impl Select {
    fn label(&self) -> &'static str {
        match self {
            Select::Is(label, _) | Select::OneOf(label, _) | Select::NoneOf(label, _) | Select::Starts(label, _) => label,
            Select::IfPresent { label, .. } => label,
        }
    }

    fn admits(&self, value: Option<&str>) -> bool {
        match self {
            Select::Is(_, wanted) => value == Some(wanted),
            Select::OneOf(_, wanted) => value.is_some_and(|value| wanted.contains(&value)),
            Select::NoneOf(_, unwanted) => !value.is_some_and(|value| unwanted.contains(&value)),
            Select::Starts(_, prefix) => value.is_some_and(|value| value.starts_with(prefix)),
            Select::IfPresent { test, .. } => value.is_none_or(test),
        }
    }

    /// As a PromQL matcher.
    fn show(&self) -> String {
        match self {
            Select::Is(key, value) => format!("{key}=\"{value}\""),
            Select::OneOf(key, values) => format!("{key}=~\"{}\"", values.join("|")),
            Select::NoneOf(key, values) => format!("{key}!~\"{}\"", values.join("|")),
            Select::Starts(key, prefix) => format!("{key}=~\"{prefix}..\""),
            Select::IfPresent { label, shown, .. } => format!("{label}=~\"{shown}\""),
        }
    }
}

/// Whether all of these admit a sample, for one sample after another.
pub(super) fn all_admit<'a>(selects: &'static [Select]) -> impl FnMut(&Sample<'a>) -> bool {
    let mut pick = Pick::new(selects.iter().map(Select::label).collect());
    let mut admitted = true;
    move |sample| {
        if !selects.is_empty() && pick.go(sample) {
            admitted = selects.iter().zip(&pick.values).all(|(select, value)| select.admits(*value));
        }
        admitted
    }
}

/// `name{a="x",b=~"y"}`.
pub(super) fn show(name: &str, selects: &[Select]) -> String {
    if selects.is_empty() {
        return name.to_owned();
    }
    let matchers: Vec<String> = selects.iter().map(Select::show).collect();
    format!("{name}{{{}}}", matchers.join(","))
}
