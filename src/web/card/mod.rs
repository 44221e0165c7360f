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
mod possible;
mod problems;
mod proof;
mod rules;
mod services;
mod signals;
mod timeline;
mod twin;
mod unmeasured;
mod verdict;

pub use jumps::jumps;
pub use verdict::verdict;

use leptos::prelude::*;

use super::page::Page;
use super::turns::drawn;
use crate::protocol::Part;

/// What stands above them all.
pub fn top(page: Page) -> AnyView {
    drawn(page, Part::Timeline, timeline::timeline)
}

/// What is wrong.
pub fn main(page: Page) -> AnyView {
    view! { {drawn(page, Part::Comparison, comparison::comparison)} {findings::findings(page)} {drawn(page, Part::Possible, possible::possible)} }
        .into_any()
}

/// What stands beside it.
pub fn side(page: Page) -> AnyView {
    view! { {drawn(page, Part::Services, services::services)} {drawn(page, Part::Health, health::health)} }.into_any()
}

/// What comes below.
pub fn rest(page: Page) -> AnyView {
    view! {
        {anatomy::anatomy(page)}
        {signals::signals(page)}
        {drawn(page, Part::Unmeasured, unmeasured::unmeasured)}
        {drawn(page, Part::Rules, rules::rules)}
        {drawn(page, Part::Opinions, opinions::opinions)}
        {drawn(page, Part::Problems, problems::problems)}
    }
    .into_any()
}
