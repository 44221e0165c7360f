//! A button that copies a text and says whether it did.

use std::time::Duration;

use leptos::prelude::*;

use crate::web::io::clipboard;
use crate::web::text::words;

#[component]
pub fn CopyButton(
    /// What goes onto the clipboard.
    #[prop(into)]
    text: Signal<String>,
    /// The word on the button.
    #[prop(default = words::COPY)]
    label: &'static str,
    /// What is copied, for those who do not see where the button stands.
    #[prop(into, optional)]
    what: String,
) -> impl IntoView {
    let (said, set_said) = signal(None::<bool>);
    let copy = move |_| {
        clipboard::copy(text.get_untracked(), move |worked| {
            let _ = set_said.try_set(Some(worked));
            let forget = move || {
                let _ = set_said.try_set(None);
            };
            set_timeout(forget, Duration::from_secs(2));
        });
    };
    let word = move || match said.get() {
        None => label,
        Some(true) => words::COPIED,
        Some(false) => words::NOT_COPIED,
    };
    view! {
        <button type="button" class="small copy" on:click=copy>
            <span aria-live="polite">{word}</span>
            " "
            <span class="hidden">{what}</span>
        </button>
    }
}
