//! The worker as the page sees it: commands go out, updates come in. `worker.js` holds the browser's side of it.

use js_sys::{Array, JsString, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};

use crate::protocol::{Command, Unreadable, Update, decode, encode};

#[wasm_bindgen(module = "/src/web/worker.js")]
extern "C" {
    #[wasm_bindgen(js_name = start)]
    fn start_worker(heard: JsValue, lost: JsValue);
    fn stop();
    #[wasm_bindgen(js_name = send)]
    fn post(bytes: Uint8Array, payload: Option<Array>);
    fn expose(version: &str, ask: JsValue);
    fn answered(id: u32, text: Option<JsString>);
}

/// Puts `window.servescope` there.
pub fn announce() {
    let ask = Closure::<dyn Fn(u32) -> Uint8Array>::new(|id| message(&Command::Analyze { id }));
    expose(env!("CARGO_PKG_VERSION"), ask.into_js_value());
}

/// Starts the worker, in the place of one that was there before. `heard` gets its updates, with the document beside them; `lost` the reason
/// for its end, and whether it ever ran.
pub fn start(heard: impl Fn(Vec<Update>, Option<JsString>) + 'static, lost: impl Fn(String, bool) + Clone + 'static) {
    let misread = lost.clone();
    let heard = Closure::<dyn Fn(Uint8Array, Option<JsString>)>::new(move |bytes: Uint8Array, text| match updates(&bytes) {
        Ok(updates) => heard(updates, text),
        Err(error) => {
            stop();
            misread(error.to_string(), true);
        }
    });
    let lost = Closure::<dyn Fn(String, bool)>::new(lost);
    start_worker(heard.into_js_value(), lost.into_js_value());
}

fn updates(bytes: &Uint8Array) -> Result<Vec<Update>, Unreadable> {
    decode(&bytes.to_vec())
}

fn message(command: &Command) -> Uint8Array {
    Uint8Array::from(encode(command).as_slice())
}

/// Sends a command that nothing comes with.
pub fn send(command: &Command) {
    post(message(command), None);
}

/// Sends a command with its texts: files, texts, or buffers that change hands.
pub fn send_with(command: &Command, texts: Array) {
    post(message(command), Some(texts));
}

/// Hands the answer to a script's request to the script.
pub fn answer(id: u32, text: Option<JsString>) {
    answered(id, text);
}
