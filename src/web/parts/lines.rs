//! The way from a number to the lines that it was read from.

use leptos::prelude::*;

use super::plain;
use crate::metrics::SourceLines;
use crate::view;
use crate::web::action::Action;
use crate::web::page::Page;

/// A button that opens these lines in the raw view; nothing when there are none.
pub fn lines(page: Page, input: usize, lines: &SourceLines) -> Option<AnyView> {
    let label = view::lines::label(lines)?;
    let lines = lines.clone();
    let show = move |_| page.act(Action::ShowLines { input, lines: lines.clone() });
    Some(view! { <button class="link lines" type="button" on:click=show>{plain(&label)}</button> }.into_any())
}
