//! Units of the neutral vocabulary and their one spelling on every surface.

use serde::{Deserialize, Serialize};

/// The unit of a signal. Ratios are always 0–1 inside; they are printed as percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Seconds,
    /// A fraction between 0 and 1.
    Ratio,
    Requests,
    Tokens,
    TokensPerSecond,
    RequestsPerSecond,
    PerMinute,
    /// How often something happened.
    Times,
    /// One number over another of the same kind, which may be above 1.
    Multiple,
    Ranks,
    Adapters,
    Cores,
    /// Floating-point operations.
    Flop,
    /// On or off, as 1 or 0.
    Flag,
    /// A bare number, for sentences that name what is counted. Nothing that is measured has this unit.
    Count,
    Bytes,
    /// Gigabytes as the engine prints them.
    Gigabytes,
    Milliseconds,
    GigabytesPerSecond,
    UnixSeconds,
}

impl Unit {
    /// The short form after a number: `s`, `tok/s`, … Empty for bare counts and for what is on or off.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Unit::Seconds | Unit::UnixSeconds => "s",
            Unit::Ratio => "%",
            Unit::Requests => "requests",
            Unit::Tokens => "tokens",
            Unit::TokensPerSecond => "tok/s",
            Unit::RequestsPerSecond => "req/s",
            Unit::PerMinute => "/min",
            Unit::Times => "times",
            Unit::Multiple => "×",
            Unit::Ranks => "ranks",
            Unit::Adapters => "adapters",
            Unit::Cores => "cores",
            Unit::Flop => "FLOP",
            Unit::Flag => "",
            Unit::Count => "",
            Unit::Bytes => "B",
            Unit::Gigabytes => "GB",
            Unit::Milliseconds => "ms",
            Unit::GigabytesPerSecond => "GB/s",
        }
    }

    /// A number with its unit as people read it: three significant digits, seconds shown as ms or µs when small, ratios as percent.
    #[must_use]
    pub fn show(self, value: f64) -> String {
        let (number, unit) = self.parts(value);
        if unit.is_empty() { number } else { format!("{number} {unit}") }
    }

    /// The number and its unit as [`Unit::show`] puts them together; the unit may be empty.
    #[must_use]
    pub fn parts(self, value: f64) -> (String, &'static str) {
        match self {
            Unit::Seconds => seconds(value),
            Unit::Ratio => (significant(value * 100.0), "%"),
            Unit::Flag => (if value > 0.0 { "on" } else { "off" }.to_owned(), ""),
            Unit::Requests | Unit::Tokens | Unit::Times | Unit::Ranks | Unit::Adapters | Unit::Cores => {
                let number = significant(value);
                let word = if number == "1" { self.suffix().trim_end_matches('s') } else { self.suffix() };
                (number, word)
            }
            _ => (significant(value), self.suffix()),
        }
    }

    /// A value as a person would type it, to the last digit.
    #[must_use]
    pub fn spell(self, value: f64) -> String {
        match self {
            Unit::Ratio => format!("{} %", trimmed(value * 100.0)),
            Unit::Seconds | Unit::UnixSeconds if value > 0.0 && value < 1.0 => format!("{} ms", trimmed(value * 1e3)),
            _ if self.suffix().is_empty() => trimmed(value),
            _ => format!("{} {}", trimmed(value), self.suffix()),
        }
    }

    /// `51 → 96 requests`: the unit once when both have the same.
    #[must_use]
    pub fn show_change(self, before: f64, after: f64) -> String {
        let ((number, unit), (_, same)) = (self.parts(before), self.parts(after));
        // A single request is no other unit than several of them.
        let once = !unit.is_empty() && unit.trim_end_matches('s') == same.trim_end_matches('s');
        let first = if once { number } else { self.show(before) };
        format!("{first} → {}", self.show(after))
    }
}

