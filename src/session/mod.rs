//! What was given and set, and what that amounts to, without the page: [`Command`](crate::protocol::Command)s come in,
//! [`Update`](crate::protocol::Update)s go out. There is no clock and no browser in here.

mod accept;
mod apply;
mod blank;
mod loaded;
mod offers;
mod raw;
mod reading;
#[cfg(test)]
mod tests;
mod words;

pub use accept::Incoming;
pub use apply::Reply;
pub use offers::offers;

use std::sync::Arc;

use self::loaded::Loaded;
use self::raw::Raw;
use self::reading::Receiving;
use crate::analyze::{Options, report};
use crate::entry::{Checked, Settings};
use crate::export::markdown;
use crate::protocol::{Checks, Message};
use crate::report::Report;
use crate::request::{RequestError, report_json};

/// What the texts and the settings amount to.
#[derive(Debug, Default)]
enum Outcome {
    #[default]
    Empty,
    Report(Arc<Report>),
    Refused(RequestError),
}

/// What can be brought back.
#[derive(Debug)]
enum Undo {
    /// Takes out the texts of these ids.
    Remove(Vec<u32>),
    /// Puts these texts in the place of those that are there.
    Restore(Loaded),
}

#[derive(Debug, Default)]
pub struct Session {
    loaded: Loaded,
    /// The settings as options, and what is wrong with them.
    checked: Checked,
    outcome: Outcome,
    message: Option<Message>,
    undo: Option<Undo>,
    /// The text whose server is looked at; of several servers, that in most trouble is without.
    focus: Option<u32>,
    raw: Raw,
    receiving: Receiving,
}

impl Session {
    #[must_use]
    pub fn new() -> Self {
        Session::default()
    }

    /// True when there is nothing yet that could be disturbed.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.loaded.is_empty() && matches!(self.receiving, Receiving::Nothing)
    }

    /// The report as Markdown; empty when there is none.
    #[must_use]
    pub fn markdown(&self) -> String {
        self.report().map(markdown).unwrap_or_default()
    }

    /// The report as JSON; empty when there is none.
    #[must_use]
    pub fn json(&self) -> String {
        self.report().map(report_json).unwrap_or_default()
    }

    /// A name for the report's file, without an ending.
    #[must_use]
    pub fn file_name(&self) -> String {
        let clean = |text: &str, kept: &[char]| -> String {
            let ok = |c: char| c.is_ascii_alphanumeric() || kept.contains(&c);
            text.chars().map(|c| if ok(c) { c } else { '-' }).collect::<String>().trim_matches('-').chars().take(60).collect()
        };
        let Some(report) = self.report() else { return "servescope".to_owned() };
        let time = report.timestamp.as_deref().map(|time| format!("-{}", clean(&time.replace(':', ""), &['-']))).unwrap_or_default();
        format!("servescope-{}{time}", clean(&report.instance_id, &['-', '_']))
    }

    fn report(&self) -> Option<&Report> {
        match &self.outcome {
            Outcome::Report(report) => Some(report),
            Outcome::Empty | Outcome::Refused(_) => None,
        }
    }

    /// Analyses what is there. Called once after every change of the texts or the options.
    fn analyse(&mut self) {
        self.outcome = if self.loaded.is_empty() {
            Outcome::Empty
        } else {
            let input = self.focus.and_then(|id| self.loaded.index(id));
            match report(&self.loaded.dataset, &Options { input, ..self.checked.options.clone() }) {
                Ok(report) => Outcome::Report(Arc::new(report)),
                Err(error) => Outcome::Refused(error),
            }
        };
    }

    /// Reads the form, and analyses only when it asks for something else. True when it did.
    fn configure(&mut self, settings: &Settings) -> bool {
        let before: Options = std::mem::replace(&mut self.checked, settings.check()).options;
        let changed = self.checked.options != before;
        if changed {
            if self.checked.options.backend != before.backend {
                self.loaded.read_as(self.checked.options.backend);
            }
            self.analyse();
        }
        changed
    }

    fn checks(&self) -> Checks {
        let Checked { targets, thresholds, general, .. } = &self.checked;
        Checks {
            targets: targets.iter().map(|(id, (field, sentence))| (*id, *field, sentence.clone())).collect(),
            thresholds: thresholds.iter().map(|(name, sentence)| (name.clone(), sentence.clone())).collect(),
            general: general.clone(),
        }
    }

    fn say(&mut self, sentence: String, undo: Option<Undo>) {
        self.message = Some(Message::Plain { sentence, undo: undo.is_some() });
        self.undo = undo;
    }
}
