//! Paste and copy.

use js_sys::JsString;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ClipboardEvent, DataTransfer, Element};

use super::super::page::Page;
use super::files::{is_field, take_files};
use super::{clock, take};
use crate::protocol::{Arriving, Origin};

const PASTED: &str = "pasted";

/// Below this a paste into a form field is meant for the field.
const FIELD_PASTE: u32 = 200;

/// Pasting works anywhere on the page. The text goes straight to the analysis and never into an element.
pub fn pasted(page: Page, event: &ClipboardEvent, target: Option<&Element>) {
    let Some(data) = event.clipboard_data() else { return };
    if take_files(page, &data) {
        event.prevent_default();
        return;
    }
    let text = plain(&data);
    if text.length() == 0 || (target.is_some_and(is_field) && text.length() < FIELD_PASTE) {
        return;
    }
    event.prevent_default();
    take_text(page, text);
}

/// Reads the clipboard for the button. The browser may ask the person first.
pub fn paste(page: Page) {
    spawn_local(async move {
        let read = async {
            let clipboard = window().navigator().clipboard();
            if clipboard.is_undefined() {
                return None; // not a secure context
            }
            JsFuture::from(clipboard.read_text()).await.ok()?.dyn_into::<JsString>().ok()
        };
        match read.await.filter(|text| text.trim().length() > 0) {
            Some(text) => take_text(page, text),
            None => {
                let key = if is_mac() { "⌘V" } else { "Ctrl+V" };
                page.tell(format!(
                    "The browser gave no text from the clipboard. Press {key} anywhere on the page instead, which needs no permission."
                ));
            }
        }
    });
}

/// Puts text on the clipboard; `done` says whether it worked.
pub fn copy(text: JsString, done: impl FnOnce(bool) + 'static) {
    spawn_local(async move {
        let clipboard = window().navigator().clipboard();
        let worked = !clipboard.is_undefined() && JsFuture::from(clipboard.unchecked_ref::<Board>().write_text(&text)).await.is_ok();
        done(worked);
    });
}

/// True on machines where the command key does what Ctrl does elsewhere.
pub fn is_mac() -> bool {
    window().navigator().platform().is_ok_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"))
}

/// The plain text of a paste or a drop; empty when there is none.
pub fn plain(data: &DataTransfer) -> JsString {
    data.unchecked_ref::<Texts>().get_data("text/plain").unwrap_or_else(|_| JsString::from(""))
}

/// The text goes to the worker as it is: making bytes of it takes time, and is done there. It never enters the memory of the page's module.
pub fn take_text(page: Page, text: JsString) {
    // A character is a byte in nearly all of a metrics text; the worker counts them when it has them.
    let bytes = u64::from(text.length());
    let arriving = Arriving { name: PASTED.to_owned(), at: Some(clock::now()), origin: Origin::Pasted, bytes };
    take(page, vec![(arriving, text.into())]);
}

#[wasm_bindgen]
extern "C" {
    /// What web-sys knows as a `DataTransfer`, but it would bring the text into the page's own memory.
    type Texts;
    #[wasm_bindgen(method, catch, js_name = getData)]
    fn get_data(this: &Texts, format: &str) -> Result<JsString, JsValue>;

    /// The same of a `Clipboard`.
    type Board;
    #[wasm_bindgen(method, js_name = writeText)]
    fn write_text(this: &Board, text: &JsString) -> js_sys::Promise;
}
