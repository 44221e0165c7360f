//! From bytes to a loaded text: read, judge whether it is one, and decide whether it belongs to what is there.

use leptos::prelude::*;

use super::super::state::{Loaded, Notice, Origin, State};
use super::super::text;
use crate::analyze::{Input, Options, analyze};
use crate::browse::Lines;
use crate::exposition::{Parsed, parse};
use crate::request::RequestError;
use crate::signal::Mode;

/// A text on its way in.
pub struct Incoming {
    pub name: String,
    /// Unix seconds.
    pub at: Option<f64>,
    pub bytes: Vec<u8>,
    pub origin: Origin,
}

/// Problems and lines that a rejected text is shown with.
const SHOWN: usize = 5;

/// Loads the texts. What was loaded stays when a text cannot be read; a text of another server takes its place, and that can be undone.
pub fn accept(state: State, mut incoming: Vec<Incoming>) {
    state.notice.set(None);
    incoming.sort_by(|a, b| a.at.unwrap_or(f64::MAX).total_cmp(&b.at.unwrap_or(f64::MAX)));
    forget_copied_times(&mut incoming);
    let mut fresh = Loaded::default();
    let mut left_out: Vec<String> = Vec::new();
    let mut rejected = None;
    for Incoming { name, at, bytes, origin } in incoming {
        let input = Input { name, at, parsed: parse(&bytes) };
        let size = bytes.len();
        drop(bytes);
        if let Some(error) = refusal(state, &input) {
            rejected = Some(rejection(input, error));
            continue;
        }
        let name = input.name.clone();
        if known(state, &fresh, &input.parsed) {
            left_out.push(text::input::already(&name));
            continue;
        }
        fresh.push(input, size, origin);
        if fresh.inputs.len() > 1 && !one_server(&fresh.inputs) {
            fresh.inputs.pop();
            fresh.tags.pop();
            left_out.push(text::input::other_server(&name));
        }
    }
    let replaced = (!fresh.is_empty()).then(|| take_in(state, fresh)).flatten();
    let sentence = (!left_out.is_empty()).then(|| Notice::LeftOut { sentence: left_out.join(" ") });
    if let Some(notice) = rejected.or(replaced).or(sentence) {
        state.notice.set(Some(notice));
    }
}

/// Adds the texts to those that are loaded, or puts them in their place when they are of another server.
fn take_in(state: State, fresh: Loaded) -> Option<Notice> {
    state.spot.set(None);
    state.loaded.try_update(|loaded| {
        let Loaded { inputs, tags, .. } = fresh;
        let name = inputs.first().map_or_else(String::new, |input| input.name.clone());
        let kept = loaded.inputs.len();
        for (input, tag) in inputs.into_iter().zip(tags) {
            loaded.push(input, tag.bytes, tag.origin);
        }
        if kept == 0 || one_server(&loaded.inputs) {
            return None;
        }
        let mut before = loaded.take();
        for (input, tag) in before.inputs.drain(kept..).zip(before.tags.drain(kept..)) {
            loaded.push(input, tag.bytes, tag.origin);
        }
        Some(Notice::Replaced { name, before })
    })?
}

/// True when every text takes part in one report.
fn one_server(inputs: &[Input]) -> bool {
    match analyze(inputs, &Options::default()) {
        Ok(report) => report.mode != Mode::Snapshot,
        Err(error) => error.id != "different-servers",
    }
}

fn known(state: State, fresh: &Loaded, parsed: &Parsed) -> bool {
    let same = |loaded: &Loaded| loaded.inputs.iter().any(|other| other.parsed.text == parsed.text);
    same(fresh) || state.loaded.with_untracked(same)
}

/// Why a text cannot be loaded. One that has samples but no server that is known is loaded when it is the first, because the settings
/// can say which server it is; it does not take the place of a report.
fn refusal(state: State, input: &Input) -> Option<RequestError> {
    let empty = input.parsed.scrapes.iter().all(crate::metrics::Scrape::is_empty);
    if !empty && state.loaded.with_untracked(Loaded::is_empty) {
        return None;
    }
    let options = state.checked.with_untracked(|checked| Options { backend: checked.options.backend, ..Options::default() });
    let answer = analyze(std::slice::from_ref(input), &options);
    answer.err().or_else(|| empty.then(|| RequestError::new("no-samples", text::input::NO_SAMPLES, "")))
}

fn rejection(input: Input, error: RequestError) -> Notice {
    let Parsed { text, problems, .. } = input.parsed;
    let lines = Lines::of(&text);
    let excerpt = (1..=lines.len().min(SHOWN) as u32).map(|line| (line, shortened(lines.get(&text, line)))).collect();
    let problems = problems.into_iter().take(SHOWN).collect();
    Notice::Rejected { name: input.name, error, problems, excerpt }
}

fn shortened(line: &str) -> String {
    const WIDTH: usize = 160;
    let mut short: String = line.chars().take(WIDTH).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

/// Copying or unpacking gives files the time of the copy: a series of dumps within one second has lost its times, and
/// no times are better than wrong ones.
fn forget_copied_times(incoming: &mut [Incoming]) {
    let times: Vec<f64> = incoming.iter().filter(|text| text.origin == Origin::File).filter_map(|text| text.at).collect();
    let close = times.windows(2).any(|pair| matches!(pair, [a, b] if (b - a).abs() < 1.0));
    if close {
        for text in incoming.iter_mut().filter(|text| text.origin == Origin::File) {
            text.at = None;
        }
    }
}
