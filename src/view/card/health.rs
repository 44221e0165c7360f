//! How the score came about: from 100 down.

use crate::plot::{Step, waterfall};
use crate::report::{Deduction, Footing, Report};
use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::{link, list, section, table};
use crate::view::words::report as words;

pub fn health(report: &Report) -> Node {
    let health = &report.health;
    let unearned = report.standing.footing == Footing::Untested;
    let aside = match health.score {
        Some(_) if unearned => words::NOT_EXERCISED.to_owned(),
        Some(score) => format!("100 → {score:.0}"),
        None => String::new(),
    };
    let rows: Vec<Node> =
        health.deductions.iter().zip(waterfall(&health.deductions)).map(|(deduction, step)| row(deduction, step)).collect();
    let mut card = el_of("div", "card health");
    card = match (rows.is_empty(), health.score) {
        (true, Some(_)) if unearned => card.with(el_with("p", words::NOTHING_ASKED)),
        (true, Some(_)) => card.with(el_with("p", words::NOTHING_DEDUCTED)),
        (true, None) => card,
        (false, _) => card.with(table("waterfall", words::WATERFALL, "hidden", &[words::REASON, words::POINTS], rows)),
    };
    if health.score.is_some() {
        card = card.with(el_of("p", "quiet").say(words::score_confidence(health.confidence)));
    }
    if !health.coverage.is_empty() {
        card = card.with(el_with("h3", words::UNSEEN)).with(list(&health.coverage));
    }
    section("health", words::HEALTH, &aside).with(card)
}

fn row(deduction: &Deduction, step: Step) -> Node {
    let points = if step.cap { format!("≤ {:.0}", deduction.points) } else { format!("−{}", words::points(deduction.points)) };
    let mut reason = el("th").attr("scope", "row").rich(&deduction.reason);
    if let Some(rule) = &deduction.rule {
        reason = reason.text(" ").with(link(&format!("#{rule}"), words::SEE));
    }
    let part = |class: &str, from: f64, to: f64| {
        el_of("rect", class).attr("x", &from.to_string()).attr("y", "0").attr("width", &(to - from).to_string()).attr("height", "4")
    };
    let fall = el_of("svg", "fall")
        .attr("viewBox", "0 0 100 4")
        .attr("preserveAspectRatio", "none")
        .attr("aria-hidden", "true")
        .with(part("left", 0.0, step.to))
        .with(part("lost", step.to, step.from));
    el("tr").with(reason.with(fall)).cell("value", &points)
}
