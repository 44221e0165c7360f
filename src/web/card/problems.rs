//! What was wrong with the text, line by line.

use leptos::prelude::*;

use super::TheReport;
use crate::report::{InputView, ProblemView};
use crate::web::state::State;
use crate::web::text::report as words;
use crate::web::ui::{lines, rich, section, slice};

#[component]
pub fn Problems(state: State, report: TheReport) -> impl IntoView {
    let problems = slice(report, |report| (report.problems.clone(), report.problems_omitted));
    let inputs = slice(report, |report| report.inputs.clone());
    move || {
        let (problems, omitted) = problems.get();
        if problems.is_empty() {
            return None;
        }
        let inputs = inputs.get();
        let total = problems.len() as u64 + omitted;
        let rows = problems.iter().map(|problem| row(state, problem, &inputs)).collect_view();
        let more = (omitted > 0).then(|| view! { <p class="quiet">{words::more_problems(omitted)}</p> });
        let content = view! {
            <details class="card problems" open=total <= 10>
                <summary>{words::problems(total, problems.iter().filter(|problem| problem.repaired).count())}</summary>
                <ul class="plain">{rows}</ul>
                {more}
            </details>
        };
        Some(section("problems", words::PROBLEMS, (), content))
    }
}

fn row(state: State, problem: &ProblemView, inputs: &[InputView]) -> impl IntoView + use<> {
    let name = (inputs.len() > 1).then(|| inputs.get(problem.input).map(|input| format!("{}, ", input.name)));
    let done = if problem.repaired { words::REPAIRED } else { words::SKIPPED };
    view! {
        <li>
            {name} {lines(state, problem.input, &[problem.line])} ", " {done} ": " {rich(&problem.sentence)}
        </li>
    }
}
