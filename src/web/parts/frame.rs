//! What cards stand in.

use leptos::prelude::*;
use web_sys::Element;

use super::plain;

/// A landmark with its heading; `id` is what the links at the top lead to.
pub fn section(id: &'static str, title: &'static str, aside: &str, content: AnyView) -> AnyView {
    let heading = format!("{id}-title");
    let labelled = heading.clone();
    view! {
        <section class="part" id=id aria-labelledby=labelled>
            <header class="part-head">
                <h2 id=heading tabindex="-1">{title}</h2>
                <span class="aside">{plain(aside)}</span>
            </header>
            {content}
        </section>
    }
    .into_any()
}

pub fn card(class: &'static str, content: AnyView) -> AnyView {
    view! { <div class=class>{content}</div> }.into_any()
}

/// A folded part.
pub fn fold(class: &'static str, summary: &str, open: bool, content: AnyView) -> AnyView {
    view! { <details class=class use:unfolded=open><summary>{plain(summary)}</summary>{content}</details> }.into_any()
}

/// Opens a fold when it is new. One that stands in the document is the person's.
fn unfolded(fold: Element, open: bool) {
    if open && !fold.is_connected() {
        let _ = fold.set_attribute("open", "");
    }
}

/// A folded card with a heading.
pub fn folded_card(class: &'static str, title: &'static str, aside: &str, content: AnyView) -> AnyView {
    view! {
        <details class=class>
            <summary><h2>{title}</h2>" "<span class="aside">{plain(aside)}</span></summary>
            {content}
        </details>
    }
    .into_any()
}

pub fn link(target: String, text: &str) -> AnyView {
    view! { <a href=target>{plain(text)}</a> }.into_any()
}

pub fn quiet(text: &str) -> AnyView {
    view! { <p class="quiet">{plain(text)}</p> }.into_any()
}
