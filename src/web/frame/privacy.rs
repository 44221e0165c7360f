//! How to check that nothing is uploaded.

use leptos::prelude::*;

use crate::web::state::{Sheet, State};
use crate::web::text::privacy as words;
use crate::web::ui::{Dialog, rich};

#[component]
pub fn PrivacySheet(state: State) -> impl IntoView {
    view! {
        <Dialog state=state sheet=Sheet::Privacy title=words::TITLE>
            {words::SENTENCES.iter().map(|text| view! { <p>{rich(text)}</p> }).collect_view()}
            <ol>{words::STEPS.iter().map(|text| view! { <li>{rich(text)}</li> }).collect_view()}</ol>
        </Dialog>
    }
}
