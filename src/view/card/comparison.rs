//! Before and after: two windows of the server side by side.

use crate::report::{ComparisonRow, ComparisonView, Report, SideView, SpanView};
use crate::view::look::{badge, of_change, of_fate};
use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::{column_name, fold, lines, link, section, stacked, table};
use crate::view::words::comparison as words;

pub fn comparison(report: &Report) -> Option<Node> {
    let comparison = report.comparison.as_ref()?;
    let aside = format!("{} → {}", texts(report, &comparison.before), texts(report, &comparison.after));
    let card = el_of("div", "card comparison")
        .with(el_of("p", "what").rich(&comparison.headline))
        .with(el_of("p", "why").rich(&comparison.load))
        .maybe(findings(comparison))
        .with(numbers(comparison));
    Some(section("comparison", words::COMPARISON, &aside).with(card))
}

/// The names of the first and the last text of a window.
fn texts(report: &Report, span: &SpanView) -> String {
    let name = |input: &usize| report.inputs.get(*input).map_or("?", |input| input.name.as_str());
    let [first, last] = &span.inputs;
    format!("{}, {}", name(first), name(last))
}

fn findings(comparison: &ComparisonView) -> Option<Node> {
    if comparison.findings.is_empty() {
        return None;
    }
    let items = comparison.findings.iter().map(|finding| {
        el("li")
            .with(badge(of_fate(finding.fate)))
            .text(" ")
            .with(link(&format!("#rule-{}", finding.id), &finding.title))
            .text(": ")
            .rich(&finding.sentence)
    });
    Some(el_of("ul", "plain fates").all(items.collect()))
}

fn numbers(comparison: &ComparisonView) -> Node {
    let columns = [words::NUMBER, words::BEFORE, words::AFTER, words::CHANGE];
    let rows = comparison.rows.iter().map(row).collect();
    let why = comparison.rows.iter().map(|row| el("li").with(el_with("b", &row.label)).text(": ").text(&row.sentence)).collect();
    el("div")
        .with(stacked(table("full stack sides", words::COMPARISON, "", &columns, rows)))
        .with(fold("proof", words::WHY_CALLED_SO).with(el("ul").all(why)))
}

fn row(row: &ComparisonRow) -> Node {
    el("tr")
        .row_head(&row.label)
        .with(side("value half", words::BEFORE, row.before.as_ref()))
        .with(side("value", words::AFTER, row.after.as_ref()))
        .with(el_of("td", "mark").with(badge(of_change(row.change))))
}

fn side(class: &str, name: &str, side: Option<&SideView>) -> Node {
    let cell = el_of("td", class).with(column_name(name));
    match side {
        Some(side) => cell.text(&side.shown).text(" ").maybe(lines(side.input, &side.lines)),
        None => cell.text("–"),
    }
}
