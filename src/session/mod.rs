//! What the page is about, without the page: the texts that were given, the settings, what was said about them, and the trees that
//! show it all. Events come in as words, trees go out; there is no clock and no browser in here.

mod accept;
mod act;
mod blank;
mod loaded;
mod raw;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_trees;

pub use accept::Incoming;

use self::loaded::Loaded;
use self::raw::Raw;
use crate::analyze::{Options, report};
use crate::entry::{Checked, Settings};
use crate::export::markdown;
use crate::report::Report;
use crate::request::{RequestError, report_json};
use crate::view::frame::{Beside, Message, chips, notice};
use crate::view::{Node, card, el_of, form, rules, typeset};

/// What the texts and the settings amount to.
#[derive(Debug, Default)]
enum Outcome {
    #[default]
    Empty,
    Report(Box<Report>),
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
    settings: Settings,
    /// The settings as options, and what is wrong with them.
    checked: Checked,
    outcome: Outcome,
    message: Option<Message>,
    undo: Option<Undo>,
    /// The text whose server is looked at; of several servers, that in most trouble is without.
    focus: Option<u32>,
    /// The text whose time is being set.
    editing: Option<u32>,
    raw: Raw,
}

/// What there is to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// There are texts.
    pub loaded: bool,
    /// There is a report of them.
    pub reported: bool,
    /// What a screen reader is told of it: the score, and on a line of its own the sentence of the verdict.
    pub announcement: String,
}

/// The parts of the page that show what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What happened on the way in.
    Notice,
    /// The verdict, the texts, links to the parts.
    Top,
    /// The findings.
    Main,
    /// Service levels, score, settings.
    Side,
    Rest,
    /// The rules page.
    Rules,
}

impl Part {
    pub const ALL: [Part; 6] = [Part::Notice, Part::Top, Part::Main, Part::Side, Part::Rest, Part::Rules];
}

impl Session {
    #[must_use]
    pub fn new() -> Self {
        Session::default()
    }

    #[must_use]
    pub fn status(&self) -> Status {
        let (loaded, reported, announcement) = match &self.outcome {
            Outcome::Empty => (false, false, String::new()),
            Outcome::Report(report) => (true, true, card::announcement(report)),
            Outcome::Refused(error) => (true, false, format!("\n{}", error.sentence)),
        };
        Status { loaded, reported, announcement }
    }

    /// The tree of a part. `wide`: there is room beside the report.
    #[must_use]
    pub fn draw(&self, part: Part, wide: bool) -> Node {
        let mut tree = self.tree(part, wide);
        typeset(&mut tree);
        tree
    }

    fn tree(&self, part: Part, wide: bool) -> Node {
        let report = self.report();
        match part {
            Part::Notice => notice(self.message.as_ref(), !self.loaded.is_empty()),
            Part::Top => {
                let refused = if let Outcome::Refused(error) = &self.outcome { Some(card::refused(error)) } else { None };
                let asked = report.is_some_and(card::asks_for_dumps);
                let texts = chips(&self.loaded.chips(), Beside { refused: refused.is_some(), asked }, self.editing);
                let top = el_of("div", "report-top").maybe(report.map(card::headline)).maybe(refused);
                top.with(texts).maybe(report.map(card::jumps))
            }
            Part::Main => el_of("div", "report-main").maybe(report.and_then(card::comparison)).maybe(report.map(card::bottlenecks)),
            Part::Side => {
                let found =
                    report.map(|report| form::Found { server: &report.backend.name, slo_source: &report.slo_source }).unwrap_or_default();
                el_of("div", "report-side").maybe(report.map(card::services)).maybe(report.map(card::health)).with(form::settings(
                    &self.settings,
                    &self.checked,
                    found,
                    wide,
                ))
            }
            Part::Rules => rules::rules(),
            Part::Rest => el_of("div", "report-rest").all(report.map(card::rest).unwrap_or_default()),
        }
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

    /// `servescope-gpu-7-8000-2026-11-24T140420Z`, with nothing in it that a file system minds.
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
                Ok(report) => Outcome::Report(Box::new(report)),
                Err(error) => Outcome::Refused(error),
            }
        };
    }

    /// Reads the form again, and analyses only when it asks for something else.
    fn check(&mut self) {
        let checked = self.settings.check();
        let before: Options = std::mem::replace(&mut self.checked, checked).options;
        if self.checked.options != before {
            if self.checked.options.backend != before.backend {
                self.loaded.read_as(self.checked.options.backend);
            }
            self.analyse();
        }
    }

    fn say(&mut self, sentence: String, undo: Option<Undo>) {
        self.message = Some(Message::Plain { sentence, undo: undo.is_some() });
        self.undo = undo;
    }
}
