//! Bytes of the postcard format.

use serde::Serialize;

use super::writer::{Bracket, Form, write};

/// The value as bytes.
#[must_use]
pub fn to_bytes<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    write(value, &Bytes)
}

struct Bytes;

impl Form for Bytes {
    fn is_read_by_people(&self) -> bool {
        false
    }

    fn truth(&self, out: &mut Vec<u8>, value: bool) {
        out.push(value.into());
    }

    fn natural(&self, out: &mut Vec<u8>, mut value: u64, width: u8) {
        while width > 1 && value >= 0x80 {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    }

    fn integer(&self, out: &mut Vec<u8>, value: i64, width: u8) {
        let zigzag = (value << 1) ^ (value >> 63);
        self.natural(out, if width > 1 { zigzag } else { value } as u64, width);
    }

    fn real(&self, out: &mut Vec<u8>, value: f64) {
        out.extend(value.to_le_bytes());
    }

    fn text(&self, out: &mut Vec<u8>, value: &str) {
        self.natural(out, value.len() as u64, 8);
        out.extend_from_slice(value.as_bytes());
    }

    fn none(&self, out: &mut Vec<u8>) {
        out.push(0);
    }

    fn some(&self, out: &mut Vec<u8>) {
        out.push(1);
    }

    fn unit_variant(&self, out: &mut Vec<u8>, index: u32, _: &str) {
        self.natural(out, index.into(), 4);
    }

    fn variant(&self, out: &mut Vec<u8>, index: u32, _: &str) {
        self.natural(out, index.into(), 4);
    }

    fn end_variant(&self, _: &mut Vec<u8>) {}

    fn open(&self, out: &mut Vec<u8>, _: Bracket, len: Option<usize>) {
        if let Some(len) = len {
            self.natural(out, len as u64, 8);
        }
    }

    fn entry(&self, _: &mut Vec<u8>, _: bool, _: Option<&str>) {}

    fn colon(&self, _: &mut Vec<u8>) {}

    fn close(&self, _: &mut Vec<u8>, _: Bracket) {}
}
