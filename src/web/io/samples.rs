//! Simulated servers to look at. They lie beside the page, so that those who never look at one do not load it.

use gloo_net::http::Request;
use js_sys::Uint8Array;
use leptos::task::spawn_local;

use super::super::analysis::{Content, Incoming};
use super::super::state::State;
use super::take;
use crate::view::frame::Origin;
use crate::view::words::samples::{self as words, SAMPLES};

/// Loads the sample of this index.
pub fn load(state: State, index: usize) {
    let Some(sample) = SAMPLES.get(index) else { return };
    state.busy(true);
    spawn_local(async move {
        let mut incoming = Vec::new();
        for (file, at) in sample.files.into_iter().zip(words::TIMES) {
            if let Some(bytes) = read(file).await {
                incoming.push(Incoming { name: file.to_owned(), at: Some(at), content: Content::Bytes(bytes), origin: Origin::Sample });
            }
        }
        state.busy(false);
        if incoming.len() == sample.files.len() {
            take(state, incoming);
        } else {
            state.tell(words::MISSING);
        }
    });
}

async fn read(file: &str) -> Option<Uint8Array> {
    let response = Request::get(&format!("samples/{file}")).send().await.ok().filter(gloo_net::http::Response::ok)?;
    response.binary().await.ok().map(|bytes| Uint8Array::from(bytes.as_slice()))
}
