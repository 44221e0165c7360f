//! When the parts of a report are drawn. The verdict is there first; the rest follows one part after the other, each in a task of its own,
//! so that the page answers in between. What says the same as before is left as it is.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::app::later;
use super::page::Page;
use super::parts::live;
use crate::protocol::{Outcome, Part};
use crate::report::Report;

#[derive(Debug, Clone, Copy)]
pub struct Turns {
    /// How often each part was drawn.
    of: [RwSignal<u32>; Part::ALL.len()],
    /// The prints of the parts as they stand in the document.
    drawn: StoredValue<Vec<u32>>,
    /// Counts reports: one that comes while the one before is still being drawn takes its place.
    round: StoredValue<u32>,
    /// Parts are still to be drawn.
    pub are_left: RwSignal<bool>,
}

impl Turns {
    pub fn new() -> Self {
        Turns {
            of: Part::ALL.map(|_| RwSignal::new(0)),
            drawn: StoredValue::default(),
            round: StoredValue::new(0),
            are_left: RwSignal::new(false),
        }
    }

    /// Follows the outcome.
    pub fn follow(page: Page) {
        let turns = page.turns;
        Effect::new(move |_| {
            let prints = page.outcome.with(|outcome| match outcome {
                Outcome::Report(_, summary) => Some(summary.prints.clone()),
                Outcome::Refused(_) => Some(Vec::new()),
                Outcome::Empty => None,
            });
            turns.begin(prints);
        });
    }

    /// No prints: there is no report, and each part is taken away at once. `None`: there is no place for one either.
    fn begin(self, prints: Option<Vec<u32>>) {
        let round = self.round.get_value() + 1;
        self.round.set_value(round);
        match prints {
            Some(prints) if !prints.is_empty() => {
                self.are_left.set(true);
                later(move || self.go_on(round, prints.into()));
            }
            none => {
                self.of.iter().for_each(|turn| turn.update(|turn| *turn = if none.is_some() { *turn + 1 } else { 0 }));
                self.drawn.set_value(Vec::new());
                self.are_left.set(false);
            }
        }
    }

    /// Draws the first part that says something else than what stands there.
    fn go_on(self, round: u32, prints: Arc<[u32]>) {
        if self.round.get_value() != round {
            return;
        }
        let drawn = self.drawn.get_value();
        let next = prints.iter().zip(self.of).enumerate().find(|(place, (print, _))| drawn.get(*place) != Some(*print));
        let Some((place, (print, turn))) = next else {
            self.are_left.set(false);
            return;
        };
        self.drawn.update_value(|drawn| {
            drawn.resize(prints.len(), 0);
            drawn.get_mut(place).into_iter().for_each(|drawn| *drawn = *print);
        });
        turn.update(|turn| *turn += 1);
        set_timeout(move || self.go_on(round, prints), Duration::ZERO);
    }

    /// True from when the part was drawn; follows each time that it is to be drawn again.
    pub fn has(self, part: Part) -> bool {
        self.of.get(part.place()).is_some_and(|turn| turn.get() > 0)
    }
}

/// A part of the report, drawn when its turn has come.
pub fn drawn(page: Page, part: Part, card: fn(&Report, Page) -> AnyView) -> AnyView {
    live(move || page.at_turn(part, |report| card(report, page)))
}

impl Page {
    /// Reads the report when it is the turn of this part.
    pub fn at_turn<T>(self, part: Part, read: impl FnOnce(&Report) -> T) -> Option<T> {
        if !self.turns.has(part) {
            return None;
        }
        self.outcome.with_untracked(|outcome| if let Outcome::Report(report, _) = outcome { Some(read(report)) } else { None })
    }

    /// Whether the report has something of this part.
    pub fn holds(self, part: Part, has: fn(&Report) -> bool) -> Memo<bool> {
        Memo::new(move |_| self.at_turn(part, has).unwrap_or(false))
    }
}
