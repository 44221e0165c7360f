//! A number with an optional unit, as in `250 ms` or `99.9 %`.

use crate::metrics::Unit;

/// Reads a value in the unit of its metric: durations come back in seconds, shares as 0–1.
///
/// # Errors
/// A sentence that says what was not understood and how to write it.
pub fn value(text: &str, unit: Unit) -> Result<f64, String> {
    let text = text.trim();
    let split = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(text.len());
    let (digits, suffix) = text.split_at_checked(split).unwrap_or((text, ""));
    let number: f64 = digits
        .parse()
        .map_err(|_| if text.is_empty() { "A value is missing.".to_owned() } else { format!("“{text}” is not a number.") })?;
    if number < 0.0 {
        return Err("A target cannot be negative.".to_owned());
    }
    let suffix = suffix.trim().to_ascii_lowercase();
    let factor = factor(&suffix, unit).ok_or_else(|| format!("“{suffix}” is not a unit of this metric. {}", advice(unit)))?;
    let number = number * factor;
    if unit == Unit::Ratio && number > 1.0 {
        return Err(format!("{text} is more than the whole. {}", advice(unit)));
    }
    Ok(number)
}

/// The value as the form shows it; [`value`] reads it back.
#[must_use]
pub fn spell(value: f64, unit: Unit) -> String {
    unit.spell(value)
}

fn factor(suffix: &str, unit: Unit) -> Option<f64> {
    let found = match unit {
        Unit::Seconds | Unit::UnixSeconds => match suffix {
            "" | "s" | "sec" | "second" | "seconds" => 1.0,
            "ms" | "msec" | "millisecond" | "milliseconds" => 1e-3,
            "us" | "µs" | "μs" => 1e-6,
            "m" | "min" | "minute" | "minutes" => 60.0,
            "h" | "hour" | "hours" => 3600.0,
            _ => return None,
        },
        Unit::Milliseconds => match suffix {
            "" | "ms" => 1.0,
            "s" => 1e3,
            _ => return None,
        },
        Unit::Ratio => match suffix {
            "" => 1.0,
            "%" | "percent" => 0.01,
            _ => return None,
        },
        Unit::TokensPerSecond => plain(suffix, &["tok/s", "tokens/s", "t/s", "/s"])?,
        Unit::RequestsPerSecond => plain(suffix, &["req/s", "requests/s", "rps", "/s"])?,
        Unit::PerMinute => plain(suffix, &["/min", "/m", "per minute"])?,
        Unit::Requests => plain(suffix, &["requests", "request", "req"])?,
        Unit::Tokens => plain(suffix, &["tokens", "token", "tok"])?,
        Unit::Times => plain(suffix, &["times"])?,
        Unit::Multiple => plain(suffix, &["×", "x"])?,
        Unit::Ranks => plain(suffix, &["ranks"])?,
        Unit::Adapters => plain(suffix, &["adapters"])?,
        Unit::Cores => plain(suffix, &["cores"])?,
        Unit::Flop => plain(suffix, &["flop"])?,
        Unit::Flag | Unit::Count => plain(suffix, &[])?,
        Unit::Bytes => plain(suffix, &["b", "bytes"])?,
        Unit::Gigabytes => plain(suffix, &["gb"])?,
        Unit::GigabytesPerSecond => plain(suffix, &["gb/s"])?,
    };
    Some(found)
}

fn plain(suffix: &str, known: &[&str]) -> Option<f64> {
    (suffix.is_empty() || known.contains(&suffix)).then_some(1.0)
}

fn advice(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds | Unit::UnixSeconds | Unit::Milliseconds => "Write a duration such as 250 ms or 1.5 s.",
        Unit::Ratio => "Write a share such as 99.9 % or 0.999.",
        Unit::TokensPerSecond => "Write tokens per second, such as 100 tok/s.",
        Unit::RequestsPerSecond => "Write requests per second, such as 5 req/s.",
        Unit::PerMinute => "Write a rate such as 1 /min.",
        Unit::Requests | Unit::Tokens | Unit::Times | Unit::Multiple | Unit::Ranks | Unit::Adapters => "Write a plain number.",
        Unit::Cores | Unit::Flop | Unit::Flag | Unit::Count => "Write a plain number.",
        Unit::Bytes | Unit::Gigabytes | Unit::GigabytesPerSecond => "Write a plain number in the unit shown.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_come_back_in_seconds() {
        for (text, seconds) in
            [("250 ms", 0.25), ("250ms", 0.25), ("1.5", 1.5), ("1.5 s", 1.5), ("2 min", 120.0), ("40 µs", 40e-6), (" .5 s ", 0.5)]
        {
            assert!((value(text, Unit::Seconds).unwrap() - seconds).abs() < 1e-12, "{text}");
        }
    }

    #[test]
    fn shares_are_fractions_or_percent_and_never_guessed() {
        assert!((value("99.9 %", Unit::Ratio).unwrap() - 0.999).abs() < 1e-12);
        assert_eq!(value("0.999", Unit::Ratio), Ok(0.999));
        assert!(value("99.9", Unit::Ratio).unwrap_err().contains("99.9 %"));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        assert_eq!(value("", Unit::Seconds), Err("A value is missing.".into()));
        assert_eq!(value("fast", Unit::Seconds), Err("“fast” is not a number.".into()));
        assert!(value("3 parsecs", Unit::Seconds).unwrap_err().starts_with("“parsecs” is not a unit of this metric."));
        assert!(value("-1 s", Unit::Seconds).unwrap_err().contains("negative"));
        assert!(value("5 %", Unit::TokensPerSecond).is_err());
        assert!(value("1e400", Unit::Seconds).is_err());
    }

    #[test]
    fn what_the_form_shows_is_read_back() {
        for unit in
            [Unit::Seconds, Unit::Ratio, Unit::TokensPerSecond, Unit::RequestsPerSecond, Unit::PerMinute, Unit::Requests, Unit::Count]
        {
            for number in [0.0, 0.000_25, 0.05, 0.123_456, 0.999, 1.0] {
                let shown = spell(number, unit);
                assert!((value(&shown, unit).unwrap() - number).abs() < 1e-9, "{shown}");
            }
        }
        assert_eq!(spell(0.25, Unit::Seconds), "250 ms");
        assert_eq!(spell(0.999, Unit::Ratio), "99.9 %");
        assert_eq!(spell(100.0, Unit::TokensPerSecond), "100 tok/s");
    }
}
