//! Views into a scrape: a sample line, a family.

use super::Kind;
use super::columns::Row;
use super::families::FamilyData;
use super::scrape::Scrape;
use super::text::Piece;

/// One sample line.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    pub(super) scrape: &'a Scrape,
    pub(super) row: u32,
}

/// A family with its samples.
#[derive(Debug, Clone, Copy)]
pub struct Family<'a> {
    pub(super) scrape: &'a Scrape,
    pub(super) index: usize,
}

impl<'a> Sample<'a> {
    #[must_use]
    pub fn name(&self) -> &'a str {
        let columns = &self.scrape.table().columns;
        self.data().map_or("", |row| columns.strings.get(columns.name(row)))
    }

    #[must_use]
    pub fn value(&self) -> f64 {
        self.data().map_or(f64::NAN, |row| row.value)
    }

    /// 1-based line in the text that was given.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.data().map_or(0, |row| row.line)
    }

    /// Time of the sample in Unix milliseconds, whatever unit the format writes.
    #[must_use]
    pub fn timestamp_ms(&self) -> Option<i64> {
        let timestamps = &self.scrape.table().timestamps;
        let at = timestamps.binary_search_by_key(&self.row, |(row, _)| *row).ok()?;
        timestamps.get(at).map(|(_, time)| *time)
    }

    /// True when both have the same name, labels, value and time.
    #[must_use]
    pub fn repeats(&self, other: &Sample<'_>) -> bool {
        let (a, b) = (self.value(), other.value());
        (a == b || (a.is_nan() && b.is_nan()))
            && self.name() == other.name()
            && self.timestamp_ms() == other.timestamp_ms()
            && self.labels().eq(other.labels())
    }

    #[must_use]
    pub fn label(&self, key: &str) -> Option<&'a str> {
        let columns = &self.scrape.table().columns;
        let layout = columns.layout(self.data()?.layout)?;
        let place = columns.keys(layout).iter().position(|found| columns.strings.get(*found) == key)?;
        self.value_at(place)
    }

    /// Labels in the order of the text.
    pub fn labels(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let columns = &self.scrape.table().columns;
        let scrape = self.scrape;
        let labels = self.data().map(|row| columns.labels(row));
        labels.into_iter().flatten().map(move |(key, value)| (columns.strings.get(key), read(scrape, value)))
    }

    /// Equal for samples of one name with the same label keys in the same order.
    pub(crate) fn shape(&self) -> u32 {
        self.data().map_or(u32::MAX, |row| row.layout)
    }

    /// The value of the label at this place; equal pieces have equal texts, other pieces may have as well.
    pub(crate) fn piece(&self, place: usize) -> Option<Piece> {
        let row = self.data()?;
        self.scrape.table().columns.value(row, place)
    }

    /// The text of the label at this place.
    pub(crate) fn value_at(&self, place: usize) -> Option<&'a str> {
        self.piece(place).map(|piece| self.text_of(piece))
    }

    pub(super) fn bytes_of(&self, piece: Piece) -> &'a [u8] {
        let table = self.scrape.table();
        piece.bytes_within(&table.text, &table.columns.decoded)
    }

    pub(crate) fn text_of(&self, piece: Piece) -> &'a str {
        read(self.scrape, piece)
    }

    #[must_use]
    pub fn family(&self) -> Family<'a> {
        let name = self.data().map_or(0, |row| self.scrape.table().columns.name(row));
        Family { scrape: self.scrape, index: self.scrape.family_index(name) }
    }

    fn data(&self) -> Option<&'a Row> {
        self.scrape.row(self.row)
    }
}

impl<'a> Family<'a> {
    #[must_use]
    pub fn name(&self) -> &'a str {
        let strings = &self.scrape.table().columns.strings;
        self.data().and_then(|data| strings.get(data.name).get(..data.name_len)).unwrap_or("")
    }

    #[must_use]
    pub fn kind(&self) -> Kind {
        self.data().map_or(Kind::Unknown, |data| data.kind)
    }

    /// True when the text declared the type; false when it was inferred. `untyped` and `unknown` declare nothing.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        self.data().is_some_and(|data| data.declared)
    }

    #[must_use]
    pub fn help(&self) -> Option<&'a str> {
        self.data().and_then(|data| data.help).map(|piece| read(self.scrape, piece))
    }

    #[must_use]
    pub fn unit(&self) -> Option<&'a str> {
        self.data().and_then(|data| data.unit).map(|piece| read(self.scrape, piece))
    }

    /// First line of the family: its first metadata line or sample.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.data().map_or(0, |data| data.line)
    }

    /// Samples of all names of the family, in the order of the text.
    pub fn samples(&self) -> impl Iterator<Item = Sample<'a>> + use<'a> {
        let scrape = self.scrape;
        scrape.rows_of_family(self.index).into_iter().flat_map(move |(start, end)| (start..end).map(move |row| Sample { scrape, row }))
    }

    fn data(&self) -> Option<&'a FamilyData> {
        self.scrape.families_data().all.get(self.index)
    }
}

fn read(scrape: &Scrape, piece: Piece) -> &str {
    let table = scrape.table();
    piece.within(&table.text, &table.columns.decoded)
}
