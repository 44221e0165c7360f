//! The health score: one number from 0 to 100, with everything that was taken off.
//!
//! What users feel is scored once, at the service levels; causes explain it and cost nothing of their own. A cause that breaks no service
//! level is scored once, as a risk or as an inefficiency. Without data there is no score; idle is 100 and says that nothing was exercised.

mod agree;
mod apdex;
mod classic;
mod findings;
mod input;
mod score;
mod shape;

pub use agree::{Beside, agree};
pub use apdex::apdex;
pub use classic::classic;
pub use findings::{finding_inputs, rules_measured};
pub use input::{AvailabilityInput, Class, FindingInput, Inputs, TargetInput};
pub use score::health;
pub use shape::{Band, Deduction, Health};
