//! Compact JSON, quick for what most of a long report is: ascending numbers of lines.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// The value as one line of JSON.
pub(super) fn to_string(value: &impl Serialize) -> Result<String, String> {
    let mut text = Text(Vec::with_capacity(1 << 16));
    value.serialize(&mut Serializer::with_formatter(&mut text, CountingUp::default())).map_err(|error| error.to_string())?;
    String::from_utf8(text.0).map_err(|error| error.to_string())
}

/// Most pieces are one byte long.
struct Text(Vec<u8>);

impl io::Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match bytes {
            [byte] => self.0.push(*byte),
            _ => self.0.extend_from_slice(bytes),
        }
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write(bytes).map(drop)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Adds one to the digits of the number before, when that is the number.
#[derive(Default)]
struct CountingUp {
    number: u32,
    /// Right-aligned.
    digits: [u8; 10],
    start: usize,
}

impl Formatter for CountingUp {
    fn write_u32<W: io::Write + ?Sized>(&mut self, writer: &mut W, number: u32) -> io::Result<()> {
        let is_next = number == self.number.wrapping_add(1) && number > 1;
        self.number = number;
        match self.digits.last_mut() {
            Some(last) if is_next && *last < b'9' => *last += 1,
            _ => self.convert(number),
        }
        writer.write_all(self.digits.get(self.start..).unwrap_or(&[]))
    }
}

impl CountingUp {
    fn convert(&mut self, number: u32) {
        let mut rest = number;
        for (place, digit) in self.digits.iter_mut().enumerate().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
            self.start = place;
            if rest == 0 {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::to_string;

    #[test]
    fn it_is_what_serde_json_writes() {
        let numbers = [0, 1, 2, 3, 9, 10, 11, 12, 99, 100, 101, 7, 8, 9, 10, 999, 1000, u32::MAX - 1, u32::MAX, 0, 1];
        assert_eq!(to_string(&numbers), Ok(serde_json::to_string(&numbers).unwrap()));
        let all: Vec<u32> = (0..2000).collect();
        let value = (Some("é\"\n"), all, [1.5, 1e300], None::<u32>, -3, true);
        assert_eq!(to_string(&value), Ok(serde_json::to_string(&value).unwrap()));
    }
}
