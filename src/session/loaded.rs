//! The texts, in the order in which they were given, and the dataset that they make.

use crate::dataset::{Added, Dataset, Input};
use crate::exposition::Parsed;
use crate::protocol::{Chip, Origin};
use crate::signal::BackendId;

/// Bytes of text that are kept for the raw view. Beyond that the oldest go; their numbers stay.
const KEPT_BYTES: usize = 256 << 20;

/// A text and where it came from.
#[derive(Debug, Clone)]
pub struct Text {
    /// Stable while the page lives.
    pub id: u32,
    pub bytes: usize,
    pub origin: Origin,
    /// `None` when it is no longer kept.
    pub parsed: Option<Parsed>,
}

/// `texts` runs beside the inputs of `dataset`.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    pub dataset: Dataset,
    pub texts: Vec<Text>,
    next_id: u32,
}

impl Loaded {
    /// Adds a text under an id of its own; `None` when it is there already.
    pub fn push(&mut self, input: Input, bytes: usize, origin: Origin) -> Option<u32> {
        let Added::New(_) = self.dataset.add(&input) else { return None };
        let id = self.next_id;
        self.next_id += 1;
        self.texts.push(Text { id, bytes, origin, parsed: Some(input.parsed) });
        let mut kept: usize = self.texts.iter().filter(|text| text.parsed.is_some()).map(|text| text.bytes).sum();
        for text in &mut self.texts {
            if kept <= KEPT_BYTES || text.id == id {
                break;
            }
            kept -= if text.parsed.take().is_some() { text.bytes } else { 0 };
        }
        Some(id)
    }

    pub fn index(&self, id: u32) -> Option<usize> {
        self.texts.iter().position(|text| text.id == id)
    }

    pub fn remove(&mut self, id: u32) {
        if let Some(index) = self.index(id) {
            self.texts.remove(index);
            self.dataset.remove(index);
        }
    }

    /// Takes everything out; ids go on counting.
    pub fn take(&mut self) -> Loaded {
        let next_id = self.next_id;
        std::mem::replace(self, Loaded { next_id, ..Loaded::default() })
    }

    /// Puts the texts of before in the place of those that are here, and gives these; ids go on counting.
    pub fn swap(&mut self, mut before: Loaded) -> Loaded {
        before.next_id = before.next_id.max(self.next_id);
        std::mem::replace(self, before)
    }

    pub fn set_time(&mut self, id: u32, at: Option<f64>) {
        if let Some(index) = self.index(id) {
            self.dataset.set_time(index, at);
        }
    }

    /// Reads the texts as those of a backend; `None` lets their names decide.
    pub fn read_as(&mut self, backend: Option<BackendId>) {
        let texts = &self.texts;
        self.dataset.read_as(backend, &|index| texts.get(index).and_then(|text| text.parsed.as_ref()));
    }

    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    pub fn chips(&self) -> Vec<Chip> {
        let chips = self.dataset.given().iter().zip(&self.texts).map(|(given, text)| Chip {
            id: text.id,
            name: given.name.clone(),
            bytes: text.bytes as u64,
            origin: text.origin,
            at: given.moment(),
            hinted: given.hint.is_some(),
            clock: given.own.filter(|_| given.at.is_none()).map(|(_, clock)| clock),
            problems: given.problem_counts.values().sum(),
        });
        chips.collect()
    }
}
