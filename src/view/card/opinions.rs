//! What the published thresholds of others say of the same numbers. They inform, they do not score.

use crate::report::{Opinion, Report};
use crate::view::look::{badge, of_opinion};
use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::{stacked, table};
use crate::view::words::report as words;

pub fn opinions(report: &Report) -> Option<Node> {
    let opinions = &report.opinions;
    if opinions.is_empty() {
        return None;
    }
    let columns = [words::WHO, words::SIGNAL, words::THEIR_RULE, words::VALUE, words::VERDICT, words::SOURCE];
    let rows = opinions.iter().map(row).collect();
    let summary =
        el("summary").with(el_with("h2", words::OPINIONS)).text(" ").with(el_of("span", "aside").say(words::opinions(opinions.len())));
    Some(el_of("details", "card opinions").with(summary).with(el_of("p", "quiet").text(words::OPINIONS_NOTE)).with(stacked(table(
        "full stack",
        words::OPINIONS,
        "",
        &columns,
        rows,
    ))))
}

fn row(opinion: &Opinion) -> Node {
    el("tr")
        .row_head(&opinion.pack)
        .with(el("td").say(words::path(&opinion.signal)))
        .with(el_of("td", "half").rich(&opinion.condition))
        .cell("value", &opinion.shown)
        .with(el_of("td", "mark").with(badge(of_opinion(opinion.verdict))))
        .with(el_of("td", "quiet").rich(&opinion.source))
}
