//! Rules: one file each. A rule fires, is clear, or says why it cannot know.
//!
//! Order of a diagnosis ([`diagnose`]): laws ([`Laws`]) → state ([`State`]) → symptoms ([`Symptoms`]) → every rule of the
//! [`catalogue`] → explanation ([`explain`]) → headline.
//!
//! To add a rule:
//! 1. one file in `catalogue/GROUP/`, named like the rule's id, with `pub(super) static RULE: Rule`, all [`Texts`] filled and its
//!    thresholds as constants that name their source;
//! 2. `fn check(ctx: &Context) -> Checked`: inputs by `ctx.need_…()?` (a missing input then answers "not measurable" by itself),
//!    `Outcome::clear("…")`, or a [`Case`]: `.sees(weight, evidence)`, `.lacks(…)`, `.against(…)`, `.fire(&RULE, Account { … })`;
//! 3. a condition with several ways to be true is clear only when each way is *known* to be false; unknown is not clear;
//! 4. flags only by [`flags::advise`], which gives nothing for releases that lack the flag;
//! 5. one word in the group's `RULES`, and three tests: it fires, it is clear, it cannot know.

pub mod catalogue;
mod confidence;
mod context;
mod definition;
mod diagnose;
mod evidence;
pub mod explain;
mod finding;
pub mod flags;
mod frozen;
mod headline;
mod hypothesis;
mod kinds;
mod laws;
mod missing;
mod next_step;
mod queueing;
mod severity;
mod state;
mod symptom;
#[cfg(test)]
pub(crate) mod testing;
mod threshold;
mod words;

pub use crate::stats::quantile;
pub use confidence::{Basis, Case, Confidence, PROBABLE_FROM, weight};
pub use context::{Context, Queue, TtftTarget};
pub use definition::{Checked, Outcome, Rule, Texts};
pub use diagnose::{Diagnosis, Headline, NotMeasurable, RuleStatus, RuleVerdict, diagnose};
pub use evidence::Evidence;
pub use finding::{Account, Action, Contributing, Finding};
pub use hypothesis::Hypothesis;
pub use kinds::{BottleneckType, ConfidenceWord, Role, Severity};
pub use laws::Laws;
pub use missing::Missing;
pub use queueing::queue_formed;
pub use severity::Impact;
pub use state::{State, StateKind};
pub(crate) use state::{occupied_throughout, progress};
pub(crate) use symptom::presses;
pub use symptom::{SYMPTOM_RULES, Symptom, SymptomSeen, Symptoms, symptom_of};
pub use threshold::{Theta, Thetas};
