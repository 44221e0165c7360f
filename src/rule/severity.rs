//! Severity follows impact, not the distance from a tuning threshold.

use super::{Severity, Symptom, Symptoms};

/// Score 0–1 of a value that is `ratio` times its limit: 0 at or below the limit, then 0.25 + 0.5·log2(ratio).
/// A ratio of 1.2 gives 0.38, 1.5 gives 0.54, 2 gives 0.75.
#[must_use]
pub fn score(ratio: f64) -> f64 {
    if ratio.is_nan() || ratio <= 1.0 { 0.0 } else { (0.25 + 0.5 * ratio.log2()).clamp(0.25, 1.0) }
}

/// Score of an error rate that burns the budget `burn` times as fast as it may: 14.4 is critical and 6 is high, as alerting on error
/// budgets has it (Google's SRE workbook).
#[must_use]
pub fn burn_score(burn: f64) -> f64 {
    const PAGE: f64 = 14.4;
    if burn.is_nan() || burn <= 1.0 { 0.0 } else { (0.25 + 0.5 * burn.ln() / PAGE.ln()).clamp(0.25, 1.0) }
}

/// The word for a score: 0.75 critical, 0.5 high, 0.25 medium, above 0 low, else info.
#[must_use]
pub fn band(score: f64) -> Severity {
    if score >= 0.75 {
        Severity::Critical
    } else if score >= 0.5 {
        Severity::High
    } else if score >= 0.25 {
        Severity::Medium
    } else if score > 0.0 {
        Severity::Low
    } else {
        Severity::Info
    }
}

/// What the symptoms that a cause explains amount to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Impact {
    /// Worst score of the explained symptoms.
    pub score: f64,
    /// True when one of them is a missed target rather than only a queue.
    pub violated: bool,
    /// True when a missed target was measured over a window, not over the process lifetime.
    pub current: bool,
    /// True when many more requests wait at this moment than run.
    pub pressing: bool,
}

impl Impact {
    #[must_use]
    pub fn of(symptoms: &Symptoms, explains: &[Symptom]) -> Self {
        let mut impact = Impact { score: 0.0, violated: false, current: false, pressing: false };
        for seen in symptoms.seen.iter().filter(|seen| explains.contains(&seen.symptom)) {
            impact.score = impact.score.max(seen.score);
            impact.violated |= seen.violated;
            impact.current |= seen.violated && seen.current;
            impact.pressing |= seen.pressing;
        }
        impact
    }

    /// Severity of a cause or risk. It follows the present: a target missed in the window may be critical, a queue many times as long as
    /// the batch is high, and what only the process lifetime shows is medium at most, for it cannot tell what is so now.
    #[must_use]
    pub fn severity(self) -> Severity {
        let cap = match (self.violated && self.current, self.pressing) {
            (true, _) => Severity::Critical,
            (false, true) => Severity::High,
            (false, false) => Severity::Medium,
        };
        band(self.score).min(cap).max(Severity::Low)
    }

    /// Severity of a finding about efficiency: low at most without a missed target.
    #[must_use]
    pub fn efficiency(self) -> Severity {
        if self.violated { self.severity() } else { Severity::Low }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_of_ratios_gives_the_published_bands() {
        // Handbook 1.3: r=1.2 → 0.38 medium, 1.5 → 0.54 high, 2 → 0.75 critical; medium/high meet at 1.41.
        assert!((score(1.2) - 0.3815).abs() < 1e-3);
        assert_eq!(band(score(1.2)), Severity::Medium);
        assert_eq!(band(score(1.5)), Severity::High);
        assert_eq!(band(score(2.0)), Severity::Critical);
        assert_eq!(band(score(1.41)), Severity::Medium);
        assert_eq!(band(score(1.42)), Severity::High);
        assert_eq!(band(score(1.0)), Severity::Info);
        assert_eq!(band(score(f64::NAN)), Severity::Info);
    }

    #[test]
    fn a_fast_burn_is_critical_and_a_slower_one_is_not() {
        assert_eq!(band(burn_score(14.4)), Severity::Critical);
        assert_eq!(band(burn_score(6.0)), Severity::High);
        assert_eq!(band(burn_score(2.0)), Severity::Medium);
        assert_eq!(band(burn_score(1.0)), Severity::Info);
    }

    #[test]
    fn a_lifetime_number_alone_never_makes_a_critical() {
        let lifetime = Impact { score: 1.0, violated: true, current: false, pressing: false };
        assert_eq!(lifetime.severity(), Severity::Medium);
        let queue_only = Impact { violated: false, ..lifetime };
        assert_eq!(queue_only.severity(), Severity::Medium);
        let current = Impact { current: true, ..lifetime };
        assert_eq!(current.severity(), Severity::Critical);
    }

    #[test]
    fn a_queue_many_times_as_long_as_the_batch_is_high_by_itself() {
        let pressing = Impact { score: 0.5, violated: false, current: false, pressing: true };
        assert_eq!(pressing.severity(), Severity::High);
    }
}
