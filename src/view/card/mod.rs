//! The report, one file per card, in the order in which a tired person needs them. A card without anything to show is not there.

mod anatomy;
mod bottleneck;
mod bottlenecks;
mod comparison;
mod distribution;
mod headline;
mod health;
mod opinions;
mod problems;
mod rules;
mod services;
mod signals;
mod unmeasured;

pub use bottlenecks::bottlenecks;
pub use comparison::comparison;
pub use headline::{announcement, asks_for_dumps, headline, jumps, refused};
pub use health::health;
pub use services::services;

use super::node::Node;
use crate::report::Report;

/// What comes after the verdict, the findings and the service levels.
pub fn rest(report: &Report) -> Vec<Node> {
    let cards: [fn(&Report) -> Option<Node>; 6] =
        [anatomy::anatomy, signals::signals, unmeasured::unmeasured, rules::rules, opinions::opinions, problems::problems];
    cards.iter().filter_map(|card| card(report)).collect()
}
