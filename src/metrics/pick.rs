//! The same labels of one sample after another.

use super::Sample;
use super::text::Piece;

/// Values of some labels of the sample at hand. Where they stand is looked up again only when the keys change, and texts are only
/// compared when they stand in another place than before.
pub(crate) struct Pick<'k, 'a> {
    keys: Vec<&'k str>,
    /// It went to a sample before.
    is_at_one: bool,
    layout: Option<u32>,
    places: Vec<Place>,
    /// In the order of the keys; an empty value is none.
    pub values: Vec<Option<&'a str>>,
}

#[derive(Clone, Copy, Default)]
struct Place {
    /// Among the labels of the layout; one past them when the key is not there.
    at: usize,
    piece: Option<Piece>,
}

impl<'k, 'a> Pick<'k, 'a> {
    pub fn new(keys: Vec<&'k str>) -> Self {
        let count = keys.len();
        Pick { keys, is_at_one: false, layout: None, places: vec![Place::default(); count], values: vec![None; count] }
    }

    /// Goes to a sample. True when some value is another than before, and for the first one.
    pub fn go(&mut self, sample: &Sample<'a>) -> bool {
        let Some(pieces) = self.pieces(sample) else { return false };
        let mut changed = !std::mem::replace(&mut self.is_at_one, true);
        for (place, value) in self.places.iter_mut().zip(&mut self.values) {
            let piece = pieces.get(place.at).copied();
            if place.piece != piece {
                place.piece = piece;
                let text = piece.map(|piece| sample.text_of(piece)).filter(|text| !text.is_empty());
                changed |= *value != text;
                *value = text;
            }
        }
        changed
    }

    /// Goes to a sample if its values are these: what is expected is compared once, where [`Self::go`] would compare it with what was before.
    pub fn go_if(&mut self, sample: &Sample<'a>, expected: &[Option<&'a str>]) -> bool {
        let Some(pieces) = self.pieces(sample) else { return false };
        let bytes = |place: &Place| pieces.get(place.at).map_or(&[][..], |piece| sample.bytes_of(*piece));
        if self.places.iter().zip(expected).any(|(place, expected)| bytes(place) != expected.unwrap_or("").as_bytes()) {
            return false;
        }
        for ((place, value), expected) in self.places.iter_mut().zip(&mut self.values).zip(expected) {
            place.piece = pieces.get(place.at).copied();
            *value = *expected;
        }
        self.is_at_one = true;
        true
    }

    fn pieces(&mut self, sample: &Sample<'a>) -> Option<&'a [Piece]> {
        let columns = &sample.scrape.table().columns;
        let row = sample.scrape.row(sample.row)?;
        let keys = columns.layout(row.layout).map_or(&[][..], |layout| columns.keys(layout));
        if self.layout != Some(row.layout) {
            self.layout = Some(row.layout);
            for (key, place) in self.keys.iter().zip(&mut self.places) {
                place.at = keys.iter().position(|found| columns.strings.get(*found) == *key).unwrap_or(keys.len());
            }
        }
        Some(columns.values_of(row, keys.len()))
    }
}
