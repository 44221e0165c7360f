//! The classic profile: fixed thresholds, a severity ladder, and a score, exactly as the first design of this tool defined them.
//!
//! Only the reading differs, because the first design read some values wrongly: histograms are means (over the process lifetime in one
//! dump, over the window in two), cache usage is percent of the capacity, and a value that is not in the text is no finding instead of zero.
//! It is kept for comparison. The default profile says what these rules cannot: how long, why, and how sure.

mod detect;
mod finding;
mod score;
mod thresholds;

pub use detect::{detect, without_input};
pub use finding::{Finding, severity};
pub use score::{check, finding_points, missed_targets, recommendations, score, target_points};
pub use thresholds::{ThresholdError, Thresholds};
