//! Where names and label values are kept: interned strings, and pieces of the text.

/// A piece of the text that was read, or of the side buffer for what had to be decoded or repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    start: u32,
    /// Length in the lower 31 bits; the upper one is set for the side buffer.
    len: u32,
}

const DECODED: u32 = 1 << 31;

impl Piece {
    #[inline(always)]
    pub(crate) fn of_text(start: usize, len: usize) -> Self {
        Piece { start: start as u32, len: len as u32 & !DECODED }
    }

    pub(crate) fn of_decoded(start: usize, len: usize) -> Self {
        Piece { start: start as u32, len: len as u32 | DECODED }
    }

    pub(crate) fn is_decoded(self) -> bool {
        self.len & DECODED != 0
    }

    /// The bytes alone, for comparisons; where characters begin need not be looked at.
    #[inline(always)]
    pub(crate) fn bytes_within<'a>(self, text: &'a str, decoded: &'a str) -> &'a [u8] {
        let source = if self.is_decoded() { decoded } else { text };
        let start = self.start as usize;
        source.as_bytes().get(start..start + (self.len & !DECODED) as usize).unwrap_or(&[])
    }

    /// A piece of the text of up to seven bytes as one number: equal numbers are equal pieces. `None` for others and at the end of the text.
    #[inline]
    pub(crate) fn short(self, text: &str) -> Option<u64> {
        let start = self.start as usize;
        let bytes = text.as_bytes().get(start..start + 8).filter(|_| (1..8).contains(&self.len))?;
        let word = bytes.try_into().map_or(0, u64::from_le_bytes);
        Some(word << (64 - 8 * self.len) | u64::from(self.len))
    }

    pub(crate) fn within<'a>(self, text: &'a str, decoded: &'a str) -> &'a str {
        let source = if self.is_decoded() { decoded } else { text };
        let start = self.start as usize;
        source.get(start..start + (self.len & !DECODED) as usize).unwrap_or("")
    }
}

/// Each distinct name once. Identifiers count up from zero in the order of first appearance.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interner {
    all: String,
    ends: Vec<u32>,
    /// Open addressing over the identifiers plus one; zero is free. A power of two, at most half full.
    slots: Vec<u32>,
}

impl Interner {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, id: u32) -> &str {
        let id = id as usize;
        let start = id.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(id).and_then(|end| self.all.get(start as usize..*end as usize)).unwrap_or("")
    }

    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash(text.as_bytes()) as usize & mask;
        loop {
            match self.slots.get(at).copied().unwrap_or(0) {
                0 => return None,
                found if self.get(found - 1) == text => return Some(found - 1),
                _ => at = (at + 1) & mask,
            }
        }
    }

    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        if let Some(id) = self.find(text) {
            return id;
        }
        let id = self.ends.len() as u32;
        self.all.push_str(text);
        self.ends.push(self.all.len() as u32);
        if (self.ends.len() + 1) * 2 > self.slots.len() {
            self.slots = vec![0; (self.slots.len() * 2).max(64)];
            for id in 0..self.ends.len() as u32 {
                self.place(id);
            }
        } else {
            self.place(id);
        }
        id
    }

    fn place(&mut self, id: u32) {
        let mask = self.slots.len() - 1;
        let mut at = hash(self.get(id).as_bytes()) as usize & mask;
        while self.slots.get(at).is_some_and(|slot| *slot != 0) {
            at = (at + 1) & mask;
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = id + 1;
        }
    }
}

/// A quick hash of short texts. It guards nothing: whoever uses it compares the texts as well.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut state = bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let word = chunk.try_into().map_or(0, u64::from_le_bytes);
        state = mix(state ^ word);
    }
    let tail = chunks.remainder().iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    mix(state ^ tail)
}

/// Spreads the bits of a number over the whole word.
#[inline(always)]
pub(crate) fn mix(word: u64) -> u64 {
    let word = word.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    word ^ word >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_identifier_however_many_come_after_it() {
        let mut names = Interner::default();
        let ids: Vec<u32> = (0..1000).map(|index| names.intern(&format!("name_{index}"))).collect();
        assert_eq!(names.len(), 1000);
        for (index, id) in ids.iter().enumerate() {
            assert_eq!(names.find(&format!("name_{index}")), Some(*id));
            assert_eq!(names.get(*id), format!("name_{index}"));
        }
        assert_eq!(names.find("other"), None);
        assert_eq!(names.intern("name_7"), ids[7]);
    }
}
