//! The state of the page: texts, settings, and what follows from them.

use std::sync::Arc;

use leptos::prelude::*;

use crate::analyze::{Input, analyze};
use crate::entry::{Checked, Settings};
use crate::exposition::Problem;
use crate::report::Report;
use crate::request::RequestError;

/// How a text came in; decides what its time is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The time is that of pasting.
    Pasted,
    /// The time is that of the file's last change.
    File,
    /// The time is that of the answer.
    Fetched,
    Sample,
}

/// What the page knows of a text besides the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tag {
    /// Stable while the page lives.
    pub id: u32,
    pub bytes: usize,
    pub origin: Origin,
}

/// The texts, in the order in which they were given. `tags` runs beside `inputs`, which the analysis takes as one slice.
#[derive(Debug, Default)]
pub struct Loaded {
    pub inputs: Vec<Input>,
    pub tags: Vec<Tag>,
    next_id: u32,
}

impl Loaded {
    pub fn push(&mut self, input: Input, bytes: usize, origin: Origin) {
        self.inputs.push(input);
        self.tags.push(Tag { id: self.next_id, bytes, origin });
        self.next_id += 1;
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

    pub fn set_time(&mut self, id: u32, at: Option<f64>) {
        if let Some(index) = self.tags.iter().position(|tag| tag.id == id)
            && let Some(input) = self.inputs.get_mut(index)
        {
            input.at = at;
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }
}

/// What the texts and the settings amount to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Empty,
    Report(Arc<Report>),
    Refused(RequestError),
}

/// Something that happened on the way in, and what can be done about it.
#[derive(Debug)]
pub enum Notice {
    /// A text that gave no sample. Whatever was loaded is still there.
    Rejected { name: String, error: RequestError, problems: Vec<Problem>, excerpt: Vec<(u32, String)> },
    /// A text of another server took the place of what was loaded.
    Replaced { name: String, before: Loaded },
    /// Everything was taken away.
    Cleared { before: Loaded },
    /// Texts that were left out, with the reason.
    LeftOut { sentence: String },
}

/// Lines to show in the raw view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Index of the text.
    pub input: usize,
    pub lines: Vec<u32>,
}

/// The dialogs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    Help,
    Fetch,
    Privacy,
}

/// Everything that the page is made of. `Copy`, and handed down as an argument.
#[derive(Clone, Copy)]
pub struct State {
    pub loaded: RwSignal<Loaded>,
    pub settings: RwSignal<Settings>,
    /// The settings as options, and what is wrong with them.
    pub checked: Memo<Checked>,
    pub outcome: Memo<Outcome>,
    pub notice: RwSignal<Option<Notice>>,
    pub spot: RwSignal<Option<Spot>>,
    pub sheet: RwSignal<Option<Sheet>>,
    /// Texts that are being read or fetched.
    pub busy: RwSignal<u32>,
    /// The address to show in the fetch dialog.
    pub address: RwSignal<String>,
    /// Single-key shortcuts are on.
    pub keys: RwSignal<bool>,
}

impl State {
    #[must_use]
    pub fn new() -> Self {
        let loaded = RwSignal::new(Loaded::default());
        let settings = RwSignal::new(Settings::default());
        let checked = Memo::new(move |_| settings.with(Settings::check));
        let options = Memo::new(move |_| checked.with(|checked| checked.options.clone()));
        let outcome = Memo::new(move |_| {
            loaded.with(|loaded| {
                if loaded.is_empty() {
                    return Outcome::Empty;
                }
                match options.with(|options| analyze(&loaded.inputs, options)) {
                    Ok(report) => Outcome::Report(Arc::new(report)),
                    Err(error) => Outcome::Refused(error),
                }
            })
        });
        State {
            loaded,
            settings,
            checked,
            outcome,
            notice: RwSignal::new(None),
            spot: RwSignal::new(None),
            sheet: RwSignal::new(None),
            busy: RwSignal::new(0),
            address: RwSignal::new(String::new()),
            keys: RwSignal::new(true),
        }
    }

    /// Opens the raw view at these lines.
    pub fn show_lines(&self, input: usize, lines: Vec<u32>) {
        self.spot.set(Some(Spot { input, lines }));
    }

    /// Takes all texts away; the notice can bring them back.
    pub fn clear(&self) {
        if let Some(before) = self.loaded.try_update(Loaded::take) {
            self.notice.set(Some(Notice::Cleared { before }));
        }
        self.spot.set(None);
    }
}
