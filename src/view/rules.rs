//! The rules page: every rule in its own words.

use super::node::{Node, el, el_of, el_with};
use super::parts::link;
use super::words::rules as words;
use crate::rule::{Rule, catalogue};

pub fn rules() -> Node {
    let contents = catalogue::all().map(|rule| el("li").with(link(&format!("#rule-{}", rule.id), rule.title))).collect();
    el_of("div", "rules-page")
        .id("rules")
        .with(el("p").with(link("#", words::BACK)))
        .with(el_with("h1", words::TITLE))
        .with(el_of("p", "lead").text(words::LEAD))
        .with(el("nav").attr("aria-label", words::CONTENTS).with(el_of("ul", "plain contents").all(contents)))
        .all(catalogue::all().map(article).collect())
}

fn article(rule: &'static Rule) -> Node {
    let servers: Vec<&str> = rule.backends.iter().map(|backend| backend.name()).collect();
    let texts = &rule.texts;
    let known = el_of("p", "quiet").with(el_with("code", rule.id)).say(format!(" · {} · {}", rule.code, servers.join(", ")));
    let mut article = el_of("article", "card rule").id(&format!("rule-{}", rule.id)).with(el_with("h2", rule.title)).with(known);
    for (label, text) in
        [(words::SEES, texts.sees), (words::WHY, texts.why), (words::WHAT_TO_DO, texts.what_to_do), (words::FALSIFIER, texts.falsifier)]
    {
        if !text.is_empty() {
            article = article.with(el_with("h3", label)).with(el("p").rich(text));
        }
    }
    if texts.sources.is_empty() {
        return article;
    }
    let sources = texts.sources.iter().map(|source| el("li").rich(source)).collect();
    article.with(el_with("h3", words::SOURCES)).with(el("ul").all(sources))
}
