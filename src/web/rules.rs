//! The rules page: every rule in its own words, which come from the analysis.

use leptos::prelude::*;

use super::page::Page;
use super::parts::{live, rich};
use crate::protocol::RuleText;

const TITLE: &str = "The rules";
const LEAD: &str = "Every rule ends in one of three: fired, clear, or not measurable. A rule without its inputs says so.";
const CONTENTS: &str = "All rules";
const BACK: &str = "Back to the report";
const COMING: &str = "The rules are being loaded.";
const SEES: &str = "What it sees";
const WHY: &str = "Why it matters";
const WHAT_TO_DO: &str = "What to do";
const FALSIFIER: &str = "What would prove it wrong";
const SOURCES: &str = "Sources";

pub fn rules(page: Page) -> AnyView {
    let content = move || {
        let rules = page.rules.get();
        if rules.is_empty() {
            return view! { <p>{COMING}</p> }.into_any();
        }
        let entry = |rule: &RuleText| view! { <li><a href=format!("#rule-{}", rule.id)>{rule.title.clone()}</a></li> }.into_any();
        view! {
            <p><a href="#">{BACK}</a></p>
            <h1>{TITLE}</h1>
            <p class="lead">{LEAD}</p>
            <nav aria-label=CONTENTS><ul class="plain contents">{rules.iter().map(entry).collect::<Vec<AnyView>>()}</ul></nav>
            {rules.into_iter().map(article).collect::<Vec<AnyView>>()}
        }
        .into_any()
    };
    view! { <div class="rules-page" id="rules">{live(content)}</div> }.into_any()
}

fn article(rule: RuleText) -> AnyView {
    let RuleText { id, code, title, servers, sees, why, what_to_do, falsifier, sources } = rule;
    let paragraph =
        |(label, text): (&'static str, String)| (!text.is_empty()).then(|| view! { <h3>{label}</h3> <p>{rich(&text)}</p> }.into_any());
    let paragraphs = [(SEES, sees), (WHY, why), (WHAT_TO_DO, what_to_do), (FALSIFIER, falsifier)].into_iter().filter_map(paragraph);
    let item = |source: &String| view! { <li>{rich(source)}</li> }.into_any();
    let sources = (!sources.is_empty()).then(|| view! { <h3>{SOURCES}</h3> <ul>{sources.iter().map(item).collect::<Vec<AnyView>>()}</ul> });
    let anchor = format!("rule-{id}");
    view! {
        <article class="card rule" id=anchor>
            <h2>{title}</h2>
            <p class="quiet"><code>{id}</code> {format!(" · {code} · {}", servers.join(", "))}</p>
            {paragraphs.collect::<Vec<AnyView>>()}
            {sources}
        </article>
    }
    .into_any()
}
