//! A verdict as a word, a shape and a colour.

use leptos::prelude::*;

use super::{Shape, shape};
use crate::report::{Band, OpinionVerdict, RuleVerdict};
use crate::rule::Severity;
use crate::slo::Verdict;
use crate::web::text::words;

/// How a verdict looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// `critical`, `high`, `medium`, `low`, `good` or `quiet`; a class of the style sheet.
    pub tone: &'static str,
    pub shape: Shape,
    pub word: &'static str,
}

const fn look(tone: &'static str, shape: Shape, word: &'static str) -> Look {
    Look { tone, shape, word }
}

pub fn badge(look: Look) -> impl IntoView {
    view! { <span class=format!("badge {}", look.tone)>{shape(look.shape)} {look.word}</span> }
}

pub fn of_severity(severity: Severity) -> Look {
    match severity {
        Severity::Critical => look("critical", Shape::Triangle, words::CRITICAL),
        Severity::High => look("high", Shape::Diamond, words::HIGH),
        Severity::Medium => look("medium", Shape::Square, words::MEDIUM),
        Severity::Low => look("low", Shape::Dot, words::LOW),
        Severity::Info => look("quiet", Shape::Ring, words::INFO),
    }
}

pub fn of_verdict(verdict: Verdict) -> Look {
    match verdict {
        Verdict::Pass => look("good", Shape::Check, words::MET),
        Verdict::Fail => look("critical", Shape::Cross, words::MISSED),
        Verdict::Undetermined => look("quiet", Shape::Ring, words::CANNOT_TELL),
        Verdict::NoData => look("quiet", Shape::Dash, words::NO_DATA),
    }
}

pub fn of_band(band: Band) -> Look {
    match band {
        Band::Healthy => look("good", Shape::Check, words::HEALTHY),
        Band::Minor => look("low", Shape::Dot, words::MINOR),
        Band::Degraded => look("medium", Shape::Diamond, words::DEGRADED),
        Band::Critical => look("critical", Shape::Triangle, words::CRITICAL),
        Band::Outage => look("critical", Shape::Cross, words::OUTAGE),
        Band::Unknown => look("quiet", Shape::Ring, words::NOT_JUDGED),
    }
}

pub fn of_rule(verdict: RuleVerdict) -> Look {
    match verdict {
        RuleVerdict::Fired => look("high", Shape::Diamond, words::FIRED),
        RuleVerdict::Clear => look("good", Shape::Check, words::CLEAR),
        RuleVerdict::NotMeasurable => look("quiet", Shape::Ring, words::CANNOT_TELL),
    }
}

pub fn of_opinion(verdict: OpinionVerdict) -> Look {
    match verdict {
        OpinionVerdict::Ok => look("good", Shape::Check, words::OK),
        OpinionVerdict::Warning => look("medium", Shape::Square, words::WARNING),
        OpinionVerdict::Critical => look("critical", Shape::Triangle, words::CRITICAL),
        OpinionVerdict::NoData => look("quiet", Shape::Dash, words::NO_DATA),
    }
}
