//! Confidence: how much independent evidence there is, and how far the mode can carry it.
//!
//! `confidence = D · (1 − Π(1 − w)) · Π c` with `D` the data sufficiency, `w` the weight of each piece of evidence that is true, and
//! `c = 0.5` for each contradiction. Missing evidence lowers nothing by itself; it just adds nothing, and is named.

use super::{Account, ConfidenceWord, Context, Evidence, Finding, Missing, Outcome, Rule};
use crate::signal::Mode;

/// Weights of evidence (handbook 1.4).
pub mod weight {
    /// A counter that counts the very thing.
    pub const COUNTER: f64 = 0.80;
    /// A gauge that is true at every scrape of the window.
    pub const GAUGE_SUSTAINED: f64 = 0.60;
    /// A gauge of one instant.
    pub const GAUGE_ONCE: f64 = 0.35;
    /// A law derived from several signals.
    pub const LAW: f64 = 0.50;
    /// A stand-in, or the absence of an alternative.
    pub const PROXY: f64 = 0.30;
    /// A mere hint, such as a round number.
    pub const HINT: f64 = 0.10;
}

/// Below this a finding is not shown (handbook 1.4).
pub const SHOWN_FROM: f64 = 0.30;
pub const PROBABLE_FROM: f64 = 0.50;
const CONFIRMED_FROM: f64 = 0.80;
const CONTRADICTION: f64 = 0.5;
const AFTER_RESTART: f64 = 0.8;

/// What a case rests on; with the mode it limits the confidence (handbook 0.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Values of an instant: 0.60 in a snapshot, 0.75 in a window.
    Gauges,
    /// Counts and histograms: since start (0.50) in a snapshot, 1.0 in a window.
    Counters,
    /// Settings: 1.0.
    Settings,
}

impl Basis {
    fn cap(self, mode: Mode) -> f64 {
        match (self, mode) {
            (Basis::Settings, _) | (Basis::Counters, Mode::Window | Mode::Series) | (Basis::Gauges, Mode::Series) => 1.0,
            (Basis::Gauges, Mode::Window) => 0.75,
            (Basis::Gauges, Mode::Snapshot) => 0.60,
            (Basis::Counters, Mode::Snapshot) => 0.50,
        }
    }
}

/// How sure a finding is.
#[derive(Debug, Clone, PartialEq)]
pub struct Confidence {
    /// 0–1.
    pub value: f64,
    pub word: ConfidenceWord,
    /// Evidence that would raise it, with how to get it.
    pub missing: Vec<String>,
    pub contradictions: Vec<String>,
}

impl Confidence {
    #[must_use]
    pub fn new(value: f64, missing: Vec<String>, contradictions: Vec<String>) -> Self {
        Confidence { value, word: word(value), missing, contradictions }
    }
}

fn word(value: f64) -> ConfidenceWord {
    if value >= CONFIRMED_FROM {
        ConfidenceWord::Confirmed
    } else if value >= PROBABLE_FROM {
        ConfidenceWord::Probable
    } else {
        ConfidenceWord::Possible
    }
}

/// The evidence for one finding, gathered piece by piece.
#[derive(Debug, Clone)]
pub struct Case {
    sufficiency: f64,
    ceiling: f64,
    doubt: f64,
    evidence: Vec<Evidence>,
    missing: Vec<String>,
    contradictions: Vec<String>,
    restarted: bool,
}

impl Case {
    #[must_use]
    pub fn new(ctx: &Context<'_>, basis: Basis) -> Self {
        Case {
            sufficiency: basis.cap(ctx.mode()),
            ceiling: 1.0,
            doubt: 1.0,
            evidence: Vec::new(),
            missing: Vec::new(),
            contradictions: Vec::new(),
            restarted: ctx.seen.window.is_some_and(|window| window.restarted),
        }
    }

    /// Fewer than `needed` observations lower the sufficiency in proportion.
    #[must_use]
    pub fn samples(mut self, have: f64, needed: f64) -> Self {
        self.sufficiency *= (have / needed).clamp(0.0, 1.0);
        self
    }

    /// A piece of evidence that is true, with its weight.
    #[must_use]
    pub fn sees(mut self, weight: f64, evidence: Evidence) -> Self {
        self.doubt *= 1.0 - weight;
        self.evidence.retain(|known| known.signal != evidence.signal);
        self.evidence.push(evidence);
        self
    }

    /// A true statement that has weight but no number of its own (e.g. a number already shown).
    #[must_use]
    pub fn holds(mut self, weight: f64) -> Self {
        self.doubt *= 1.0 - weight;
        self
    }

    /// A number worth showing that decides nothing.
    #[must_use]
    pub fn shows(mut self, evidence: impl Into<Option<Evidence>>) -> Self {
        let new = evidence.into().filter(|evidence| self.evidence.iter().all(|known| known.signal != evidence.signal));
        self.evidence.extend(new);
        self
    }

    /// Evidence that could not be had: what, and how to get it.
    #[must_use]
    pub fn lacks(mut self, missing: &Missing) -> Self {
        self.missing.push(format!("{}: {}", missing.what, missing.how_to_enable));
        self
    }

    /// Something that speaks against it; each one halves the confidence.
    #[must_use]
    pub fn against(mut self, sentence: impl Into<String>) -> Self {
        self.contradictions.push(sentence.into());
        self
    }

    /// The confidence may not exceed this, e.g. for findings by elimination.
    #[must_use]
    pub fn at_most(mut self, ceiling: f64) -> Self {
        self.ceiling = self.ceiling.min(ceiling);
        self
    }

    #[must_use]
    pub fn confidence(&self) -> f64 {
        let restart = if self.restarted { AFTER_RESTART } else { 1.0 };
        let against = self.contradictions.iter().fold(1.0, |product, _| product * CONTRADICTION);
        (self.sufficiency * restart * (1.0 - self.doubt) * against).min(self.ceiling)
    }

    /// Closes the case. Too little confidence is "not measurable" when evidence was missing, else clear.
    #[must_use]
    pub fn fire(self, rule: &'static Rule, account: Account) -> Outcome {
        let value = self.confidence();
        if value < SHOWN_FROM {
            return match self.missing.first() {
                Some(missing) => Outcome::NotMeasurable(Missing::new("enough evidence", format!("It would take {missing}"))),
                None if self.contradictions.is_empty() => Outcome::NotMeasurable(Missing::new(
                    "enough evidence",
                    "Add a second dump of the same server with more requests in between.",
                )),
                None => Outcome::Clear(format!("The evidence is contradicted: {}", self.contradictions.join(" "))),
            };
        }
        Outcome::Fired(Box::new(Finding {
            rule,
            role: rule.role,
            severity: account.severity,
            confidence: Confidence::new(value, self.missing, self.contradictions),
            sentence: account.sentence,
            headline: account.headline,
            formula: account.formula,
            measure: account.measure,
            threshold: account.threshold,
            evidence: self.evidence,
            explains: rule.explains.to_vec(),
            contributing: Vec::new(),
            actions: account.actions,
        }))
    }
}
