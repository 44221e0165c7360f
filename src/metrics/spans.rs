//! Line numbers as stretches: the samples of one series, or of one family, mostly stand together.

use crate::sorted::sort;

/// A set of line numbers. A single stretch, which is what a histogram is in most texts, needs no memory of its own.
#[derive(Debug, Clone, Default)]
pub struct Spans {
    /// First line and the line after the last; empty when nothing was added.
    last: (u32, u32),
    earlier: Vec<(u32, u32)>,
}

impl Spans {
    #[must_use]
    pub fn of(line: u32) -> Self {
        Spans { last: (line, line + 1), earlier: Vec::new() }
    }

    pub fn add(&mut self, line: u32) {
        self.add_span((line, line + 1));
    }

    pub fn extend(&mut self, other: &Spans) {
        for span in &other.earlier {
            self.add_span(*span);
        }
        self.add_span(other.last);
    }

    /// The lines in ascending order, each once.
    #[must_use]
    pub fn lines(&self) -> Vec<u32> {
        let mut spans: Vec<(u32, u32)> = self.earlier.iter().copied().chain([self.last]).collect();
        sort(&mut spans);
        let mut lines = Vec::with_capacity(spans.iter().map(|(start, end)| (end - start) as usize).sum());
        let mut from = 0;
        for (start, end) in spans {
            lines.extend(start.max(from)..end);
            from = from.max(end);
        }
        lines
    }

    fn add_span(&mut self, (start, end): (u32, u32)) {
        if start == end {
            return;
        }
        if self.last.1 == start {
            self.last.1 = end;
        } else {
            if self.last.0 < self.last.1 {
                self.earlier.push(self.last);
            }
            self.last = (start, end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_out_in_order_and_once_however_they_went_in() {
        let mut spans = Spans::of(7);
        for line in [8, 9, 3, 4, 8, 20] {
            spans.add(line);
        }
        let mut all = Spans::default();
        all.extend(&spans);
        all.extend(&Spans::of(5));
        all.extend(&Spans::default());
        assert_eq!(all.lines(), [3, 4, 5, 7, 8, 9, 20]);
        assert_eq!(Spans::default().lines(), [] as [u32; 0]);
    }
}
