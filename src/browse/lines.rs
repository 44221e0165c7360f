//! Where the lines of a text begin.

/// Byte offsets of the lines; lines count from 1, as everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    #[must_use]
    pub fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', bytes).map(|at| at as u32 + 1));
        if starts.last().is_some_and(|start| *start as usize == bytes.len()) {
            starts.pop(); // a text that ends in a line break has no line after it
        }
        Lines { starts }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The line without its end; empty when there is no such line.
    #[must_use]
    pub fn get<'a>(&self, text: &'a str, line: u32) -> &'a str {
        let Some(index) = (line as usize).checked_sub(1) else {
            return "";
        };
        let Some(start) = self.starts.get(index) else {
            return "";
        };
        let end = self.starts.get(index + 1).map_or(text.len(), |next| *next as usize);
        text.get(*start as usize..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_number_whatever_ends_them() {
        let text = "a 1\r\nb 2\n\nc 3";
        let lines = Lines::of(text);
        assert_eq!(lines.len(), 4);
        assert_eq!([1, 2, 3, 4, 5, 0].map(|line| lines.get(text, line)), ["a 1", "b 2", "", "c 3", "", ""]);
    }

    #[test]
    fn a_final_line_break_adds_no_line() {
        assert_eq!(Lines::of("a 1\n").len(), 1);
        assert_eq!(Lines::of("").len(), 0);
    }
}
