//! What a finding rests on, and what would prove it wrong.

use leptos::prelude::*;

use crate::report::Bottleneck;
use crate::view::findings::{against, how_sure, kind};
use crate::web::parts::{described, fold, link, list, term};

const TITLE: &str = "Formula, threshold, sources, and what would prove this wrong";
const FORMULA: &str = "Formula";
const THRESHOLD: &str = "Threshold";
const CONFIDENCE: &str = "Confidence";
const WOULD_RAISE_IT: &str = "Would make it surer";
const SPEAKS_AGAINST: &str = "Speaks against it";
const FALSIFIER: &str = "Proved wrong by";
const SOURCES: &str = "Sources";
const RULE: &str = "Rule";

pub fn proof(finding: &Bottleneck) -> AnyView {
    let rule = view! { {link(format!("#rule-{}", finding.id), &finding.id)}" · "{kind(finding.kind)} };
    let terms = view! {
        <dl>
            {term(FORMULA, &finding.formula)}
            {term(THRESHOLD, &against(finding))}
            {term(CONFIDENCE, &how_sure(finding))}
            {listed(WOULD_RAISE_IT, &finding.confidence.missing)}
            {listed(SPEAKS_AGAINST, &finding.confidence.contradictions)}
            {term(FALSIFIER, &finding.falsifier)}
            {listed(SOURCES, &finding.sources)}
            {described(RULE, rule.into_any())}
        </dl>
    };
    fold("proof", TITLE, false, terms.into_any())
}

fn listed(label: &'static str, items: &[String]) -> Option<AnyView> {
    (!items.is_empty()).then(|| described(label, list(items)))
}
