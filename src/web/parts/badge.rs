//! A verdict as a word, a shape and a colour.

use leptos::prelude::*;

use crate::view::look::Look;

pub fn badge(look: Look) -> AnyView {
    view! { <span class=format!("badge {}", look.tone)>{shape(look.shape)}{look.word}</span> }.into_any()
}

/// The sign in the colour of the text around it. The word beside it says the same, so it is hidden from screen readers.
pub fn shape(path: &'static str) -> AnyView {
    view! {
        <svg class="shape" viewBox="0 0 12 12" aria-hidden="true"><path d=path fill-rule="evenodd" fill="currentColor"></path></svg>
    }
    .into_any()
}
