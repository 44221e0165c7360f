//! The same labels of one sample after another.

use crate::metrics::{Piece, Sample};

/// Values of some labels of the sample at hand. Where they stand is looked up again only when the keys change, and texts are only
/// compared when they stand in another place than before.
pub(super) struct Pick<'k, 'a> {
    keys: Vec<&'k str>,
    shape: Option<u32>,
    places: Vec<Option<usize>>,
    pieces: Vec<Option<Piece>>,
    /// In the order of the keys; an empty value is none.
    pub values: Vec<Option<&'a str>>,
}

impl<'k, 'a> Pick<'k, 'a> {
    pub fn new(keys: Vec<&'k str>) -> Self {
        let count = keys.len();
        Pick { keys, shape: None, places: vec![None; count], pieces: vec![None; count], values: vec![None; count] }
    }

    /// Goes to a sample. True when some value is another than before, and for the first one.
    pub fn go(&mut self, sample: &Sample<'a>) -> bool {
        let is_first = self.shape.is_none();
        let shape = sample.shape();
        if self.shape != Some(shape) {
            self.shape = Some(shape);
            for (key, place) in self.keys.iter().zip(&mut self.places) {
                *place = sample.labels().position(|(found, _)| found == *key);
            }
        }
        let mut changed = is_first;
        for ((place, known), value) in self.places.iter().zip(&mut self.pieces).zip(&mut self.values) {
            let piece = place.and_then(|place| sample.piece(place));
            if *known != piece {
                *known = piece;
                let text = piece.map(|piece| sample.text_of(piece)).filter(|text| !text.is_empty());
                changed |= *value != text;
                *value = text;
            }
        }
        changed
    }
}
