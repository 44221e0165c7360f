//! The texts, in the order in which they were given.

use crate::analyze::{Clock, Input, own_time};
use crate::view::frame::{Chip, Origin};

/// What is known of a text besides the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tag {
    /// Stable while the page lives.
    pub id: u32,
    pub bytes: usize,
    pub origin: Origin,
    /// The time that the text tells by itself.
    pub own: Option<(f64, Clock)>,
}

impl Tag {
    /// Of a text that is not loaded yet.
    pub fn of(input: &Input, bytes: usize, origin: Origin) -> Tag {
        Tag { id: 0, bytes, origin, own: own_time(input) }
    }
}

/// `tags` runs beside `inputs`, which the analysis takes as one slice.
#[derive(Debug, Default)]
pub struct Loaded {
    pub inputs: Vec<Input>,
    pub tags: Vec<Tag>,
    next_id: u32,
}

/// Texts that were taken away and can be brought back.
pub type Undo = Loaded;

impl Loaded {
    /// Adds a text under an id of its own.
    pub fn push(&mut self, input: Input, tag: Tag) {
        self.inputs.push(input);
        self.tags.push(Tag { id: self.next_id, ..tag });
        self.next_id += 1;
    }

    pub fn pop(&mut self) {
        self.inputs.pop();
        self.tags.pop();
    }

    pub fn remove(&mut self, id: u32) {
        if let Some(index) = self.tags.iter().position(|tag| tag.id == id) {
            self.tags.remove(index);
            self.inputs.remove(index);
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
        if let Some(index) = self.tags.iter().position(|tag| tag.id == id)
            && let Some(input) = self.inputs.get_mut(index)
        {
            input.at = at;
            input.hint = None;
        }
    }

    /// Takes the hinted times as told.
    pub fn confirm_times(&mut self) {
        for input in &mut self.inputs {
            input.at = input.at.or(input.hint.take().map(|hint| hint.at));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    pub fn chips(&self) -> Vec<Chip> {
        let chip = |(input, tag): (&Input, &Tag)| {
            let own = tag.own.filter(|_| input.at.is_none());
            Chip {
                id: tag.id,
                name: input.name.clone(),
                bytes: tag.bytes,
                origin: tag.origin,
                at: input.at.or(own.map(|(at, _)| at)).or(input.hint.map(|hint| hint.at)),
                hinted: input.hint.is_some(),
                clock: own.map(|(_, clock)| clock),
                problems: input.parsed.problem_counts.values().sum(),
            }
        };
        self.inputs.iter().zip(&self.tags).map(chip).collect()
    }
}
