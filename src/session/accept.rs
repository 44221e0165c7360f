//! From bytes to a loaded text: read, judge whether it is one, and decide whether it belongs to what is there.

use super::Session;
use super::blank::{Beginning, Refused};
use super::loaded::{Loaded, Tag, Undo};
use crate::analyze::{Input, Options, one_server, readable};
use crate::browse::Lines;
use crate::exposition::{Parsed, parse_owned};
use crate::metrics::Scrape;
use crate::request::RequestError;
use crate::signal::{Hint, HintedBy};
use crate::sorted::sort_by;
use crate::view::frame::{Message, Origin};
use crate::view::words::{input as words, notice};

/// A text on its way in.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    pub name: String,
    /// Unix seconds.
    pub at: Option<f64>,
    pub bytes: Vec<u8>,
    pub origin: Origin,
}

impl Incoming {
    fn read(self) -> (Input, Tag) {
        let Incoming { name, at, bytes, origin } = self;
        let size = bytes.len();
        let (at, hint) = told_or_hinted(at, origin);
        let input = Input { name, at, hint, parsed: parse_owned(bytes) };
        let tag = Tag::of(&input, size, origin);
        // A time that the text tells needs no hint.
        let hint = hint.filter(|_| tag.own.is_none());
        (Input { hint, ..input }, tag)
    }
}

/// The best that is known of when a text was scraped; without any, it comes last.
fn moment((input, tag): &(Input, Tag)) -> f64 {
    let own = tag.own.map(|(at, _)| at);
    input.at.or(own).or(input.hint.map(|hint| hint.at)).unwrap_or(f64::MAX)
}

/// Problems and lines that a rejected text is shown with.
const SHOWN: usize = 5;

impl Session {
    /// Loads the texts. What was loaded stays when a text cannot be read; a text of another server takes its place, and that can be
    /// undone.
    pub fn accept(&mut self, incoming: Vec<Incoming>) {
        self.message = None;
        self.undo = None;
        let mut arrived: Vec<(Input, Tag)> = incoming.into_iter().map(Incoming::read).collect();
        sort_by(&mut arrived, |a, b| moment(a).total_cmp(&moment(b)));
        let mut fresh = Loaded::default();
        let mut left_out: Vec<String> = Vec::new();
        let mut rejected = None;
        let mut beginning = Beginning::default();
        for (input, tag) in arrived {
            if let Some(error) = self.refusal(&input) {
                let refused = (input, error);
                let refused = if fresh.is_empty() { beginning.keep(refused, tag) } else { Some(refused) };
                rejected = refused.map(rejection).or(rejected);
                continue;
            }
            let name = input.name.clone();
            if known(&fresh, &input.parsed) || known(&self.loaded, &input.parsed) {
                left_out.push(words::already(&name));
                continue;
            }
            let (input, refused) = beginning.load_before(input, &mut fresh);
            rejected = refused.map(rejection).or(rejected);
            fresh.push(input, tag);
            if fresh.inputs.len() > 1 && !one_server(&fresh.inputs) {
                fresh.pop();
                left_out.push(words::other_server(&name));
            }
        }
        rejected = rejected.or(beginning.left().map(rejection));
        let replaced = if fresh.is_empty() { None } else { self.take_in(fresh) };
        if let Some(message) = rejected {
            self.message = Some(message);
        } else if let Some((name, before)) = replaced {
            self.say(notice::replaced(&name), Some(before));
        } else if !left_out.is_empty() {
            self.say(left_out.join(" "), None);
        }
    }

    /// Takes the message of a text that was rejected, for a place that says it better: its sentence and its hint.
    pub fn take_rejection(&mut self) -> Option<(String, String)> {
        match self.message.take() {
            Some(Message::Rejected { sentence, hint, .. }) => Some((sentence, hint)),
            other => {
                self.message = other;
                None
            }
        }
    }

    /// Adds the texts to those that are loaded, or puts them in their place when they are of another server.
    fn take_in(&mut self, fresh: Loaded) -> Option<(String, Undo)> {
        self.raw.leave();
        let Loaded { inputs, tags, .. } = fresh;
        let name = inputs.first().map_or_else(String::new, |input| input.name.clone());
        let kept = self.loaded.inputs.len();
        for (input, tag) in inputs.into_iter().zip(tags) {
            self.loaded.push(input, tag);
        }
        let replaced = if kept == 0 || one_server(&self.loaded.inputs) {
            None
        } else {
            let mut before = self.loaded.take();
            for (input, tag) in before.inputs.drain(kept..).zip(before.tags.drain(kept..)) {
                self.loaded.push(input, tag);
            }
            Some((name, before))
        };
        self.analyse();
        replaced
    }

    /// Why a text cannot be loaded. One that has samples but no server that is known is loaded when it is the first, because the
    /// settings can say which server it is; it does not take the place of a report.
    fn refusal(&self, input: &Input) -> Option<RequestError> {
        let empty = input.parsed.scrapes.iter().all(Scrape::is_empty);
        if !empty && self.loaded.is_empty() {
            return None;
        }
        let options = Options { backend: self.checked.options.backend, ..Options::default() };
        let answer = readable(std::slice::from_ref(input), &options);
        answer.err().or_else(|| empty.then(|| RequestError::new("no-samples", words::NO_SAMPLES, "")))
    }
}

fn known(loaded: &Loaded, parsed: &Parsed) -> bool {
    loaded.inputs.iter().any(|other| other.parsed.text == parsed.text)
}

fn rejection((input, error): Refused) -> Message {
    let Parsed { text, problems, .. } = input.parsed;
    let lines = Lines::of(&text);
    // What is wrong with the whole text is often said of a line, too.
    let problems = problems.into_iter().filter(|problem| problem.sentence != error.sentence).take(SHOWN);
    let problems = problems.map(|problem| (problem.line, problem.sentence)).collect();
    Message::Rejected {
        name: input.name,
        sentence: error.sentence,
        hint: error.hint,
        problems,
        excerpt: (1..=lines.len().min(SHOWN) as u32).map(|line| (line, shortened(lines.get(&text, line)))).collect(),
    }
}

fn shortened(line: &str) -> String {
    const WIDTH: usize = 160;
    let mut short: String = line.chars().take(WIDTH).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

/// A fetched text was scraped when it was answered. A file and the clipboard only hint at when theirs was.
fn told_or_hinted(at: Option<f64>, origin: Origin) -> (Option<f64>, Option<Hint>) {
    let hint = |by| (None, at.map(|at| Hint { at, by }));
    match origin {
        Origin::File => hint(HintedBy::File),
        Origin::Pasted => hint(HintedBy::Paste),
        Origin::Fetched | Origin::Sample => (at, None),
    }
}
