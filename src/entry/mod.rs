//! What people type: values with units, addresses. Nothing is guessed; what is not understood is answered with a sentence.

mod address;
mod settings;
mod value;

pub use address::{Address, Reach, address};
pub use settings::{Checked, Field, Settings, THRESHOLDS, TargetRow, Threshold};
pub use value::{spell, value};
