//! What is wrong, worst first; and what it means when nothing is.

use super::bottleneck::bottleneck;
use crate::report::{Report, RuleVerdict};
use crate::view::node::{Node, el_of, el_with};
use crate::view::parts::section;
use crate::view::words::report as words;

pub fn bottlenecks(report: &Report) -> Node {
    let findings = &report.bottlenecks;
    let aside = if findings.len() > 1 { words::findings(findings.len()) } else { String::new() };
    let part = section("wrong", words::WRONG, &aside);
    if findings.is_empty() {
        return part.with(el_of("div", "card calm").with(el_with("p", &words::nothing_fired(counts(report)))));
    }
    part.all(findings.iter().map(bottleneck).collect())
}

/// Rules that were judged, and rules in all.
fn counts(report: &Report) -> (usize, usize) {
    (report.rules.iter().filter(|rule| rule.verdict != RuleVerdict::NotMeasurable).count(), report.rules.len())
}
