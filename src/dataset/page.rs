//! One exposition of an input, read: the servers on it and their snapshots.

use std::sync::Arc;

use super::Given;
use super::given::repeated;
use crate::backend::{self, Detection};
use crate::exposition::{Parsed, answered_at};
use crate::metrics::Scrape;
use crate::signal::{BackendId, Hint, InstanceKey, Snapshot};

/// Servers of one page that are read when it comes. A page with more is that of a gateway or of a whole cluster: of it only the busiest is
/// read, and others when they are asked for, because one page of 5 MB can name thousands.
const READ_AT_ONCE: usize = 8;

#[derive(Debug, Clone)]
pub struct Page {
    input: usize,
    /// It is the last of its input, which has the input's time.
    ends_input: bool,
    /// What it is read as; `None` while nothing tells.
    backend: Option<BackendId>,
    /// Another server that it seems to be of, and why that one is not supported.
    other: Option<(String, String)>,
    /// Of every server on it, the busiest first.
    keys: Vec<InstanceKey>,
    read: Vec<Read>,
    /// What is left to read, if anything is.
    scrape: Option<Scrape>,
    times: Times,
}

/// One server of the page.
#[derive(Debug, Clone)]
struct Read {
    /// Place in `keys`.
    key: usize,
    /// The time that its own samples tell.
    stamped: Option<f64>,
    snapshot: Arc<Snapshot>,
}

/// What is known of when it was scraped, besides the stamps of its samples.
#[derive(Debug, Clone, Copy)]
struct Times {
    /// See [`Given::at`] and [`Given::hint`].
    told: Option<f64>,
    hint: Option<Hint>,
    /// The date of the answer, from its headers.
    answered: Option<f64>,
}

/// The pages of an input, in its order.
pub(super) fn read(index: usize, given: &Given, parsed: &Parsed, forced: Option<BackendId>) -> Vec<Page> {
    let repeated: Vec<usize> = repeated(parsed).collect();
    let all = parsed.scrapes.iter().enumerate().filter(|(place, scrape)| !scrape.is_empty() && repeated.binary_search(place).is_err());
    let scrapes: Vec<&Scrape> = all.map(|(_, scrape)| scrape).collect();
    let last = scrapes.len().saturating_sub(1);
    let page = |(place, scrape): (usize, &Scrape)| {
        let times = Times { told: given.at, hint: given.hint, answered: answered_at(parsed, scrape) };
        Page::of(index, &given.name, scrape, (place == last, times), forced)
    };
    scrapes.into_iter().enumerate().map(page).collect()
}

impl Page {
    fn of(input: usize, name: &str, scrape: &Scrape, (ends_input, times): (bool, Times), forced: Option<BackendId>) -> Page {
        let (backend, other) = match backend::detect(scrape) {
            Detection::Supported { backend, .. } => (Some(backend), None),
            Detection::Other { name, why } => (None, Some((name, why))),
            Detection::Unknown => (None, None),
        };
        let mut page = Page { input, ends_input, backend: None, other, keys: Vec::new(), read: Vec::new(), scrape: None, times };
        match forced.or(backend) {
            Some(backend) => page.read_as(backend, scrape, name),
            None => page.scrape = Some(scrape.clone()),
        }
        page
    }

    /// Reads a page that does not say what it is of like the others.
    pub(super) fn settle(&mut self, backend: BackendId, name: &str) {
        if self.backend.is_none()
            && let Some(scrape) = self.scrape.take()
        {
            self.read_as(backend, &scrape, name);
        }
    }

    fn read_as(&mut self, backend: BackendId, scrape: &Scrape, name: &str) {
        self.backend = Some(backend);
        let Some(servers) = backend::servers(scrape, backend) else { return };
        self.keys = servers.keys().cloned().collect();
        let few = self.keys.len() <= READ_AT_ONCE;
        let at_once = self.keys.iter().take(if few { READ_AT_ONCE } else { 1 }).enumerate();
        self.read = at_once.filter_map(|(place, key)| Some(self.placed(servers.snapshot(key)?, place, name))).collect();
        self.scrape = (!few).then(|| scrape.clone());
    }

    /// Index of its input.
    #[must_use]
    pub fn input(&self) -> usize {
        self.input
    }

    #[must_use]
    pub fn backend(&self) -> Option<BackendId> {
        self.backend
    }

    /// Name of the server that it seems to be of where that is not supported, and why it is not.
    #[must_use]
    pub fn other(&self) -> Option<(&str, &str)> {
        self.other.as_ref().map(|(name, why)| (name.as_str(), why.as_str()))
    }

    /// Model and labels of every server on it, the busiest first.
    #[must_use]
    pub fn keys(&self) -> &[InstanceKey] {
        &self.keys
    }

    /// Those of the servers whose snapshots are here.
    pub(super) fn read_keys(&self) -> impl Iterator<Item = &InstanceKey> {
        self.read.iter().filter_map(|read| self.keys.get(read.key))
    }

    /// The snapshot of a server on it; `name` is that of its input.
    pub(super) fn snapshot(&self, key: &InstanceKey, name: &str) -> Option<Arc<Snapshot>> {
        if let Some(read) = self.read.iter().find(|read| self.keys.get(read.key) == Some(key)) {
            return Some(Arc::clone(&read.snapshot));
        }
        let servers = backend::servers(self.scrape.as_ref()?, self.backend?)?;
        Some(self.placed(servers.snapshot(key)?, usize::MAX, name).snapshot)
    }

    /// The busiest server of both is the same.
    pub(super) fn has_key_of(&self, other: &Page) -> bool {
        self.backend == other.backend && self.keys.first() == other.keys.first()
    }

    /// Has in common with an earlier page what is equal there.
    pub(super) fn share_with(&mut self, earlier: Option<&Page>) {
        for read in &mut self.read {
            let Some(key) = self.keys.get(read.key) else { continue };
            let before = earlier.and_then(|page| page.read.iter().find(|before| page.keys.get(before.key) == Some(key)));
            Arc::make_mut(&mut read.snapshot).hold_beside(before.map(|before| before.snapshot.as_ref()));
        }
    }

    fn placed(&self, mut snapshot: Snapshot, key: usize, name: &str) -> Read {
        let stamped = snapshot.at;
        snapshot.text_index = self.input;
        snapshot.text_name = Some(name.to_owned());
        self.time(&mut snapshot, stamped);
        Read { key, stamped, snapshot: Arc::new(snapshot) }
    }

    /// A told time is that of the end of the text; earlier expositions in it have their own or none. It may be of another clock than the
    /// server's dates.
    fn time(&self, snapshot: &mut Snapshot, stamped: Option<f64>) {
        let Times { told, hint, answered } = self.times;
        let own = stamped.or(answered.filter(|_| told.is_none()));
        (snapshot.at, snapshot.hint) = match self.ends_input {
            true => (told.or(own), hint.filter(|_| told.or(own).is_none())),
            false => (own, None),
        };
    }

    pub(super) fn take_time(&mut self, given: &Given) {
        (self.times.told, self.times.hint) = (given.at, given.hint);
        let mut read = std::mem::take(&mut self.read);
        for read in &mut read {
            self.time(Arc::make_mut(&mut read.snapshot), read.stamped);
        }
        self.read = read;
    }

    /// An input before its own was taken out.
    pub(super) fn move_up(&mut self, removed: usize) {
        if self.input > removed {
            self.input -= 1;
            self.read.iter_mut().for_each(|read| Arc::make_mut(&mut read.snapshot).text_index = self.input);
        }
    }
}
