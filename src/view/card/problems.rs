//! What was wrong with the text, line by line.

use crate::report::{InputView, ProblemView, Report};
use crate::view::node::{Node, el, el_of};
use crate::view::parts::{fold, lines, section};
use crate::view::words::report as words;

/// So few are worth reading unasked.
const SHOWN_OPEN: u64 = 10;

pub fn problems(report: &Report) -> Option<Node> {
    let problems = &report.problems;
    if problems.is_empty() {
        return None;
    }
    let total = problems.len() as u64 + report.problems_omitted;
    let summary = words::problems(total, problems.iter().filter(|problem| problem.repaired).count());
    let rows = problems.iter().map(|problem| row(problem, &report.inputs)).collect();
    let mut card = fold("card problems", &summary).flag("open", total <= SHOWN_OPEN).with(el_of("ul", "plain").all(rows));
    if report.problems_omitted > 0 {
        card = card.with(el_of("p", "quiet").say(words::more_problems(report.problems_omitted)));
    }
    Some(section("problems", words::PROBLEMS, "").with(card))
}

fn row(problem: &ProblemView, inputs: &[InputView]) -> Node {
    let mut row = el("li");
    if inputs.len() > 1
        && let Some(input) = inputs.get(problem.input)
    {
        row = row.text(&input.name).text(", ");
    }
    let done = if problem.repaired { words::REPAIRED } else { words::SKIPPED };
    row.maybe(lines(problem.input, &[problem.line].into())).text(", ").text(done).text(": ").rich(&problem.sentence)
}
