//! JSON on one line.

use serde::Serialize;

use super::writer::{Bracket, Form, write};

/// The value as JSON. Keys of maps are texts.
#[must_use]
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    String::from_utf8(write(value, &Json)).unwrap_or_default()
}

struct Json;

impl Json {
    /// As serde_json writes a text or a number.
    fn plain<T: Serialize>(out: &mut Vec<u8>, value: T) {
        // Memory takes all that is written to it.
        let _ = serde_json::to_writer(out, &value);
    }
}

impl Form for Json {
    fn is_read_by_people(&self) -> bool {
        true
    }

    fn truth(&self, out: &mut Vec<u8>, value: bool) {
        out.extend_from_slice(if value { b"true" } else { b"false" });
    }

    fn natural(&self, out: &mut Vec<u8>, value: u64, _: u8) {
        Json::plain(out, value);
    }

    fn integer(&self, out: &mut Vec<u8>, value: i64, _: u8) {
        Json::plain(out, value);
    }

    fn real(&self, out: &mut Vec<u8>, value: f64) {
        Json::plain(out, value);
    }

    fn text(&self, out: &mut Vec<u8>, value: &str) {
        Json::plain(out, value);
    }

    fn none(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"null");
    }

    fn some(&self, _: &mut Vec<u8>) {}

    fn unit_variant(&self, out: &mut Vec<u8>, _: u32, name: &str) {
        self.text(out, name);
    }

    fn variant(&self, out: &mut Vec<u8>, _: u32, name: &str) {
        out.push(b'{');
        self.text(out, name);
        out.push(b':');
    }

    fn end_variant(&self, out: &mut Vec<u8>) {
        out.push(b'}');
    }

    fn open(&self, out: &mut Vec<u8>, bracket: Bracket, _: Option<usize>) {
        out.push(if bracket == Bracket::List { b'[' } else { b'{' });
    }

    fn entry(&self, out: &mut Vec<u8>, is_first: bool, key: Option<&str>) {
        if !is_first {
            out.push(b',');
        }
        if let Some(key) = key {
            self.text(out, key);
            out.push(b':');
        }
    }

    fn colon(&self, out: &mut Vec<u8>) {
        out.push(b':');
    }

    fn close(&self, out: &mut Vec<u8>, bracket: Bracket) {
        out.push(if bracket == Bracket::List { b']' } else { b'}' });
    }
}
