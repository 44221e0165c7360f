//! Every rule with its verdict: silence is never health.

use leptos::prelude::*;

use crate::report::{Report, RuleStatus, RuleVerdict};
use crate::view::look::of_rule;
use crate::web::page::Page;
use crate::web::parts::table::{Column, cell, head, row, table, words};
use crate::web::parts::{badge, folded_card, link, rich};

const TITLE: &str = "All rules and what they saw";
const COLUMNS: [Column; 3] = [words("Verdict"), words("Rule"), words("What was seen, or is missing")];

pub fn rules(report: &Report, _: Page) -> AnyView {
    if report.rules.is_empty() {
        return ().into_any();
    }
    let of = |verdict| report.rules.iter().filter(move |rule| rule.verdict == verdict);
    let [fired, clear, unknown] = [RuleVerdict::Fired, RuleVerdict::Clear, RuleVerdict::NotMeasurable].map(of);
    let counts = [&fired, &clear, &unknown].map(|group| group.clone().count());
    let aside = format!("{} fired · {} clear · {} cannot tell", counts[0], counts[1], counts[2]);
    let rows = fired.chain(clear).chain(unknown).map(rule).collect();
    folded_card("card rules", TITLE, &aside, table("full stack", TITLE.to_owned(), "", &COLUMNS, rows))
}

fn rule(rule: &RuleStatus) -> AnyView {
    row(vec![
        cell("mark", badge(of_rule(rule.verdict))),
        head(link(format!("#rule-{}", rule.id), &rule.title)),
        cell("", rich(&rule.sentence)),
    ])
}
