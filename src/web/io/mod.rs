//! Everything that brings text in or takes text out. Each way in ends in [`take`].

pub mod clipboard;
pub mod clock;
pub mod download;
pub mod drop;
pub mod fetch;
pub mod files;
pub mod keys;
mod probe;
pub mod samples;
pub mod theme;

use wasm_bindgen::JsValue;

use super::page::Page;
use crate::protocol::{Arriving, Command};

/// Gives texts, as files or as buffers, to the worker, as soon as that is there.
pub fn take(page: Page, texts: Vec<(Arriving, JsValue)>) {
    let (known, contents) = texts.into_iter().unzip();
    page.send_with(Command::Read(known), contents);
}
