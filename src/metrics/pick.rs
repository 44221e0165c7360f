//! The same labels of one sample after another.

use super::Sample;
use super::text::Piece;

/// Values of some labels of the sample at hand. Where they stand is looked up again only when the keys change, and texts are only
/// compared when they stand in another place than before.
pub(crate) struct Pick<'k, 'a> {
    keys: Vec<&'k str>,
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
        Pick { keys, layout: None, places: vec![Place::default(); count], values: vec![None; count] }
    }

    /// Goes to a sample. True when some value is another than before, and for the first one.
    pub fn go(&mut self, sample: &Sample<'a>) -> bool {
        let columns = &sample.scrape.table().columns;
        let Some(row) = sample.scrape.row(sample.row) else { return false };
        let mut changed = self.layout.is_none();
        let keys = columns.layout(row.layout).map_or(&[][..], |layout| columns.keys(layout));
        if self.layout != Some(row.layout) {
            self.layout = Some(row.layout);
            for (key, place) in self.keys.iter().zip(&mut self.places) {
                place.at = keys.iter().position(|found| columns.strings.get(*found) == *key).unwrap_or(keys.len());
            }
        }
        let pieces = columns.values_of(row, keys.len());
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
}
