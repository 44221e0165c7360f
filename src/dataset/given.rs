//! An input once it has been read: what a report says of it, without its text.

use std::sync::{Arc, Weak};

use super::hints::ONE_GO_SECONDS;
use super::{Clock, Input, own_time};
use crate::exposition::{Format, Parsed, Problem, ProblemKind, answered_at, is_blank};
use crate::metrics::Scrape;
use crate::signal::{Hint, HintedBy};
use crate::sorted::Table;

#[derive(Debug, Clone)]
pub struct Given {
    pub name: String,
    /// As told: see [`Input::at`].
    pub at: Option<f64>,
    pub hint: Option<Hint>,
    /// The time that the text tells by itself, in Unix seconds, and what tells it.
    pub own: Option<(f64, Clock)>,
    pub format: Format,
    pub lines: u32,
    pub samples: usize,
    /// Families of the exposition that has the most.
    pub families: usize,
    /// Expositions in the text.
    pub scrapes: usize,
    /// Those that hold the same as the one before, and were left out.
    pub repeated: usize,
    pub problems: Vec<Problem>,
    pub problem_counts: Table<ProblemKind, u32>,
    /// It holds nothing at all, as the page of a server that has nothing to say.
    pub blank: bool,
    /// It is not even white space.
    pub has_text: bool,
    /// The word by which a person said which server it is of.
    pub server: Option<String>,
    /// To recognise the same text, as long as somebody keeps it.
    text: Weak<String>,
    bytes: usize,
}

impl Given {
    pub(super) fn of(input: &Input) -> Self {
        let parsed = &input.parsed;
        let own = own_time(input);
        Given {
            name: input.name.clone(),
            at: input.at,
            hint: input.hint.filter(|_| own.is_none()),
            own,
            format: parsed.format,
            lines: parsed.lines,
            samples: parsed.scrapes.iter().map(Scrape::len).sum(),
            families: parsed.scrapes.iter().map(|scrape| scrape.families().count()).max().unwrap_or(0),
            scrapes: parsed.scrapes.len(),
            repeated: repeated(parsed).count(),
            problems: parsed.problems.clone(),
            problem_counts: parsed.problem_counts.clone(),
            blank: is_blank(parsed),
            has_text: !parsed.text.trim().is_empty(),
            server: None,
            text: Arc::downgrade(&parsed.text),
            bytes: parsed.text.len(),
        }
    }

    pub(super) fn holds(&self, text: &str) -> bool {
        self.bytes == text.len() && self.text.upgrade().is_some_and(|own| *own == *text)
    }

    /// Told times that differ, or files that were written at different times.
    pub(super) fn at_another_time(&self, input: &Input) -> bool {
        let file = |hint: Option<Hint>| hint.filter(|hint| hint.by == HintedBy::File).map(|hint| hint.at);
        let differ = |a: Option<f64>, b: Option<f64>| a.zip(b).is_some_and(|(a, b)| (a - b).abs() >= ONE_GO_SECONDS);
        differ(self.at, input.at) || differ(file(self.hint), file(input.hint))
    }

    /// When it was scraped, if anything tells it: Unix seconds, or seconds on the clock of whoever told it.
    #[must_use]
    pub fn told_at(&self) -> Option<f64> {
        self.at.or(self.own.map(|(at, _)| at))
    }

    /// The best that is known of when it was scraped.
    #[must_use]
    pub fn moment(&self) -> Option<f64> {
        self.told_at().or(self.hint.map(|hint| hint.at))
    }
}

/// Places of expositions that the one after them repeats to the last digit: somebody pasted a page twice. Two answers of a server differ
/// at least in the processor time that it has used, or carry dates that do.
pub(super) fn repeated(parsed: &Parsed) -> impl Iterator<Item = usize> {
    let is_repeated = |pair: &[Scrape]| {
        let [first, second] = pair else { return false };
        !first.is_empty()
            && first.len() == second.len()
            && first.samples().zip(second.samples()).all(|(a, b)| a.repeats(&b))
            && answered_at(parsed, first).zip(answered_at(parsed, second)).is_none_or(|(a, b)| a == b)
    };
    parsed.scrapes.windows(2).enumerate().filter(move |(_, pair)| is_repeated(pair)).map(|(place, _)| place)
}
