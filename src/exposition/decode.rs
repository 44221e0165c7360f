//! Bytes to text, also when they arrive in pieces that end inside a character.

/// How the bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// Decodes a text piece by piece. What is not valid becomes U+FFFD, and its place is remembered.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    encoding: Option<Encoding>,
    /// Bytes that could not be decoded yet: an unfinished character, or a beginning too short to tell the encoding.
    pending: Vec<u8>,
    /// Byte offsets in the text of replaced characters.
    pub replaced: Vec<usize>,
}

impl Decoder {
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding.unwrap_or(Encoding::Utf8)
    }

    pub(super) fn push(&mut self, bytes: &[u8], text: &mut String) {
        if self.encoding.is_none() && self.pending.len() + bytes.len() < SNIFFED {
            self.pending.extend_from_slice(bytes);
            return;
        }
        if self.pending.is_empty() {
            self.decode(bytes, text, false);
        } else {
            let mut all = std::mem::take(&mut self.pending);
            all.extend_from_slice(bytes);
            self.decode(&all, text, false);
        }
    }

    pub(super) fn finish(&mut self, text: &mut String) {
        let rest = std::mem::take(&mut self.pending);
        self.decode(&rest, text, true);
    }

    fn decode(&mut self, bytes: &[u8], text: &mut String, last: bool) {
        let encoding = *self.encoding.get_or_insert_with(|| sniff(bytes));
        match encoding {
            Encoding::Utf8 => self.utf8(bytes, text, last),
            Encoding::Utf16Le => self.utf16(bytes, text, last, u16::from_le_bytes),
            Encoding::Utf16Be => self.utf16(bytes, text, last, u16::from_be_bytes),
        }
    }

    fn utf8(&mut self, mut bytes: &[u8], text: &mut String, last: bool) {
        loop {
            let error = match std::str::from_utf8(bytes) {
                Ok(valid) => return text.push_str(valid),
                Err(error) => error,
            };
            let (valid, rest) = bytes.split_at_checked(error.valid_up_to()).unwrap_or((bytes, &[]));
            text.push_str(std::str::from_utf8(valid).unwrap_or(""));
            let bad = match error.error_len() {
                Some(bad) => bad,
                None if last => rest.len(),
                None => return self.pending.extend_from_slice(rest),
            };
            self.replace(text);
            bytes = rest.get(bad..).unwrap_or(&[]);
        }
    }

    fn utf16(&mut self, bytes: &[u8], text: &mut String, last: bool, read: fn([u8; 2]) -> u16) {
        let units = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok().map(read));
        let mut used = 0;
        for unit in char::decode_utf16(units) {
            match unit {
                Ok(char) => {
                    text.push(char);
                    used += char.len_utf16() * 2;
                }
                // The first half of a pair at the very end may find its other half in the next piece.
                Err(half) if !last && used + 2 >= bytes.len() / 2 * 2 && half.unpaired_surrogate() < 0xDC00 => break,
                Err(_) => {
                    self.replace(text);
                    used += 2;
                }
            }
        }
        let rest = bytes.get(used..).unwrap_or(&[]);
        if !last {
            self.pending.extend_from_slice(rest);
        } else if !rest.is_empty() {
            self.replace(text);
        }
    }

    fn replace(&mut self, text: &mut String) {
        // Enough to name many lines; a binary file needs no more.
        if self.replaced.len() < 10_000 {
            self.replaced.push(text.len());
        }
        text.push(char::REPLACEMENT_CHARACTER);
    }
}

/// Bytes that tell the encoding.
const SNIFFED: usize = 4;

/// UTF-16 by its byte order mark, or by the zero bytes of the ASCII text that every exposition begins with.
fn sniff(bytes: &[u8]) -> Encoding {
    match bytes {
        [0xFF, 0xFE, ..] => Encoding::Utf16Le,
        [0xFE, 0xFF, ..] => Encoding::Utf16Be,
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => Encoding::Utf16Le,
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => Encoding::Utf16Be,
        _ => Encoding::Utf8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: &[u8]) -> (String, Vec<usize>) {
        in_pieces(bytes, bytes.len().max(1))
    }

    fn in_pieces(bytes: &[u8], size: usize) -> (String, Vec<usize>) {
        let mut decoder = Decoder::default();
        let mut text = String::new();
        for piece in bytes.chunks(size) {
            decoder.push(piece, &mut text);
        }
        decoder.finish(&mut text);
        (text, decoder.replaced)
    }

    #[test]
    fn the_size_of_the_pieces_does_not_matter() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let mut lone = utf16("a 1\n");
        lone.extend([0x3D, 0xD8, 0x41, 0x00, 0x3D, 0xD8]);
        let inputs = [
            b"a \xe2\x82\xac \xff\xe2\x82 1\n\xf0\x9f".to_vec(),
            utf16("\u{feff}a 1\u{1f600}\n"),
            utf16("a 1\u{1f600}\n"),
            lone,
            b"a".to_vec(),
        ];
        for input in inputs {
            let expected = whole(&input);
            for size in 1..9 {
                assert_eq!(in_pieces(&input, size), expected, "{input:?} in pieces of {size}");
            }
        }
    }

    #[test]
    fn utf8_agrees_with_the_lossy_conversion_of_the_standard_library() {
        let bytes = b"ok \xff\xfe \xe2\x28\xa1 \xf0\x90\x80 end \xc3";
        assert_eq!(whole(bytes).0, String::from_utf8_lossy(bytes));
    }
}
