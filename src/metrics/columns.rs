//! The columns that all scrapes of one text share.

use super::Kind;
use super::text::{Interner, Piece, hash, mix};

use crate::sorted::sort_by;

/// One sample. 24 bytes; its labels are `keys` of its layout beside `values` from `labels` on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub value: f64,
    pub layout: u32,
    pub labels: u32,
    pub line: u32,
    /// Of name and labels, whatever their order; its last bit says [`Row::goes_on`].
    hash: u32,
}

impl Row {
    pub(crate) fn hash(&self) -> u32 {
        self.hash | 1
    }

    /// Known to have the name and the labels of the row before, `le` aside. Others may have them too.
    pub(crate) fn goes_on(&self) -> bool {
        self.hash & 1 == 1
    }
}

/// A sample name with its label keys in the order of the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub name: u32,
    keys: u32,
    len: u32,
    /// Which of the label keys that decide the kind of a family are there.
    pub tells: Tells,
}

/// Label keys that tell what kind of family a sample is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tells {
    pub le: bool,
    pub gt: bool,
    pub quantile: bool,
}

/// A `# TYPE`, `# HELP` or `# UNIT` line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Metadata {
    pub name: u32,
    pub line: u32,
    /// Number of rows before it.
    pub row: u32,
    pub says: Says,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    Type(Kind),
    Help(Piece),
    Unit(Piece),
}

/// Everything read so far. Rows and metadata are in the order of the text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns {
    /// Side buffer: decoded escapes and values of repaired lines.
    pub decoded: String,
    pub strings: Interner,
    layouts: Vec<Layout>,
    keys: Vec<u32>,
    slots: Vec<u32>,
    pub rows: Vec<Row>,
    pub values: Vec<Piece>,
    /// (row, timestamp as written), in the order of rows.
    pub timestamps: Vec<(u32, f64)>,
    pub metadata: Vec<Metadata>,
}

impl Columns {
    #[inline(always)]
    pub(crate) fn layout(&self, id: u32) -> Option<&Layout> {
        self.layouts.get(id as usize)
    }

    #[inline(always)]
    pub(crate) fn keys(&self, layout: &Layout) -> &[u32] {
        let start = layout.keys as usize;
        self.keys.get(start..start + layout.len as usize).unwrap_or(&[])
    }

    /// The values of all labels of a row, whose layout has this many.
    #[inline(always)]
    pub(crate) fn values_of(&self, row: &Row, count: usize) -> &[Piece] {
        let start = row.labels as usize;
        self.values.get(start..start + count).unwrap_or(&[])
    }

    /// Label keys and values of a row, in the order of the text.
    pub(crate) fn labels(&self, row: &Row) -> impl Iterator<Item = (u32, Piece)> + use<'_> {
        let keys = self.layout(row.layout).map_or(&[][..], |layout| self.keys(layout));
        let values = self.values_of(row, keys.len());
        keys.iter().copied().zip(values.iter().copied())
    }

    /// The value of the label at this place of the row's layout, which the caller knows to have one there.
    #[inline(always)]
    pub(crate) fn value(&self, row: &Row, place: usize) -> Option<Piece> {
        self.values.get(row.labels as usize + place).copied()
    }

    #[inline(always)]
    pub(crate) fn name(&self, row: &Row) -> u32 {
        self.layout(row.layout).map_or(0, |layout| layout.name)
    }

    /// The layout of this name and these keys, made when it is new.
    pub(crate) fn intern_layout(&mut self, name: u32, keys: &[u32]) -> u32 {
        let start = mix(keys.iter().fold(u64::from(name) + 1, |state, key| mix(state ^ u64::from(*key)))) as usize;
        if let Some(mask) = self.slots.len().checked_sub(1) {
            let mut at = start & mask;
            while let Some(found) = self.slots.get(at).and_then(|slot| slot.checked_sub(1)) {
                if self.layout(found).is_some_and(|layout| layout.name == name && self.keys(layout) == keys) {
                    return found;
                }
                at = (at + 1) & mask;
            }
        }
        let id = self.layouts.len() as u32;
        let mut tells = Tells::default();
        for key in keys {
            match self.strings.get(*key) {
                "le" => tells.le = true,
                "gt" => tells.gt = true,
                "quantile" => tells.quantile = true,
                _ => {}
            }
        }
        self.layouts.push(Layout { name, keys: self.keys.len() as u32, len: keys.len() as u32, tells });
        self.keys.extend_from_slice(keys);
        if (self.layouts.len() + 1) * 2 > self.slots.len() {
            self.slots = vec![0; (self.slots.len() * 2).max(64)];
            for id in 0..self.layouts.len() as u32 {
                self.place(id);
            }
        } else {
            self.place(id);
        }
        id
    }

    fn place(&mut self, id: u32) {
        let Some(layout) = self.layout(id) else { return };
        let start = mix(self.keys(layout).iter().fold(u64::from(layout.name) + 1, |state, key| mix(state ^ u64::from(*key))));
        let mask = self.slots.len() - 1;
        let mut at = start as usize & mask;
        while self.slots.get(at).is_some_and(|slot| *slot != 0) {
            at = (at + 1) & mask;
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = id + 1;
        }
    }

    /// Reserves what a rest of the text needs that is `times` as long as what was read.
    pub(crate) fn make_room(&mut self, times: f64) {
        let more = |length: usize| (length as f64 * times * 1.03) as usize;
        self.rows.reserve_exact(more(self.rows.len()));
        self.values.reserve_exact(more(self.values.len()));
    }

    /// Adds a sample whose label values are already at the end of `values`, from `labels` on.
    #[inline(always)]
    pub(crate) fn push(&mut self, layout: u32, labels: usize, value: f64, line: u32, hash: u64, goes_on: bool) {
        let hash = fold(hash) & !1 | u32::from(goes_on);
        self.rows.push(Row { value, layout, labels: labels as u32, line, hash });
    }

    /// True when both rows are of the same series: equal name and equal labels in any order.
    pub(crate) fn same_series(&self, text: &str, a: &Row, b: &Row) -> bool {
        let (Some(of_a), Some(of_b)) = (self.layout(a.layout), self.layout(b.layout)) else { return false };
        if of_a.name != of_b.name || of_a.len != of_b.len {
            return false;
        }
        let read = |piece: Piece| piece.within(text, &self.decoded);
        if a.layout == b.layout {
            return self.labels(a).zip(self.labels(b)).all(|((_, a), (_, b))| read(a) == read(b));
        }
        // Keys are there once, so that sorting them puts equal labels side by side.
        let sorted = |row: &Row| {
            let mut labels: Vec<(u32, Piece)> = self.labels(row).collect();
            sort_by(&mut labels, |a, b| a.0.cmp(&b.0));
            labels
        };
        sorted(a).iter().zip(&sorted(b)).all(|((a, of_a), (b, of_b))| a == b && read(*of_a) == read(*of_b))
    }
}

/// What a name adds to the hash of a series.
pub(crate) fn name_hash(name: u32) -> u64 {
    mix(u64::from(name) + 1)
}

/// What a label adds to the hash of a series. The sum over all labels does not depend on their order.
#[inline(always)]
pub(crate) fn label_hash(key: u32, value: &[u8]) -> u64 {
    mix(hash(value) ^ (u64::from(key) + 1) << 40)
}

#[inline(always)]
fn fold(hash: u64) -> u32 {
    (hash ^ hash >> 32) as u32
}
