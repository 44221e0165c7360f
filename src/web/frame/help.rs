//! The help sheet: the keys, what a dump can tell, and a switch for those whom single keys disturb.

use leptos::prelude::*;

use crate::web::state::{Sheet, State};
use crate::web::text::help as words;
use crate::web::ui::{Dialog, rich};

#[component]
pub fn HelpSheet(state: State) -> impl IntoView {
    view! {
        <Dialog state=state sheet=Sheet::Help title=words::TITLE>
            <table class="keys">
                <caption class="hidden">{words::KEYS}</caption>
                <tbody>
                    {words::TABLE
                        .iter()
                        .map(|(key, action)| view! { <tr><th scope="row"><kbd>{*key}</kbd></th><td>{*action}</td></tr> })
                        .collect_view()}
                </tbody>
            </table>
            <label class="check">
                <input
                    type="checkbox" prop:checked=move || state.keys.get()
                    on:change=move |event| state.keys.set(event_target_checked(&event))
                />
                " " {words::SINGLE_KEYS}
            </label>
            {words::SENTENCES.iter().map(|(title, text)| view! { <h3>{*title}</h3><p>{rich(text)}</p> }).collect_view()}
        </Dialog>
    }
}
