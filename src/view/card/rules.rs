//! Every rule with its verdict: silence is never health.

use crate::report::{Report, RuleStatus, RuleVerdict};
use crate::view::look::{badge, of_rule};
use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::{link, stacked, table};
use crate::view::words::report as words;

pub fn rules(report: &Report) -> Option<Node> {
    let rules = &report.rules;
    if rules.is_empty() {
        return None;
    }
    let groups = [RuleVerdict::Fired, RuleVerdict::Clear, RuleVerdict::NotMeasurable];
    let mut counts = [0; 3];
    let mut rows = Vec::with_capacity(rules.len());
    for (verdict, count) in groups.iter().zip(&mut counts) {
        for rule in rules.iter().filter(|rule| rule.verdict == *verdict) {
            *count += 1;
            rows.push(row(rule));
        }
    }
    let [fired, clear, unknown] = counts;
    let summary =
        el("summary").with(el_with("h2", words::ALL_RULES)).text(" ").with(el_of("span", "aside").say(words::rules(fired, clear, unknown)));
    let table = table("full stack", words::ALL_RULES, "", &[words::VERDICT, words::RULE, words::SEEN], rows);
    Some(el_of("details", "card rules").with(summary).with(stacked(table)))
}

fn row(rule: &RuleStatus) -> Node {
    el("tr")
        .with(el_of("td", "mark").with(badge(of_rule(rule.verdict))))
        .with(el("th").attr("scope", "row").with(link(&format!("#rule-{}", rule.id), &rule.title)))
        .with(el("td").rich(&rule.sentence))
}
