//! Before and after: two windows of the server side by side.

use leptos::prelude::*;

use crate::report::{ComparisonRow, ComparisonView, FindingChangeView, Report, SideView, SpanView};
use crate::view::look::{of_change, of_fate};
use crate::web::page::Page;
use crate::web::parts::table::{Column, cell, column_name, head, numbers, row, table, words};
use crate::web::parts::{badge, fold, lines, link, plain, rich, section};

const TITLE: &str = "Before and after";
const BEFORE: &str = "Before";
const AFTER: &str = "After";
const COLUMNS: [Column; 4] = [words("Number"), numbers(BEFORE), numbers(AFTER), words("Change")];
const WHY_CALLED_SO: &str = "Why each is called so";

pub fn comparison(report: &Report, page: Page) -> AnyView {
    let Some(comparison) = &report.comparison else { return ().into_any() };
    let aside = format!("{} → {}", texts(report, &comparison.before), texts(report, &comparison.after));
    let rows = comparison.rows.iter().map(|one| number(one, page)).collect();
    let why = comparison.rows.iter().map(reason).collect::<Vec<AnyView>>();
    let card = view! {
        <div class="card comparison">
            <p class="what">{rich(&comparison.headline)}</p>
            <p class="why">{rich(&comparison.load)}</p>
            {findings(comparison)}
            <div>
                {table("full stack sides", TITLE.to_owned(), "", &COLUMNS, rows)}
                {fold("proof", WHY_CALLED_SO, false, view! { <ul>{why}</ul> }.into_any())}
            </div>
        </div>
    };
    section("comparison", TITLE, &aside, card.into_any())
}

/// The names of the first and the last text of a window.
fn texts(report: &Report, span: &SpanView) -> String {
    let name = |input: &usize| report.inputs.get(*input).map_or("?", |input| input.name.as_str());
    let [first, last] = &span.inputs;
    format!("{}, {}", name(first), name(last))
}

fn findings(comparison: &ComparisonView) -> Option<AnyView> {
    let items = comparison.findings.iter().map(finding).collect::<Vec<AnyView>>();
    (!items.is_empty()).then(|| view! { <ul class="plain fates">{items}</ul> }.into_any())
}

fn finding(finding: &FindingChangeView) -> AnyView {
    let rule = link(format!("#rule-{}", finding.id), &finding.title);
    view! { <li>{badge(of_fate(finding.fate))}" "{rule}": "{rich(&finding.sentence)}</li> }.into_any()
}

fn number(one: &ComparisonRow, page: Page) -> AnyView {
    row(vec![
        head(plain(&one.label)),
        side("value half", BEFORE, one.before.as_ref(), page),
        side("value", AFTER, one.after.as_ref(), page),
        cell("mark", badge(of_change(one.change))),
    ])
}

fn side(class: &'static str, name: &'static str, side: Option<&SideView>, page: Page) -> AnyView {
    let value = match side {
        Some(side) => view! { {plain(&side.shown)}" "{lines(page, side.input, &side.lines)} }.into_any(),
        None => "–".into_any(),
    };
    cell(class, view! { {column_name(name)}{value} }.into_any())
}

fn reason(row: &ComparisonRow) -> AnyView {
    view! { <li><b>{plain(&row.label)}</b>": "{plain(&row.sentence)}</li> }.into_any()
}