/// A count with its noun: `1 request`, `3 requests`.
#[must_use]
pub fn counted(value: f64, one: &str, more: &str) -> String {
    format!("{} {}", significant(value), if value == 1.0 { one } else { more })
}

/// The text with a capital at its beginning. Only of ASCII, as all own words begin; the tables of Unicode would be 8 KB to load.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// The first sentence of a text, and the rest.
#[must_use]
pub fn first_sentence(text: &str) -> (&str, &str) {
    let end = text.as_bytes().windows(2).position(|pair| pair == b". ").map_or(text.len(), |end| end + 1);
    let (first, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    (first, rest.trim_start())
}

fn seconds(value: f64) -> (String, &'static str) {
    let size = value.abs();
    if size == 0.0 || size >= 1.0 || !value.is_finite() {
        (significant(value), "s")
    } else if size >= 1e-3 {
        (significant(value * 1e3), "ms")
    } else {
        (significant(value * 1e6), "µs")
    }
}

/// Three significant digits, thousands separated by a thin rule of commas, no trailing zeros.
#[must_use]
pub fn significant(value: f64) -> String {
    if value.is_nan() {
        return "not a number".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞".to_owned() } else { "−∞".to_owned() };
    }
    let size = value.abs();
    if size >= 1000.0 {
        return grouped(value.round());
    }
    // Digits after the point so that three are significant; 2 when the value is zero, 8 at most.
    let decimals = if size == 0.0 {
        2
    } else {
        let magnitude = [100.0, 10.0, 1.0, 0.1, 1e-2, 1e-3, 1e-4, 1e-5].iter().position(|limit| size >= *limit);
        magnitude.unwrap_or(8)
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Up to nine decimals, without the noise of binary fractions.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.9}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0.0 {
        out.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_pick_the_prefix_that_reads_best() {
        assert_eq!(Unit::Seconds.show(14.0), "14 s");
        assert_eq!(Unit::Seconds.show(0.0132), "13.2 ms");
        assert_eq!(Unit::Seconds.show(0.000_004), "4 µs");
        assert_eq!(Unit::Seconds.show(0.0), "0 s");
    }

    #[test]
    fn a_change_names_its_unit_once() {
        for (unit, before, after, shown) in [
            (Unit::Requests, 51.0, 96.0, "51 → 96 requests"),
            (Unit::Requests, 1.0, 2.0, "1 → 2 requests"),
            (Unit::Requests, 2.0, 1.0, "2 → 1 request"),
            (Unit::Ratio, 0.0, 0.0022, "0 → 0.22 %"),
            (Unit::Seconds, 0.9, 2.0, "900 ms → 2 s"),
            (Unit::Count, 1.0, 2.0, "1 → 2"),
        ] {
            assert_eq!(unit.show_change(before, after), shown);
        }
    }

    #[test]
    fn one_is_singular_and_only_one() {
        for (unit, value, shown) in [
            (Unit::Ranks, 1.0, "1 rank"),
            (Unit::Times, 1.0, "1 time"),
            (Unit::Requests, 1.2, "1.2 requests"),
            (Unit::Tokens, 0.0, "0 tokens"),
            (Unit::TokensPerSecond, 1.0, "1 tok/s"),
        ] {
            assert_eq!(unit.show(value), shown);
        }
    }

    #[test]
    fn large_counts_are_grouped_and_ratios_are_percent() {
        assert_eq!(Unit::Tokens.show(400_448.0), "400,448 tokens");
        assert_eq!(Unit::Ratio.show(0.112_238), "11.2 %");
        assert_eq!(Unit::Count.show(-1234.0), "-1,234");
        assert_eq!(Unit::Ratio.show(0.002_933), "0.293 %");
        assert_eq!(Unit::Count.show(1.5), "1.5");
        assert_eq!(Unit::Count.show(12.34), "12.3");
        assert_eq!(Unit::Count.show(0.012_345), "0.0123");
    }
}
