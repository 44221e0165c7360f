//! The report, one file per card, in the order in which a tired person needs them. A card is a function of the report; without anything to
//! show it is empty.

mod anatomy;
mod comparison;
mod distribution;
mod finding;
mod findings;
mod health;
mod jumps;
mod opinions;
mod problems;
mod proof;
mod rules;
mod services;
mod signals;
mod timeline;
mod twin;
mod unmeasured;
mod verdict;

pub use comparison::comparison;
pub use findings::findings;
pub use health::health;
pub use jumps::jumps;
pub use services::services;
pub use timeline::timeline;
pub use verdict::verdict;

use leptos::prelude::*;

use super::page::Page;
use crate::report::Report;

/// What comes after the verdict, the findings and the service levels.
pub fn rest(report: &Report, page: Page) -> AnyView {
    let cards: [fn(&Report, Page) -> AnyView; 6] =
        [anatomy::anatomy, signals::signals, unmeasured::unmeasured, rules::rules, opinions::opinions, problems::problems];
    cards.map(|card| card(report, page)).into_iter().collect::<Vec<AnyView>>().into_any()
}
