//! Spans of time in words.

/// A span of time in the unit that people say: `42 s`, `12 min`, `3.5 h`, `2.1 days`.
#[must_use]
pub fn duration(seconds: f64) -> String {
    let (value, unit) = if seconds < 120.0 {
        (seconds, "s")
    } else if seconds < 7200.0 {
        (seconds / 60.0, "min")
    } else if seconds < 172_800.0 {
        (seconds / 3600.0, "h")
    } else {
        (seconds / 86_400.0, "days")
    };
    let text = if value >= 10.0 || value.fract().abs() < 0.05 { format!("{value:.0}") } else { format!("{value:.1}") };
    format!("{text} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        assert_eq!(duration(60.0), "60 s");
        assert_eq!(duration(7.25), "7.2 s");
        assert_eq!(duration(720.0), "12 min");
        assert_eq!(duration(9000.0), "2.5 h");
        assert_eq!(duration(432_000.0), "5 days");
    }
}
