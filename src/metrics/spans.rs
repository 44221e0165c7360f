//! Numbers of lines, and of rows, as stretches: the samples of one series, or of one family, mostly stand together.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::sorted::sort;

/// Numbers while they are collected. A single stretch, which is what a histogram is in most texts, needs no memory of its own.
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
        other.spans().for_each(|span| self.add_span(span));
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.last.0 == self.last.1
    }

    /// As they were added: the first and the one after the last of each stretch.
    pub(super) fn spans(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.earlier.iter().chain([&self.last]).copied()
    }

    #[must_use]
    pub fn lines(&self) -> SourceLines {
        let mut spans: Vec<(u32, u32)> = self.spans().filter(|(start, end)| start < end).collect();
        sort(&mut spans);
        spans.dedup_by(|next, before| {
            let joins = next.0 <= before.1;
            if joins {
                before.1 = before.1.max(next.1);
            }
            joins
        });
        SourceLines(spans.into())
    }

    /// The first and the one after the last.
    pub(super) fn add_span(&mut self, (start, end): (u32, u32)) {
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

/// Lines that JSON lists one by one: more than the buckets of several engines have.
const LISTED: usize = 256;

/// The lines that a number was read from, 1-based and ascending, each once. In JSON a list of lines; where there are more than 256,
/// those that follow one another are a pair `[first, last]` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(with = "Vec<Stretch>"))]
pub struct SourceLines(
    /// First line and the line after the last of each stretch; a gap lies between any two.
    Arc<[(u32, u32)]>,
);

/// A line, or the first and the last of several that follow one another.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
enum Stretch {
    Line(u32),
    Lines(u32, u32),
}

impl SourceLines {
    /// All lines of several sources.
    #[must_use]
    pub fn join<'a>(sources: impl IntoIterator<Item = &'a SourceLines>) -> Self {
        let mut all = Spans::default();
        sources.into_iter().flat_map(SourceLines::spans).for_each(|span| all.add_span(*span));
        all.lines()
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.spans().iter().flat_map(|(start, end)| *start..*end)
    }

    /// First and last line of each stretch.
    pub fn stretches(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.spans().iter().map(|(start, end)| (*start, end - 1))
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.spans().iter().map(|(start, end)| (end - start) as usize).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn contains(&self, line: u32) -> bool {
        let before = self.spans().partition_point(|(_, end)| *end <= line);
        self.spans().get(before).is_some_and(|(start, _)| *start <= line)
    }

    fn spans(&self) -> &[(u32, u32)] {
        &self.0
    }
}

impl Default for SourceLines {
    fn default() -> Self {
        Spans::default().lines()
    }
}

impl FromIterator<u32> for SourceLines {
    fn from_iter<I: IntoIterator<Item = u32>>(lines: I) -> Self {
        let mut all = Spans::default();
        lines.into_iter().for_each(|line| all.add(line));
        all.lines()
    }
}

impl<const N: usize> From<[u32; N]> for SourceLines {
    fn from(lines: [u32; N]) -> Self {
        lines.into_iter().collect()
    }
}

impl Serialize for SourceLines {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return Vec::from(self.clone()).serialize(serializer);
        }
        serializer.collect_seq(self.stretches())
    }
}

impl<'de> Deserialize<'de> for SourceLines {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return Vec::<Stretch>::deserialize(deserializer).map(SourceLines::from);
        }
        // A format that does not say what comes next cannot tell a line from a pair of them.
        let stretches = Vec::<(u32, u32)>::deserialize(deserializer)?;
        Ok(stretches.into_iter().map(|(first, last)| Stretch::Lines(first, last)).collect::<Vec<_>>().into())
    }
}

impl From<Vec<Stretch>> for SourceLines {
    fn from(stretches: Vec<Stretch>) -> Self {
        let mut all = Spans::default();
        for stretch in stretches {
            let (first, last) = match stretch {
                Stretch::Line(line) => (line, line),
                Stretch::Lines(first, last) => (first, last),
            };
            all.add_span((first, last.saturating_add(1).max(first)));
        }
        all.lines()
    }
}

impl From<SourceLines> for Vec<Stretch> {
    fn from(lines: SourceLines) -> Self {
        if lines.len() <= LISTED {
            return lines.iter().map(Stretch::Line).collect();
        }
        let stretch = |(first, last)| if first == last { Stretch::Line(first) } else { Stretch::Lines(first, last) };
        lines.stretches().map(stretch).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(lines: &SourceLines) -> Vec<u32> {
        lines.iter().collect()
    }

    #[test]
    fn lines_come_out_in_order_and_once_however_they_went_in() {
        let mut spans = Spans::of(7);
        for line in [8, 9, 3, 4, 8, 20] {
            spans.add(line);
        }
        let mut more = Spans::default();
        more.extend(&spans);
        more.extend(&Spans::of(5));
        more.extend(&Spans::default());
        let lines = more.lines();
        assert_eq!(all(&lines), [3, 4, 5, 7, 8, 9, 20]);
        assert_eq!(lines.stretches().collect::<Vec<_>>(), [(3, 5), (7, 9), (20, 20)]);
        assert_eq!(lines.len(), 7);
        assert_eq!((1..25).filter(|line| lines.contains(*line)).collect::<Vec<_>>(), [3, 4, 5, 7, 8, 9, 20]);
        assert!(SourceLines::default().is_empty());
        assert_eq!(SourceLines::join([&lines, &[6, 21, 1].into(), &SourceLines::default()]), [1, 3, 4, 5, 6, 7, 8, 9, 20, 21].into());
    }

    #[test]
    fn json_lists_the_lines_and_pairs_the_neighbours_among_many() {
        let few: SourceLines = [12, 40, 41, 42, 90].into();
        assert_eq!(serde_json::to_string(&few).unwrap(), "[12,40,41,42,90]");
        let many: SourceLines = (1..=300).chain([400]).collect();
        assert_eq!(serde_json::to_string(&many).unwrap(), "[[1,300],400]");
        for lines in [few, many] {
            assert_eq!(serde_json::from_str::<SourceLines>(&serde_json::to_string(&lines).unwrap()).unwrap(), lines);
        }
        let lines: SourceLines = [12, 40, 41, 42, 90].into();
        assert_eq!(serde_json::from_str::<SourceLines>("[90,42,41,12,40,[7,3]]").unwrap(), lines, "a plain list is read as well");
    }

    #[test]
    fn bytes_that_do_not_describe_themselves_hold_the_same_lines() {
        for lines in [SourceLines::default(), [63].into(), [12, 40, 41, 42, 90].into(), (1..=300).chain([u32::MAX - 1]).collect()] {
            let bytes = postcard::to_allocvec(&lines).unwrap();
            assert_eq!(postcard::from_bytes::<SourceLines>(&bytes).unwrap(), lines);
        }
    }
}
