//! Simulated servers to look at. They lie beside the page, so that those who never look at one do not load it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use super::super::home::samples::{MISSING, SAMPLES, TIMES};
use super::super::page::Page;
use super::take;
use crate::protocol::{Arriving, Origin};

/// Loads the sample of this index.
pub fn load(page: Page, index: usize) {
    let Some(sample) = SAMPLES.get(index) else { return };
    page.busy.update(|busy| *busy += 1);
    spawn_local(async move {
        let mut texts = Vec::new();
        for (file, at) in sample.files.into_iter().zip(TIMES) {
            if let Some(content) = read(file).await {
                let bytes = u64::from(content.byte_length());
                texts.push((Arriving { name: file.to_owned(), at: Some(at), origin: Origin::Sample, bytes }, content.into()));
            }
        }
        page.busy.update(|busy| *busy = busy.saturating_sub(1));
        if texts.len() == sample.files.len() {
            take(page, texts);
        } else {
            page.tell(MISSING.to_owned());
        }
    });
}

async fn read(file: &str) -> Option<js_sys::ArrayBuffer> {
    let response = JsFuture::from(window().fetch_with_str(&format!("samples/{file}"))).await.ok()?;
    let response = response.dyn_into::<web_sys::Response>().ok().filter(web_sys::Response::ok)?;
    JsFuture::from(response.array_buffer().ok()?).await.ok()?.dyn_into().ok()
}
