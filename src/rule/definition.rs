//! What a rule is.

use std::fmt;

use super::{BottleneckType, Context, Finding, Missing, Role, Symptom};
use crate::signal::BackendId;

/// One rule of the catalogue.
pub struct Rule {
    /// Kebab-case, stable; part of reports and links.
    pub id: &'static str,
    /// Short code of the diagnosis handbook, e.g. `Q02`.
    pub code: &'static str,
    /// The finding in three or four words, e.g. `Sequence limit reached`.
    pub title: &'static str,
    pub kind: BottleneckType,
    /// Role of its findings unless one says otherwise.
    pub role: Role,
    /// Servers whose metrics can decide it. Not listed for others at all.
    pub backends: &'static [BackendId],
    /// Symptoms that this cause can explain.
    pub explains: &'static [Symptom],
    pub texts: Texts,
    pub check: fn(&Context<'_>) -> Checked,
}

/// The rule in words, the same on the card, in the Markdown and on the rules page. The field names are the headings.
pub struct Texts {
    /// What it sees.
    pub sees: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub what_to_do: &'static str,
    /// What would prove it wrong.
    pub falsifier: &'static str,
    /// Where the condition and its thresholds come from.
    pub sources: &'static [&'static str],
}

/// The answer of a rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Fired(Box<Finding>),
    /// Looked, and found nothing; the sentence says what was seen.
    Clear(String),
    NotMeasurable(Missing),
}

impl Outcome {
    pub fn clear(sentence: impl Into<String>) -> Checked {
        Ok(Outcome::Clear(sentence.into()))
    }
}

/// What a check returns: an error is a missing input, so that `?` on an input answers "not measurable".
pub type Checked = Result<Outcome, Missing>;

pub(crate) const ALL_BACKENDS: &[BackendId] = &[BackendId::Vllm, BackendId::Sglang, BackendId::Tgi];
pub(crate) const VLLM: &[BackendId] = &[BackendId::Vllm];
pub(crate) const SGLANG: &[BackendId] = &[BackendId::Sglang];
pub(crate) const TGI: &[BackendId] = &[BackendId::Tgi];
pub(crate) const VLLM_SGLANG: &[BackendId] = &[BackendId::Vllm, BackendId::Sglang];
pub(crate) const SGLANG_TGI: &[BackendId] = &[BackendId::Sglang, BackendId::Tgi];

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rule({})", self.id)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Rule) -> bool {
        self.id == other.id
    }
}
