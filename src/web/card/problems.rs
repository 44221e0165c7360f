//! What was wrong with the text, line by line.

use leptos::prelude::*;

use crate::metrics::Unit;
use crate::report::{InputView, ProblemView, Report};
use crate::web::page::Page;
use crate::web::parts::{fold, lines, plain, quiet, rich, section};

const TITLE: &str = "Problems in the text";
/// So few are worth reading unasked.
const SHOWN_OPEN: u64 = 10;

pub fn problems(report: &Report, page: Page) -> AnyView {
    let problems = &report.problems;
    if problems.is_empty() {
        return ().into_any();
    }
    let total = problems.len() as u64 + report.problems_omitted;
    let count = |count: u64| Unit::Count.show(count as f64);
    let noun = if total == 1 { "line was not as it should be" } else { "lines were not as they should be" };
    let repaired = match problems.iter().filter(|problem| problem.repaired).count() {
        0 => String::new(),
        some => format!("; {some} could be repaired"),
    };
    let summary = format!("{} {noun}{repaired}. All other lines were read.", count(total));
    let rows = problems.iter().map(|one| problem(one, &report.inputs, page)).collect::<Vec<AnyView>>();
    let more = (report.problems_omitted > 0).then(|| quiet(&format!("{} more are not listed.", count(report.problems_omitted))));
    let content = view! { <ul class="plain">{rows}</ul>{more} };
    section("problems", TITLE, "", fold("card problems", &summary, total <= SHOWN_OPEN, content.into_any()))
}

fn problem(problem: &ProblemView, inputs: &[InputView], page: Page) -> AnyView {
    let name = inputs.get(problem.input).filter(|_| inputs.len() > 1).map(|input| format!("{}, ", input.name));
    let done = if problem.repaired { ", repaired: " } else { ", skipped: " };
    let line = lines(page, problem.input, &[problem.line].into());
    view! { <li>{name.map(|name| plain(&name))}{line}{done}{rich(&problem.sentence)}</li> }.into_any()
}
