//! `window.servescope.analyze(request) -> report`: the same analysis for scripts in the page's console, and for tests.

use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::Closure;

use crate::request::analyze_json;

/// Puts the functions on the window. The request is an object or its JSON; the answer is an object: a report, or `{error}`.
pub fn expose() {
    let analyze = Closure::<dyn Fn(JsValue) -> JsValue>::new(|request: JsValue| {
        let json = request.as_string().or_else(|| JSON::stringify(&request).ok().and_then(|json| json.as_string()));
        JSON::parse(&analyze_json(&json.unwrap_or_default())).unwrap_or(JsValue::NULL)
    });
    let api = Object::new();
    let _ = Reflect::set(&api, &"analyze".into(), &analyze.into_js_value());
    let _ = Reflect::set(&api, &"version".into(), &env!("CARGO_PKG_VERSION").into());
    let _ = Reflect::set(&js_sys::global(), &"servescope".into(), &api);
}
