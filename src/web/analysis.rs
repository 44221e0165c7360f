//! The analysis as the page sees it: a module of its own that comes after the first painting. `src/bin/analysis.rs` is the other side.

use std::cell::RefCell;

use js_sys::{JsString, Uint8Array};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::panic;
use crate::session::Part;
use crate::view::frame::Origin;
use crate::view::{Node, decode};

#[wasm_bindgen(module = "/src/web/load.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn load() -> Result<JsValue, JsValue>;
    fn expose(version: &str);
}

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type Module;
    #[wasm_bindgen(method, catch)]
    fn hand(this: &Module, name: &str, at: f64, bytes: &Uint8Array, origin: u8) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn hand_text(this: &Module, name: &str, at: f64, text: &JsString, origin: u8) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn accept(this: &Module) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn act(this: &Module, action: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn fill(this: &Module, field: &str, value: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn tell(this: &Module, sentence: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn tell_unread(this: &Module, sentence: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn take_rejection(this: &Module) -> Result<Option<String>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn state(this: &Module) -> Result<u32, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn announcement(this: &Module) -> Result<String, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn draw(this: &Module, part: u8, wide: bool) -> Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn draw_raw(this: &Module, scrolled: f64, height: f64, cursor: f64) -> Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn draw_raw_tools(this: &Module) -> Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn raw_rows(this: &Module) -> Result<f64, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn raw_target(this: &Module) -> Result<f64, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn raw_toggle(this: &Module, position: f64) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn markdown(this: &Module) -> Result<String, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn json(this: &Module) -> Result<String, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn file_name(this: &Module) -> Result<String, JsValue>;
}

thread_local! {
    static MODULE: RefCell<Option<Module>> = const { RefCell::new(None) };
}

/// Puts `window.servescope` there.
pub fn announce() {
    expose(env!("CARGO_PKG_VERSION"));
}

/// Loads the analysis, again after it could not be loaded; `done` is told whether it is there.
pub fn start(done: impl FnOnce(bool) + 'static) {
    spawn_local(async move {
        let module = load().await;
        if let Ok(module) = &module {
            MODULE.set(Some(module.clone().unchecked_into()));
        }
        done(module.is_ok());
    });
}

/// The analysis, when it is there.
pub fn analysis() -> Option<Analysis> {
    MODULE.with_borrow(Clone::clone).map(Analysis)
}

/// A text on its way in. It never enters the page's own memory.
#[derive(Debug, Clone)]
pub enum Content {
    Bytes(Uint8Array),
    Text(JsString),
}

#[derive(Debug, Clone)]
pub struct Incoming {
    pub name: String,
    /// Unix seconds.
    pub at: Option<f64>,
    pub content: Content,
    pub origin: Origin,
}

pub struct Analysis(Module);

/// What a call gave. When the analysis has stopped, the page says so.
fn given<T: Default>(answer: Result<T, JsValue>) -> T {
    answer.unwrap_or_else(|error| {
        web_sys::console::error_1(&error);
        let error = error.dyn_into::<js_sys::Error>().map_or_else(|error| format!("{error:?}"), |error| String::from(error.message()));
        panic::banner(&error);
        T::default()
    })
}

impl Analysis {
    /// Loads these texts.
    pub fn accept(&self, incoming: &[Incoming]) {
        for text in incoming {
            let at = text.at.unwrap_or(f64::NAN);
            let origin = Origin::ALL.iter().position(|origin| *origin == text.origin).unwrap_or(0) as u8;
            given(match &text.content {
                Content::Bytes(bytes) => self.0.hand(&text.name, at, bytes, origin),
                Content::Text(content) => self.0.hand_text(&text.name, at, content, origin),
            });
        }
        given(self.0.accept());
    }

    pub fn act(&self, action: &str) {
        given(self.0.act(action));
    }

    pub fn fill(&self, field: &str, value: &str) {
        given(self.0.fill(field, value));
    }

    pub fn tell(&self, sentence: &str) {
        given(self.0.tell(sentence));
    }

    pub fn tell_unread(&self, sentence: &str) {
        given(self.0.tell_unread(sentence));
    }

    /// Sentence and hint of a text that was rejected.
    pub fn take_rejection(&self) -> Option<(String, String)> {
        let both = given(self.0.take_rejection())?;
        let (sentence, hint) = both.split_once('\n').unwrap_or((&both, ""));
        Some((sentence.to_owned(), hint.to_owned()))
    }

    /// Whether there are texts, and a report of them.
    pub fn state(&self) -> (bool, bool) {
        let state = given(self.0.state());
        (state & 1 != 0, state & 2 != 0)
    }

    pub fn announcement(&self) -> String {
        given(self.0.announcement())
    }

    pub fn draw(&self, part: Part, wide: bool) -> Option<Node> {
        let part = Part::ALL.iter().position(|known| *known == part)?;
        decode(&given(self.0.draw(part as u8, wide)))
    }

    pub fn draw_raw(&self, scrolled: f64, height: f64, cursor: Option<usize>) -> Option<Node> {
        decode(&given(self.0.draw_raw(scrolled, height, cursor.map_or(-1.0, |row| row as f64))))
    }

    pub fn draw_raw_tools(&self) -> Option<Node> {
        decode(&given(self.0.draw_raw_tools()))
    }

    pub fn raw_rows(&self) -> usize {
        given(self.0.raw_rows()) as usize
    }

    pub fn raw_target(&self) -> Option<usize> {
        let row = given(self.0.raw_target());
        (row >= 0.0).then_some(row as usize)
    }

    pub fn raw_toggle(&self, position: usize) {
        given(self.0.raw_toggle(position as f64));
    }

    pub fn markdown(&self) -> String {
        given(self.0.markdown())
    }

    pub fn json(&self) -> String {
        given(self.0.json())
    }

    pub fn file_name(&self) -> String {
        given(self.0.file_name())
    }
}
