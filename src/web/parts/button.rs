//! A button that does one thing.

use leptos::prelude::*;

use crate::web::action::Action;
use crate::web::page::Page;

pub fn button(page: Page, class: &'static str, action: Action, label: &'static str) -> AnyView {
    view! { <button class=class type="button" on:click=move |_| page.act(action.clone())>{label}</button> }.into_any()
}
