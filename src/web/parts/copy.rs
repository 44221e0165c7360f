//! Buttons that copy, and say whether they did.

use std::time::Duration;

use js_sys::JsString;
use leptos::prelude::*;

use super::live;
use crate::web::io::clipboard;

const COPY: &str = "Copy";
const COPIED: &str = "Copied";
const NOT_COPIED: &str = "Not copied";

/// What a button says for a while.
pub type Copied = RwSignal<Option<bool>>;

/// Copies a text. `what` is for those who do not see where the button stands.
pub fn copy_button(text: String, what: String) -> AnyView {
    let worked = RwSignal::new(None);
    let copy = move |_| copied(JsString::from(text.as_str()), worked);
    label(COPY, what, worked, copy)
}

/// A button that copies in its own way.
pub fn label(label: &'static str, what: String, worked: Copied, copy: impl Fn(leptos::ev::MouseEvent) + 'static) -> AnyView {
    let said = move || match worked.get() {
        None => label,
        Some(true) => COPIED,
        Some(false) => NOT_COPIED,
    };
    view! {
        <button class="small copy" type="button" on:click=copy>
            <span aria-live="polite">{live(said)}</span>
            " "
            <span class="hidden">{what}</span>
        </button>
    }
    .into_any()
}

/// Puts a text on the clipboard, and says for two seconds whether that worked.
pub fn copied(text: JsString, worked: Copied) {
    clipboard::copy(text, move |done| {
        worked.set(Some(done));
        set_timeout(move || worked.set(None), Duration::from_secs(2));
    });
}
