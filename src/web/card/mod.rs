//! The report, one file per card, in the order in which a tired person needs them.

mod anatomy;
mod bottleneck;
mod bottlenecks;
mod distribution;
mod headline;
mod health;
mod opinions;
mod problems;
mod rules;
mod services;
mod signals;
mod unmeasured;

pub use anatomy::Anatomy;
pub use bottlenecks::Bottlenecks;
pub use headline::{Headline, announcement};
pub use health::HealthCard;
pub use opinions::Opinions;
pub use problems::Problems;
pub use rules::RuleList;
pub use services::Services;
pub use signals::Signals;
pub use unmeasured::Unmeasured;

use std::sync::Arc;

use leptos::prelude::Memo;

use crate::report::Report;

/// What every card is a view of.
pub type TheReport = Memo<Option<Arc<Report>>>;
