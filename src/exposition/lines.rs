//! Where in a text its lines are.

/// Finds lines by their numbers; asking in rising order reads the text once.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a str,
    line: u32,
    start: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Lines { text, line: 1, start: 0 }
    }

    /// Byte range of a line without its line feed.
    pub(super) fn span(&mut self, line: u32) -> [usize; 2] {
        if line < self.line {
            *self = Lines::of(self.text);
        }
        while self.line < line {
            match self.end() {
                Some(end) => self.start = end + 1,
                None => return [self.text.len(); 2],
            }
            self.line += 1;
        }
        [self.start, self.end().unwrap_or(self.text.len())]
    }

    /// Line of a byte.
    pub(super) fn line_at(&mut self, offset: usize) -> u32 {
        if offset < self.start {
            *self = Lines::of(self.text);
        }
        while let Some(end) = self.end().filter(|end| *end < offset) {
            self.start = end + 1;
            self.line += 1;
        }
        self.line
    }

    fn end(&self) -> Option<usize> {
        let rest = self.text.as_bytes().get(self.start..)?;
        memchr::memchr(b'\n', rest).map(|at| self.start + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_in_any_order() {
        let mut lines = Lines::of("a\nbc\n\nd");
        assert_eq!([2, 4, 1, 3, 5].map(|line| lines.span(line)), [[2, 4], [6, 7], [0, 1], [5, 5], [7, 7]]);
        assert_eq!([2, 0, 6, 1].map(|offset| lines.line_at(offset)), [2, 1, 4, 1]);
    }
}
