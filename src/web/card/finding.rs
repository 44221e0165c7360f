//! One finding: what, why, the numbers, what to change, and how to disprove it.

use leptos::prelude::*;

use super::proof::proof;
use crate::report::{Action, Bottleneck, Contributing, Evidence};
use crate::view::findings::{Advice, advice, standing};
use crate::view::look::of_severity;
use crate::web::page::Page;
use crate::web::parts::table::{Column, cell, head, numbers, row, table, text_cell, words};
use crate::web::parts::{badge, described, lines, plain, rich, sentence, term};

const COLUMNS: [Column; 3] = [words("What"), numbers("Value"), words("Where from")];
const INFERRED: &str = ", inferred";
const CHANGE: &str = "Change";
const NEXT_STEP: &str = "Next step";
const PRICE: &str = "Price";
const VERIFY: &str = "Verify";
const CONTRIBUTING: &str = "Contributing";

pub fn finding(finding: &Bottleneck, page: Page) -> AnyView {
    let heading = format!("{}-title", finding.id);
    let labelled = heading.clone();
    let look = of_severity(finding.severity);
    view! {
        <article class=format!("card finding {}", look.tone) id=finding.id.clone() aria-labelledby=labelled>
            <header>
                {badge(look)}" "<h3 id=heading tabindex="-1">{plain(&finding.title)}</h3>" "<span class="aside">{plain(&standing(finding))}</span>
            </header>
            <p class="what">{rich(&finding.description)}</p>
            {sentence("why", &finding.why)}
            {evidence(finding, page)}
            {actions(finding)}
            {contributing(finding)}
            {proof(finding)}
        </article>
    }
    .into_any()
}

fn evidence(finding: &Bottleneck, page: Page) -> Option<AnyView> {
    let rows: Vec<AnyView> = finding.evidence.iter().map(|one| number(one, page)).collect();
    let caption = format!("The numbers behind “{}”", finding.title);
    (!rows.is_empty()).then(|| table("numbers stack", caption, "hidden", &COLUMNS, rows))
}

fn number(evidence: &Evidence, page: Page) -> AnyView {
    let inferred = if evidence.inferred { INFERRED } else { "" };
    let from = view! {
        <span title=evidence.metric.clone()>{plain(&evidence.time_base.words)}</span>{inferred}" "{lines(page, evidence.input, &evidence.lines)}
    };
    row(vec![head(plain(&evidence.label)), text_cell("value mark", &evidence.shown), cell("from", from.into_any())])
}

fn actions(finding: &Bottleneck) -> Option<AnyView> {
    let one = |label| view! { <dl>{term(label, &finding.recommendation)}</dl> }.into_any();
    let content = match advice(finding) {
        Advice::Nothing => return None,
        Advice::Change => one(CHANGE),
        Advice::NextStep => one(NEXT_STEP),
        Advice::Actions => {
            let shared = finding.shared_verify();
            let changes = finding.actions.iter().map(|one| action(one, shared.is_none())).collect::<Vec<AnyView>>();
            let together = shared.map(|verify| view! { <dl>{term(VERIFY, verify)}</dl> }.into_any());
            view! { {changes}{together} }.into_any()
        }
    };
    Some(view! { <div class="actions">{content}</div> }.into_any())
}

/// `verify`: how to see that it helped is its own.
fn action(action: &Action, verify: bool) -> AnyView {
    let flag = (!action.flag.is_empty() && !action.names_flag).then(|| view! { <code>{action.flag.clone()}</code>" " }.into_any());
    let versions = (!action.versions.is_empty() && action.versions != "any")
        .then(|| view! { " "<span class="versions">{plain(&action.versions)}</span> }.into_any());
    let change = view! { {flag}{rich(&action.change)}{versions} }.into_any();
    view! {
        <dl>
            {described(CHANGE, change)}
            {term(PRICE, &action.tradeoff)}
            {verify.then(|| term(VERIFY, &action.verify))}
        </dl>
    }
    .into_any()
}

fn contributing(finding: &Bottleneck) -> Option<AnyView> {
    let item = |other: &Contributing| view! { <li><b>{plain(&other.title)}</b>": "{rich(&other.sentence)}</li> }.into_any();
    let items = finding.contributing.iter().map(item).collect::<Vec<AnyView>>();
    (!items.is_empty()).then(|| view! { <div class="contributing"><h4>{CONTRIBUTING}</h4><ul>{items}</ul></div> }.into_any())
}
