//! The worker: the session behind three functions. `src/web/worker.js` starts it and brings in what the page sends; the messages are
//! those of `protocol`.

#![forbid(unsafe_code)]

use std::cell::RefCell;

use js_sys::{Function, Uint8Array};
use servescope::protocol::{Origin, Update, decode, encode};
use servescope::session::{Incoming, Reply, Session, offers};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    static SESSION: RefCell<Session> = RefCell::new(Session::new());
    /// Takes a message, and the document beside it, to the page.
    static PAGE: RefCell<Option<Function>> = const { RefCell::new(None) };
}

fn main() {
    // The page says what happened; here nothing works any more.
    std::panic::set_hook(Box::new(|info| wasm_bindgen::throw_str(&info.to_string())));
}

/// Begins to talk to the page.
#[wasm_bindgen]
pub fn connect(page: Function) {
    PAGE.set(Some(page));
    tell(vec![Update::Ready(offers())].into());
}

/// Takes a command.
#[wasm_bindgen]
pub fn command(bytes: &[u8]) {
    match decode(bytes) {
        Ok(command) => tell(SESSION.with_borrow_mut(|session| session.apply(command))),
        Err(error) => wasm_bindgen::throw_str(&error.to_string()),
    }
}

/// Takes a piece of a text that a command announced. False when the rest of it is not wanted.
#[wasm_bindgen]
#[must_use]
pub fn receive(piece: Vec<u8>) -> bool {
    let reply = SESSION.with_borrow_mut(|session| session.receive(piece));
    reply.map(tell).is_some()
}

/// A text has ended; `is_read` is false when the browser could not read it.
#[wasm_bindgen]
pub fn end_of_text(is_read: bool) {
    tell(SESSION.with_borrow_mut(|session| session.end_of_text(is_read)));
}

/// Reads a text in a session that nobody sees, draws it, and forgets it. A browser compiles a function when it is first called; done
/// while the person looks for their text, a third of the work is off the way to the verdict. False when somebody is served already.
#[wasm_bindgen]
#[must_use]
pub fn warm_up(text: Vec<u8>) -> bool {
    if !SESSION.with_borrow(Session::is_untouched) {
        return false;
    }
    let mut session = Session::new();
    session.accept(vec![Incoming::of(String::new(), None, Origin::Pasted, text)]);
    drop(encode(&session.everything()));
    true
}

fn tell(reply: Reply) {
    if reply.updates.is_empty() {
        return;
    }
    let bytes = Uint8Array::from(encode(&reply.updates).as_slice());
    let beside = reply.beside.map_or(JsValue::UNDEFINED, |text| Uint8Array::from(text.as_bytes()).into());
    PAGE.with_borrow(|page| page.as_ref().map(|page| page.call2(&JsValue::UNDEFINED, &bytes, &beside)));
}
