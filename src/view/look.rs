//! A verdict as a word, a shape and a colour.

use crate::report::{Change, Fate, Footing, OpinionVerdict, RuleVerdict};
use crate::rule::Severity;
use crate::slo::Verdict;

/// How a verdict looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// `critical`, `high`, `medium`, `low`, `good` or `quiet`; a class of the style sheet.
    pub tone: &'static str,
    pub shape: &'static str,
    pub word: &'static str,
}

// Signs that can be told apart without colour, as paths in a square of twelve.
const TRIANGLE: &str = "M6 1 11.5 11 .5 11Z";
const DIAMOND: &str = "M6 .5 11.5 6 6 11.5 .5 6Z";
const SQUARE: &str = "M1.5 1.5h9v9h-9Z";
const DOT: &str = "M6 1.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9Z";
const RING: &str = "M6 .8a5.2 5.2 0 1 1 0 10.4a5.2 5.2 0 1 1 0-10.4ZM6 2.8a3.2 3.2 0 1 0 0 6.4a3.2 3.2 0 1 0 0-6.4Z";
pub const CHECK: &str = "M.8 6.4 2.5 4.7 4.7 6.9 9.6 2 11.3 3.7 4.7 10.3Z";
const CROSS: &str = "M2.6 .9 6 4.3 9.4 .9 11.1 2.6 7.7 6 11.1 9.4 9.4 11.1 6 7.7 2.6 11.1 .9 9.4 4.3 6 .9 2.6Z";
const DASH: &str = "M1 4.8h10v2.4H1Z";

const fn look(tone: &'static str, shape: &'static str, word: &'static str) -> Look {
    Look { tone, shape, word }
}

pub fn of_severity(severity: Severity) -> Look {
    match severity {
        Severity::Critical => look("critical", TRIANGLE, "Critical"),
        Severity::High => look("high", DIAMOND, "High"),
        Severity::Medium => look("medium", SQUARE, "Medium"),
        Severity::Low => look("low", DOT, "Low"),
        Severity::Info => look("quiet", RING, "Note"),
    }
}

pub fn of_verdict(verdict: Verdict) -> Look {
    match verdict {
        Verdict::Pass => look("good", CHECK, "met"),
        Verdict::Fail => look("critical", CROSS, "missed"),
        Verdict::Undetermined => look("quiet", RING, "cannot tell"),
        Verdict::NoData => look("quiet", DASH, "no data"),
    }
}

/// Never a plain green for what the headline doubts.
pub fn of_footing(footing: Footing) -> Look {
    let (tone, shape) = match footing {
        Footing::Healthy => ("good", CHECK),
        Footing::Minor | Footing::LookCloser => ("low", DOT),
        Footing::Degraded | Footing::TargetMissed => ("medium", DIAMOND),
        Footing::Critical => ("critical", TRIANGLE),
        Footing::Outage => ("critical", CROSS),
        Footing::Unknown | Footing::NotProven | Footing::Untested => ("quiet", RING),
    };
    look(tone, shape, footing.word())
}

pub fn of_rule(verdict: RuleVerdict) -> Look {
    match verdict {
        RuleVerdict::Fired => look("high", DIAMOND, "fired"),
        RuleVerdict::Clear => look("good", CHECK, "clear"),
        RuleVerdict::NotMeasurable => look("quiet", RING, "cannot tell"),
    }
}

pub fn of_opinion(verdict: OpinionVerdict) -> Look {
    match verdict {
        OpinionVerdict::Ok => look("good", CHECK, "ok"),
        OpinionVerdict::Warning => look("medium", SQUARE, "warning"),
        OpinionVerdict::Critical => look("critical", TRIANGLE, "Critical"),
        OpinionVerdict::NoData => look("quiet", DASH, "no data"),
    }
}

pub fn of_change(change: Change) -> Look {
    let (tone, shape) = match change {
        Change::Better => ("good", CHECK),
        Change::Worse => ("critical", CROSS),
        Change::Different => ("low", DOT),
        Change::Same => ("quiet", DASH),
        Change::Unclear => ("quiet", RING),
    };
    look(tone, shape, change.word())
}

pub fn of_fate(fate: Fate) -> Look {
    match fate {
        Fate::Gone => look("good", CHECK, "gone"),
        Fate::Still => look("high", DIAMOND, "still there"),
        Fate::New => look("critical", TRIANGLE, "new"),
        Fate::Unknown => look("quiet", RING, "cannot tell"),
    }
}
