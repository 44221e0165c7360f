//! Moments and spans of a series in words.

use chrono::{DateTime, NaiveDate, NaiveTime};

/// A moment of a series that began at `first`, both in seconds on one clock: a time of day where they are Unix times, else the time since
/// the first dump.
#[must_use]
pub fn when(at: f64, first: f64) -> String {
    match (moment(at), moment(first)) {
        (Some((day, time)), Some((first_day, _))) if day == first_day => time.format("%H:%M:%S").to_string(),
        (Some((day, time)), _) => format!("{} {}", day.format("%Y-%m-%d"), time.format("%H:%M:%S")),
        _ => elapsed((at - first).max(0.0)),
    }
}

/// `from 14:03:10 to 14:03:35 UTC`, or `from 85 s to 110 s`.
#[must_use]
pub fn span_words(from: f64, to: f64, first: f64) -> String {
    let zone = if moment(to).is_some() { " UTC" } else { "" };
    format!("from {} to {}{zone}", when(from, first), when(to, first))
}

/// Seconds since the first dump: `85 s`; from ten minutes on `12:40 min`, `2:05:10 h`.
fn elapsed(seconds: f64) -> String {
    let whole = seconds.round();
    let (hours, minutes, rest) = ((whole / 3600.0).floor(), (whole / 60.0).floor() % 60.0, whole % 60.0);
    if whole < 600.0 {
        format!("{} s", (seconds * 10.0).round() / 10.0)
    } else if hours < 1.0 {
        format!("{minutes}:{rest:02} min")
    } else {
        format!("{hours}:{minutes:02}:{rest:02} h")
    }
}

/// `None` for times that are no plausible Unix times, for example those of a recording that begins at zero.
fn moment(unix_seconds: f64) -> Option<(NaiveDate, NaiveTime)> {
    if !(1e9..1e11).contains(&unix_seconds) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked above")]
    let time = DateTime::from_timestamp(unix_seconds.round() as i64, 0)?.naive_utc();
    Some((time.date(), time.time()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_show_their_zone_and_another_day_its_date() {
        let first = 1_796_061_806.0;
        assert_eq!(span_words(first, first + 25.0, first), "from 18:03:26 to 18:03:51 UTC");
        assert!(when(first + 86_400.0, first).ends_with("18:03:26") && when(first + 86_400.0, first).len() > 10);
        assert_eq!(span_words(85.0, 110.0, 0.0), "from 85 s to 110 s");
        assert_eq!(span_words(195.5, 7510.0, 0.0), "from 195.5 s to 2:05:10 h");
    }
}
