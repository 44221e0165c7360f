//! What was given, sorted out: servers, the lives of each, and the snapshots of each life in the order of time.
//!
//! Inputs come in any order, one by one; each is read once, when it is added, and costs what it holds. Servers are told apart by themselves:
//! by model and labels, by when they started, by counters that cannot be of one process, by the names of the inputs. What remains in doubt
//! is said with the server, and [`Dataset::correct`] settles it.

mod clock;
mod given;
mod group;
mod hints;
mod input;
mod life;
mod page;

pub use clock::{Clock, own_time};
pub use given::Given;
pub use hints::{ONE_GO_SECONDS, Remark, settle};
pub use input::Input;
pub use life::{Begin, Life, Server, UNNAMED, label, lives};
pub use page::Page;

use std::sync::Arc;

use crate::exposition::Parsed;
use crate::signal::{BackendId, InstanceKey, Moment, Snapshot};

/// Pages before a new one among which one of the same server is looked for, to have in common with it what is equal.
const NEIGHBOURS: usize = 16;

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// Under this index.
    New(usize),
    /// Left out: the input of this index holds the same text.
    SameAs(usize),
}

/// Everything that was given.
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    /// The backend that the texts are read as, whatever they look like.
    forced: Option<BackendId>,
    given: Vec<Given>,
    pages: Vec<Page>,
    /// Inputs that were left out, with the one that each repeats.
    repeats: Vec<(String, usize)>,
    /// The backend, once a page has told it.
    known: Option<BackendId>,
}

impl Dataset {
    /// `backend`: what the texts are of; `None` lets their names decide.
    #[must_use]
    pub fn new(backend: Option<BackendId>) -> Self {
        Dataset { forced: backend, ..Dataset::default() }
    }

    /// A dataset of these inputs.
    #[must_use]
    pub fn of<'i>(inputs: impl IntoIterator<Item = &'i Input>, backend: Option<BackendId>) -> Self {
        let mut dataset = Dataset::new(backend);
        for input in inputs {
            dataset.add(input);
        }
        dataset
    }

    /// Reads an input. A text that is there already is left out, unless it is told to be of another time: a server that stands still
    /// answers the same twice.
    pub fn add(&mut self, input: &Input) -> Added {
        let same = |given: &Given| given.holds(&input.parsed.text) && !given.at_another_time(input);
        if let Some(known) = self.given.iter().position(same) {
            self.repeats.push((input.name.clone(), known));
            return Added::SameAs(known);
        }
        let index = self.given.len();
        let given = Given::of(input);
        for mut page in page::read(index, &given, &input.parsed, self.forced) {
            let before = self.pages.iter().rev().take(NEIGHBOURS).find(|before| before.has_key_of(&page));
            page.share_with(before);
            self.pages.push(page);
        }
        self.given.push(given);
        self.settle(index);
        Added::New(index)
    }

    /// Reads pages that do not say what they are of, once some page says it.
    fn settle(&mut self, added: usize) {
        let (was, is) = (self.known, self.backend());
        self.known = is;
        let Some(backend) = is else { return };
        // With the backend known before, only the new pages can be without one.
        let from = if was.is_some() { self.pages.partition_point(|page| page.input() < added) } else { 0 };
        for page in self.pages.iter_mut().skip(from) {
            let name = self.given.get(page.input()).map_or("", |given| given.name.as_str());
            page.settle(backend, name);
        }
    }

    /// Reads the texts as those of a backend; `None` lets their names decide. `text_of` gives the text of an input by its index; an input whose
    /// text is gone stays as it was read.
    pub fn read_as<'t>(&mut self, backend: Option<BackendId>, text_of: &dyn Fn(usize) -> Option<&'t Parsed>) {
        self.forced = backend;
        self.known = None;
        let mut old = std::mem::take(&mut self.pages).into_iter().peekable();
        for (index, given) in self.given.iter().enumerate() {
            let before = std::iter::from_fn(|| old.next_if(|page| page.input() == index));
            match text_of(index) {
                Some(parsed) => {
                    before.for_each(drop);
                    self.pages.extend(page::read(index, given, parsed, backend));
                }
                None => self.pages.extend(before),
            }
        }
        self.settle(0);
    }

    /// Takes an input out again; those after it move up.
    pub fn remove(&mut self, index: usize) {
        if index >= self.given.len() {
            return;
        }
        self.given.remove(index);
        self.pages.retain(|page| page.input() != index);
        self.repeats.retain(|(_, known)| *known != index);
        self.pages.iter_mut().for_each(|page| page.move_up(index));
        self.repeats.iter_mut().filter(|(_, known)| *known > index).for_each(|(_, known)| *known -= 1);
    }

    /// Sets when the text of an input was scraped, in Unix seconds; `None` leaves it to the text.
    pub fn set_time(&mut self, index: usize, at: Option<f64>) {
        let Some(given) = self.given.get_mut(index) else { return };
        given.at = at;
        given.hint = None;
        self.pages.iter_mut().filter(|page| page.input() == index).for_each(|page| page.take_time(given));
    }

    /// Takes the hinted times as told.
    pub fn confirm_times(&mut self) {
        for index in 0..self.given.len() {
            if let Some(hint) = self.given.get(index).and_then(|given| given.hint.filter(|_| given.at.is_none())) {
                self.set_time(index, Some(hint.at));
            }
        }
    }

    /// Says by hand which server an input is of: inputs of one word are of one server. `None` leaves it to the text.
    pub fn correct(&mut self, index: usize, server: Option<String>) {
        if let Some(given) = self.given.get_mut(index) {
            given.server = server;
        }
    }

    /// The inputs in the order in which they came.
    #[must_use]
    pub fn given(&self) -> &[Given] {
        &self.given
    }

    /// Names of inputs that were left out, with the index of the input whose text each repeats.
    #[must_use]
    pub fn repeats(&self) -> &[(String, usize)] {
        &self.repeats
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// The pages, one for each exposition that holds a sample, in the order in which they came.
    #[must_use]
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// The backend of the first page that says it, or the forced one; other pages are read as that.
    #[must_use]
    pub fn backend(&self) -> Option<BackendId> {
        self.forced.or_else(|| self.pages.iter().find_map(Page::backend))
    }

    /// The servers whose snapshots were read, in the order in which they were first seen. Of a page with very many servers only the busiest
    /// is among them; [`Dataset::servers_of`] reads any.
    #[must_use]
    pub fn servers(&self) -> Vec<Server> {
        let mut keys: Vec<(BackendId, &InstanceKey)> = Vec::new();
        for page in &self.pages {
            let Some(backend) = page.backend() else { continue };
            for key in page.read_keys() {
                if !keys.contains(&(backend, key)) {
                    keys.push((backend, key));
                }
            }
        }
        let mut servers: Vec<Server> = keys.into_iter().flat_map(|(backend, key)| self.servers_of(backend, key)).collect();
        life::name_apart(&mut servers, &self.given);
        servers
    }

    /// The servers with these labels. There are several when labels do not tell them apart.
    #[must_use]
    pub fn servers_of(&self, backend: BackendId, key: &InstanceKey) -> Vec<Server> {
        let name = |page: &Page| self.given.get(page.input()).map_or("", |given| given.name.as_str());
        let pages = self.pages.iter().filter(|page| page.backend() == Some(backend));
        let snapshots: Vec<Arc<Snapshot>> = pages.filter_map(|page| page.snapshot(key, name(page))).collect();
        group::servers(snapshots.into_iter().map(Moment::of).collect(), &self.given)
    }
}
