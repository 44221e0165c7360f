//! Which series of a family a quantity is read from.

use crate::metrics::Sample;

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
    pub fn admits(&self, sample: &Sample<'_>) -> bool {
        let find = |key: &str| sample.label(key);
        match self {
            Select::Is(key, wanted) => find(key) == Some(wanted),
            Select::OneOf(key, wanted) => find(key).is_some_and(|value| wanted.contains(&value)),
            Select::NoneOf(key, unwanted) => !find(key).is_some_and(|value| unwanted.contains(&value)),
            Select::Starts(key, prefix) => find(key).is_some_and(|value| value.starts_with(prefix)),
            Select::IfPresent { label, test, .. } => find(label).is_none_or(test),
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

/// `name{a="x",b=~"y"}`.
pub(super) fn show(name: &str, selects: &[Select]) -> String {
    if selects.is_empty() {
        return name.to_owned();
    }
    let matchers: Vec<String> = selects.iter().map(Select::show).collect();
    format!("{name}{{{}}}", matchers.join(","))
}
