//! An empty page on its way in: nothing by itself, but before a dump of TGI it is where that server began to count.

use super::accept::Read;
use super::loaded::Loaded;
use crate::analyze::begins;
use crate::exposition::is_blank;
use crate::request::RequestError;

/// A text that is not loaded, and why.
pub type Refused = (Read, RequestError);

/// The last empty page, until the first dump is there.
#[derive(Debug, Default)]
pub struct Beginning(Option<Refused>);

impl Beginning {
    /// Keeps an empty page. Gives what is refused for good: a text that is none, or the empty page before it.
    pub fn keep(&mut self, refused: Refused) -> Option<Refused> {
        if !is_blank(&refused.0.input.parsed) {
            return Some(refused);
        }
        self.0.replace(refused)
    }

    /// Loads the empty page before the first dump when that server counts from there; else it is refused.
    pub fn load_before(&mut self, dump: &Read, loaded: &mut Loaded, added: &mut Vec<u32>) -> Option<Refused> {
        let (page, error) = self.0.take()?;
        if !begins(&page.input, &dump.input) {
            return Some((page, error));
        }
        added.extend(loaded.push(page.input, page.bytes, page.origin));
        None
    }

    /// The page that no dump came after.
    pub fn left(self) -> Option<Refused> {
        self.0
    }
}
