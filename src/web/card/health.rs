//! How the score came about: from 100 down.

use leptos::prelude::*;

use crate::metrics::Unit;
use crate::plot::{Step, waterfall};
use crate::report::{Deduction, Report};
use crate::view::numbers::points;
use crate::view::verdict::is_unearned;
use crate::web::page::Page;
use crate::web::parts::table::{Column, head, numbers, row, table, text_cell, words};
use crate::web::parts::{link, list, quiet, rich, section};

const TITLE: &str = "Health";
const WATERFALL: &str = "What was taken off";
const COLUMNS: [Column; 2] = [words("Reason"), numbers("Points")];
const SEE: &str = "see";
const UNSEEN: &str = "What the score cannot see";
const NOT_EXERCISED: &str = "not exercised";
const NOTHING_ASKED: &str = "The server had nothing to do, so nothing was taken off: 100 says “not exercised” here, not “healthy”.";
const NOTHING_DEDUCTED: &str = "Nothing was taken off.";

pub fn health(report: &Report, _: Page) -> AnyView {
    let health = &report.health;
    let aside = match health.score {
        Some(_) if is_unearned(report) => NOT_EXERCISED.to_owned(),
        Some(score) => format!("100 → {score:.0}"),
        None => String::new(),
    };
    let sure = health.score.map(|_| quiet(&format!("How sure the score is: {}.", Unit::Ratio.show(health.confidence))));
    let unseen = (!health.coverage.is_empty()).then(|| view! { <h3>{UNSEEN}</h3>{list(&health.coverage)} }.into_any());
    let card = view! { <div class="card health">{taken_off(report)}{sure}{unseen}</div> };
    section("health", TITLE, &aside, card.into_any())
}

fn taken_off(report: &Report) -> Option<AnyView> {
    let deductions = &report.health.deductions;
    if deductions.is_empty() {
        let sentence = if is_unearned(report) { NOTHING_ASKED } else { NOTHING_DEDUCTED };
        return report.health.score.map(|_| view! { <p>{sentence}</p> }.into_any());
    }
    let rows = deductions.iter().zip(waterfall(deductions)).map(|(one, step)| deduction(one, step)).collect();
    Some(table("waterfall", WATERFALL.to_owned(), "hidden", &COLUMNS, rows))
}

fn deduction(deduction: &Deduction, step: Step) -> AnyView {
    let points = if step.cap { format!("≤ {:.0}", deduction.points) } else { format!("−{}", points(deduction.points)) };
    let see = deduction.rule.as_ref().map(|rule| view! { " "{link(format!("#{rule}"), SEE)} }.into_any());
    let reason = view! {
        {rich(&deduction.reason)}
        {see}
        <svg class="fall" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            {part("left", 0.0, step.to)}
            {part("lost", step.to, step.from)}
        </svg>
    };
    row(vec![head(reason.into_any()), text_cell("value", &points)])
}

fn part(class: &'static str, from: f64, to: f64) -> AnyView {
    let number = |value: f64| format!("{value:.2}");
    view! { <rect class=class x=number(from) y="0" width=number(to - from) height="4"></rect> }.into_any()
}
