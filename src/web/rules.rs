//! The rules page: every rule in its own words.

use leptos::prelude::*;

use super::text::rules as words;
use super::ui::rich;
use crate::rule::{Rule, catalogue};

#[component]
pub fn RulesPage(rule: Option<String>) -> impl IntoView {
    let contents = catalogue::all().map(|rule| view! { <li><a href=anchor(rule)>{rule.title}</a></li> }).collect_view();
    let articles = catalogue::all().map(article).collect_view();
    // The browser scrolled before this was there.
    request_animation_frame(move || {
        let target = rule.map_or_else(|| "rules".to_owned(), |id| format!("rule-{id}"));
        if let Some(element) = document().get_element_by_id(&target) {
            element.scroll_into_view();
        }
    });
    view! {
        <div class="rules-page" id="rules">
            <p><a href="#">{words::BACK}</a></p>
            <h1>{words::TITLE}</h1>
            <p class="lead">{words::LEAD}</p>
            <nav aria-label=words::CONTENTS><ul class="plain contents">{contents}</ul></nav>
            {articles}
        </div>
    }
}

fn anchor(rule: &Rule) -> String {
    format!("#rule-{}", rule.id)
}

fn article(rule: &'static Rule) -> AnyView {
    let servers: Vec<&str> = rule.backends.iter().map(|backend| backend.name()).collect();
    let texts = &rule.texts;
    let part = |label: &'static str, text: &'static str| (!text.is_empty()).then(|| view! { <h3>{label}</h3><p>{rich(text)}</p> });
    let sources = (!texts.sources.is_empty()).then(|| {
        view! { <h3>{words::SOURCES}</h3><ul>{texts.sources.iter().map(|source| view! { <li>{rich(source)}</li> }).collect_view()}</ul> }
    });
    view! {
        <article class="card rule" id=format!("rule-{}", rule.id)>
            <h2>{rule.title}</h2>
            <p class="quiet"><code>{rule.id}</code> " · " {rule.code} " · " {servers.join(", ")}</p>
            {part(words::SEES, texts.sees)}
            {part(words::WHY, texts.why)}
            {part(words::WHAT_TO_DO, texts.what_to_do)}
            {part(words::FALSIFIER, texts.falsifier)}
            {sources}
        </article>
    }
    .into_any()
}
