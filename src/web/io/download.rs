//! Handing a file to the person.

use js_sys::JsString;
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Saves text under a name, through a link that exists only for this.
pub fn save(name: &str, mime: &str, text: &JsString) {
    let _ = try_save(name, mime, text);
}

fn try_save(name: &str, mime: &str, text: &JsString) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    let blob = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(text), &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The browser has taken the blob when the click returns; the address alone would keep it alive.
    Url::revoke_object_url(&url)
}
