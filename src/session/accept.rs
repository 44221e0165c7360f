//! From bytes to a loaded text: read, judge whether it is one, and decide whether it belongs to what is there.

use super::blank::{Beginning, Refused};
use super::{Session, Undo, words};
use crate::analyze::{Input, Options, readable};
use crate::browse::Lines;
use crate::dataset::own_time;
use crate::exposition::{Parsed, parse_owned};
use crate::metrics::Scrape;
use crate::protocol::{Message, Origin};
use crate::request::RequestError;
use crate::signal::{Hint, HintedBy};
use crate::sorted::sort_by;

/// A text that was read.
#[derive(Debug, Clone)]
pub struct Incoming {
    pub name: String,
    /// Unix seconds.
    pub at: Option<f64>,
    pub origin: Origin,
    pub bytes: usize,
    pub parsed: Parsed,
}

/// A text whose time is known as well as it can be, and which is not loaded yet.
#[derive(Debug)]
pub struct Read {
    pub input: Input,
    pub bytes: usize,
    pub origin: Origin,
    /// The best that is known of when it was scraped; without any, it comes last.
    moment: f64,
}

impl Incoming {
    /// Reads a text.
    #[must_use]
    pub fn of(name: String, at: Option<f64>, origin: Origin, bytes: Vec<u8>) -> Self {
        Incoming { name, at, origin, bytes: bytes.len(), parsed: parse_owned(bytes) }
    }

    fn timed(self) -> Read {
        let Incoming { name, at, origin, bytes, parsed } = self;
        let (at, hint) = told_or_hinted(at, origin);
        let input = Input { name, at, hint, parsed };
        let own = own_time(&input).map(|(at, _)| at);
        let moment = at.or(own).or(hint.map(|hint| hint.at)).unwrap_or(f64::MAX);
        Read { input, bytes, origin, moment }
    }
}

/// Problems and lines that a rejected text is shown with.
const SHOWN: usize = 5;

impl Session {
    /// Loads the texts beside those that are there. Texts of another server become the ones that are looked at, which can be undone.
    pub fn accept(&mut self, incoming: Vec<Incoming>) {
        self.message = None;
        self.undo = None;
        let mut arrived: Vec<Read> = incoming.into_iter().map(Incoming::timed).collect();
        sort_by(&mut arrived, |a, b| a.moment.total_cmp(&b.moment));
        let kept = self.loaded.texts.len();
        let mut added: Vec<u32> = Vec::new();
        let mut left_out: Vec<String> = Vec::new();
        let mut rejected = None;
        let mut beginning = Beginning::default();
        for read in arrived {
            if let Some(error) = self.refusal(&read.input) {
                let refused = (read, error);
                let refused = if added.is_empty() { beginning.keep(refused) } else { Some(refused) };
                rejected = refused.map(|refused| rejection(refused, kept > 0)).or(rejected);
                continue;
            }
            rejected = beginning.load_before(&read, &mut self.loaded, &mut added).map(|refused| rejection(refused, kept > 0)).or(rejected);
            let name = read.input.name.clone();
            match self.loaded.push(read.input, read.bytes, read.origin) {
                Some(id) => added.push(id),
                None => left_out.push(words::already(&name)),
            }
        }
        rejected = rejected.or(beginning.left().map(|refused| rejection(refused, kept > 0)));
        if !added.is_empty() {
            if kept > 0 {
                self.look_at(kept, &added);
            }
            self.analyse();
        }
        if let Some(message) = rejected {
            self.message = Some(message);
        } else if !left_out.is_empty() && self.message.is_none() {
            self.say(left_out.join(" "), None);
        }
    }

    /// Chooses the server of the texts that were added behind the first `kept` ones, when there is more than one.
    fn look_at(&mut self, kept: usize, added: &[u32]) {
        let servers = self.loaded.dataset.servers();
        let (Some(newest), Some(last)) = (added.last(), self.loaded.texts.len().checked_sub(1)) else { return };
        let new_server = servers.iter().map(|server| server.inputs()).filter(|inputs| inputs.contains(&last));
        let is_new = new_server.map(|inputs| inputs.iter().all(|input| *input >= kept)).reduce(|a, b| a && b);
        let several = servers.iter().any(|server| !server.inputs().contains(&last));
        self.focus = if several { Some(*newest) } else { None };
        if is_new == Some(true) && several {
            let name = self.loaded.dataset.given().get(last).map_or("", |given| given.name.as_str());
            self.say(words::another_server(name), Some(Undo::Remove(added.to_vec())));
        }
    }

    /// Takes the message of a text that was rejected, for a place that says it better.
    pub fn take_rejection(&mut self) -> Option<Message> {
        self.message.take_if(|message| matches!(message, Message::Rejected { .. }))
    }

    /// Why a text cannot be loaded. One that has samples but no server that is known is loaded when it is the first, because the
    /// settings can say which server it is; it does not take the place of a report.
    fn refusal(&self, input: &Input) -> Option<RequestError> {
        let empty = input.parsed.scrapes.iter().all(Scrape::is_empty);
        if !empty && self.loaded.is_empty() {
            return None;
        }
        let options = Options { backend: self.checked.options.backend, ..Options::default() };
        let answer = readable(input, &options);
        answer.err().or_else(|| empty.then(|| RequestError::new("no-samples", words::NO_SAMPLES, "")))
    }
}

fn rejection((read, error): Refused, kept: bool) -> Message {
    let input = read.input;
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
        kept,
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
