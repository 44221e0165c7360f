//! What happened on the way in: rejected texts, replaced ones, and the way back.

use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::button;
use crate::view::words::notice as words;

/// Something that happened on the way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A text that gave no sample: its problems and its first lines, by line.
    Rejected { name: String, sentence: String, hint: String, problems: Vec<(u32, String)>, excerpt: Vec<(u32, String)> },
    /// A sentence; `undo` offers the way back.
    Plain { sentence: String, undo: bool },
}

/// How far the analysis has come, which is loaded when the page has been painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loading {
    Running,
    /// Running, and something waits for it.
    Awaited,
    Failed,
    Done,
}

/// What is said while the analysis is not there.
pub fn loading(loading: Loading) -> Node {
    let (class, sentence, button) = match loading {
        Loading::Running | Loading::Done => ("notice none", "", None),
        Loading::Awaited => ("notice", words::LOADING, None),
        Loading::Failed => ("notice bad", words::NOT_LOADED, Some(button("small", "load", words::LOAD_AGAIN))),
    };
    let content = (!sentence.is_empty()).then(|| el_with("p", sentence));
    el_of("div", class).attr("role", "alert").maybe(content).maybe(button.map(|button| el_of("div", "buttons").with(button)))
}

/// In the place of the rules while they are loaded with the analysis.
pub fn rules_coming() -> Node {
    el_of("div", "rules-page").id("rules").with(el_with("p", words::RULES_COMING))
}

/// Always there, so that what it says is heard when it comes. `kept`: there are texts that were loaded before.
pub fn notice(message: Option<&Message>, kept: bool) -> Node {
    let (class, content, undo) = match message {
        None => ("notice none", Vec::new(), false),
        Some(Message::Plain { sentence, undo }) => ("notice", vec![el("p").rich(sentence)], *undo),
        Some(Message::Rejected { name, sentence, hint, problems, excerpt }) => {
            ("notice bad", rejected(name, sentence, hint, problems, excerpt, kept), false)
        }
    };
    let mut buttons = el_of("div", "buttons");
    if undo {
        buttons = buttons.with(button("small", "undo", words::UNDO));
    }
    if message.is_some() {
        buttons = buttons.with(button("small", "dismiss", words::DISMISS));
    }
    el_of("div", class).attr("role", "alert").all(content).with(buttons)
}

fn rejected(name: &str, sentence: &str, hint: &str, problems: &[(u32, String)], excerpt: &[(u32, String)], kept: bool) -> Vec<Node> {
    let mut parts = vec![el("p").with(el("b").say(words::rejected(name))).text(" ").rich(sentence).text(" ").rich(hint)];
    if !problems.is_empty() {
        let reasons = problems.iter().map(|(line, sentence)| el("li").say(words::line(*line)).text(": ").rich(sentence)).collect();
        parts.push(el("ul").all(reasons));
    }
    if !excerpt.is_empty() {
        let row =
            |(line, text): &(u32, String)| el("div").with(el_of("span", "no").say(line.to_string())).text(" ").with(el_with("code", text));
        let lines = el_of("div", "excerpt").attr("tabindex", "0").attr("role", "group").attr("aria-label", words::EXCERPT);
        parts.push(lines.all(excerpt.iter().map(row).collect()));
    }
    if kept {
        parts.push(el_of("p", "quiet").text(words::KEPT));
    }
    parts
}
