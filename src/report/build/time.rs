//! Time bases and times as they are printed.

use chrono::{DateTime, SecondsFormat};

pub use crate::metrics::duration;
use crate::report::TimeBaseView;
use crate::signal::{HintedBy, Span, TimeBase};

/// A time base with its words.
#[must_use]
pub fn time_base(base: TimeBase) -> TimeBaseView {
    match base {
        TimeBase::Lifetime(seconds) => {
            let words = seconds.map_or_else(|| "since start".to_owned(), |seconds| format!("since start, {}", duration(seconds)));
            view("lifetime", seconds, words)
        }
        TimeBase::Window(Span { seconds, by }) => {
            let words =
                seconds.map_or_else(|| "between two dumps".to_owned(), |seconds| format!("window, {}{}", duration(seconds), hinted(by)));
            view("window", seconds, words)
        }
        TimeBase::Instant => view("instant", None, "instant".to_owned()),
        TimeBase::Config => view("config", None, "setting".to_owned()),
    }
}

/// What a length of time rests on, behind it; empty when the times were told.
#[must_use]
pub fn hinted(by: Option<HintedBy>) -> &'static str {
    match by {
        Some(HintedBy::File) => " by the files’ times",
        Some(HintedBy::Paste) => " by the times of pasting",
        None => "",
    }
}

fn view(kind: &str, seconds: Option<f64>, words: String) -> TimeBaseView {
    TimeBaseView { kind: kind.to_owned(), seconds, words }
}

/// RFC 3339 with milliseconds where they matter. `None` for times that are not plausible Unix times (another clock was used).
#[must_use]
pub fn rfc3339(unix_seconds: f64) -> Option<String> {
    // Before 2001 a number is seconds of another clock, e.g. of a recording that starts at zero.
    if !(1e9..1e11).contains(&unix_seconds) {
        return None;
    }
    let millis = (unix_seconds * 1e3).round();
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked above")]
    let time = DateTime::from_timestamp_millis(millis as i64)?;
    Some(time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_another_clock_are_not_dates() {
        assert_eq!(rfc3339(70.0), None);
        assert_eq!(rfc3339(1_795_488_163.194).as_deref(), Some("2026-11-24T02:42:43.194Z"));
        assert_eq!(rfc3339(f64::NAN), None);
    }
}
