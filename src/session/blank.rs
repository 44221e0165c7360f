//! An empty page on its way in: nothing by itself, but before a dump of TGI it is where that server began to count.

use super::loaded::{Loaded, Tag};
use crate::analyze::{Input, one_server};
use crate::exposition::is_blank;
use crate::request::RequestError;

/// A text that is not loaded, and why.
pub type Refused = (Input, RequestError);

/// The last empty page, until the first dump is there.
#[derive(Debug, Default)]
pub struct Beginning(Option<(Tag, Refused)>);

impl Beginning {
    /// Keeps an empty page. Gives what is refused for good: a text that is none, or the empty page before it.
    pub fn keep(&mut self, refused: Refused, tag: Tag) -> Option<Refused> {
        if !is_blank(&refused.0.parsed) {
            return Some(refused);
        }
        self.0.replace((tag, refused)).map(|(_, earlier)| earlier)
    }

    /// Loads the empty page before the first dump when that server counts from there; else it is refused.
    pub fn load_before(&mut self, dump: Input, fresh: &mut Loaded) -> (Input, Option<Refused>) {
        let Some((tag, (page, error))) = self.0.take() else { return (dump, None) };
        let pair = [page, dump];
        let begins = one_server(&pair);
        let [page, dump] = pair;
        if begins {
            fresh.push(page, tag);
            return (dump, None);
        }
        (dump, Some((page, error)))
    }

    /// The page that no dump came after.
    pub fn left(self) -> Option<Refused> {
        self.0.map(|(_, refused)| refused)
    }
}
