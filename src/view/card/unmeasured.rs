//! What could not be judged, how to switch it on, and what limits the rest.

use crate::metrics::capital;
use crate::report::{NotMeasurable, Report};
use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::{link, section};
use crate::view::words::report as words;

pub fn unmeasured(report: &Report) -> Option<Node> {
    let (missing, notes) = (&report.not_measurable, &report.notes);
    if missing.is_empty() && notes.is_empty() {
        return None;
    }
    let mut card = el_of("div", "card unmeasured").with(el_of("ul", "plain missing").all(missing.iter().map(item).collect()));
    if !notes.is_empty() {
        let remarks = notes.iter().map(|note| el("li").rich(&note.sentence)).collect();
        card = card.with(el_with("h3", words::NOTES)).with(el("ul").all(remarks));
    }
    Some(section("unmeasured", words::UNMEASURED, "").with(card))
}

fn item(missing: &NotMeasurable) -> Node {
    let rules = (!missing.rules.is_empty()).then(|| {
        let start = el_of("p", "quiet").text(words::NEEDED_BY);
        missing.rules.iter().fold(start, |links, rule| links.text(" ").with(link(&format!("#rule-{rule}"), rule)))
    });
    el("li").with(el("p").with(el("b").say(capital(&missing.what))).text(" ").rich(&missing.how)).maybe(rules)
}
