//! The analysis as a module of its own: the page is painted and usable while this is still on its way. Everything that comes in and
//! goes out is text, bytes and numbers; `src/web/analysis.rs` is the other side.

#![forbid(unsafe_code)]

use std::cell::RefCell;

use servescope::request::analyze_json;
use servescope::session::{Incoming, Part, Session};
use servescope::view::encode;
use servescope::view::frame::Origin;
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    static SESSION: RefCell<Session> = RefCell::new(Session::new());
    /// Texts that were handed over and not yet accepted.
    static INCOMING: RefCell<Vec<Incoming>> = const { RefCell::new(Vec::new()) };
    /// A session that nobody sees: see [`warm_up`].
    static SPARE: RefCell<Option<Session>> = const { RefCell::new(None) };
}

fn main() {
    // The page says what happened; here nothing works any more.
    std::panic::set_hook(Box::new(|info| wasm_bindgen::throw_str(&info.to_string())));
}

fn with<T>(work: impl FnOnce(&mut Session) -> T) -> T {
    SESSION.with_borrow_mut(work)
}

/// A request in JSON, answered with a report or an error object in JSON.
#[wasm_bindgen]
#[must_use]
pub fn analyze(request: &str) -> String {
    analyze_json(request)
}

/// Reads a text in a session that nobody sees, draws it, and forgets it, a step a call. A browser compiles a function when it is first
/// called; done while the person looks for their text, a third of the work is off the way to the verdict.
#[wasm_bindgen]
pub fn warm_up(text: String, step: u8) {
    match step {
        0 => {
            let mut session = Session::new();
            session.accept(vec![Incoming { name: String::new(), at: None, bytes: text.into_bytes(), origin: Origin::Pasted }]);
            SPARE.set(Some(session));
        }
        1 => SPARE.with_borrow(|spare| {
            let parts = [Part::Top, Part::Main, Part::Side, Part::Rest];
            spare.iter().for_each(|session| parts.iter().for_each(|part| drop(encode(&session.draw(*part, true)))));
        }),
        _ => {
            SPARE.take().iter_mut().for_each(|session| drop(encode(&session.draw_raw(0.0, 480.0, None))));
        }
    }
}

/// Hands a text over. `at` in Unix seconds, NaN when unknown.
#[wasm_bindgen]
pub fn hand(name: String, at: f64, bytes: Vec<u8>, origin: u8) {
    let origin = Origin::ALL.get(usize::from(origin)).copied().unwrap_or(Origin::Pasted);
    INCOMING.with_borrow_mut(|incoming| incoming.push(Incoming { name, at: Some(at).filter(|at| at.is_finite()), bytes, origin }));
}

/// The same for a text that is a string already.
#[wasm_bindgen]
pub fn hand_text(name: String, at: f64, text: String, origin: u8) {
    hand(name, at, text.into_bytes(), origin);
}

/// Loads what was handed over.
#[wasm_bindgen]
pub fn accept() {
    with(|session| session.accept(INCOMING.take()));
}

#[wasm_bindgen]
pub fn act(action: &str) {
    with(|session| session.act(action));
}

#[wasm_bindgen]
pub fn fill(field: &str, value: &str) {
    with(|session| session.fill(field, value));
}

#[wasm_bindgen]
pub fn tell(sentence: &str) {
    with(|session| session.tell(sentence));
}

#[wasm_bindgen]
pub fn tell_unread(sentence: &str) {
    with(|session| session.tell_unread(sentence));
}

/// Sentence and hint of a text that was rejected, with a line break between; nothing when none was.
#[wasm_bindgen]
#[must_use]
pub fn take_rejection() -> Option<String> {
    with(Session::take_rejection).map(|(sentence, hint)| format!("{sentence}\n{hint}"))
}

/// 1 when there are texts, 2 more when there is a report of them.
#[wasm_bindgen]
#[must_use]
pub fn state() -> u32 {
    let status = with(|session| session.status());
    u32::from(status.loaded) + 2 * u32::from(status.reported)
}

#[wasm_bindgen]
#[must_use]
pub fn announcement() -> String {
    with(|session| session.status().announcement)
}

/// The tree of a part, by its place in [`Part::ALL`].
#[wasm_bindgen]
#[must_use]
pub fn draw(part: u8, wide: bool) -> Vec<u8> {
    Part::ALL.get(usize::from(part)).map(|part| encode(&with(|session| session.draw(*part, wide)))).unwrap_or_default()
}

/// The tree of the raw view before its rows are known.
#[wasm_bindgen]
#[must_use]
pub fn draw_raw_tools() -> Vec<u8> {
    encode(&with(|session| session.draw_raw_tools()))
}

/// The tree of the raw view; `cursor` is a row, or negative.
#[wasm_bindgen]
#[must_use]
pub fn draw_raw(scrolled: f64, height: f64, cursor: f64) -> Vec<u8> {
    let cursor = (cursor >= 0.0).then_some(cursor as usize);
    encode(&with(|session| session.draw_raw(scrolled, height, cursor)))
}

#[wasm_bindgen]
#[must_use]
pub fn raw_rows() -> f64 {
    with(|session| session.raw_rows() as f64)
}

/// The row that a number led to; negative when none did.
#[wasm_bindgen]
#[must_use]
pub fn raw_target() -> f64 {
    with(|session| session.raw_target().map_or(-1.0, |row| row as f64))
}

#[wasm_bindgen]
pub fn raw_toggle(position: f64) {
    with(|session| session.raw_toggle(position as usize));
}

#[wasm_bindgen]
#[must_use]
pub fn markdown() -> String {
    with(|session| session.markdown())
}

#[wasm_bindgen]
#[must_use]
pub fn json() -> String {
    with(|session| session.json())
}

#[wasm_bindgen]
#[must_use]
pub fn file_name() -> String {
    with(|session| session.file_name())
}
