//! What commands do, and what the page is told then.

use std::sync::Arc;

use super::reading::Receiving;
use super::{Outcome, Session, Undo, words};
use crate::protocol::{self, Command, Document, Purpose, Update};

/// What the page is told, with the document that travels beside it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reply {
    pub updates: Vec<Update>,
    pub beside: Option<String>,
}

impl From<Vec<Update>> for Reply {
    fn from(updates: Vec<Update>) -> Self {
        Reply { updates, beside: None }
    }
}

impl Session {
    pub fn apply(&mut self, command: Command) -> Reply {
        match command {
            Command::Read(texts) => {
                self.receiving = Receiving::texts(texts);
                return Reply::default();
            }
            Command::Analyze { id } => {
                self.receiving = Receiving::request(id);
                return Reply::default();
            }
            Command::Cancel => {
                self.receiving = Receiving::Nothing;
                return vec![Update::Reading(None)].into();
            }
            Command::Remove(id) => {
                self.loaded.remove(id);
                self.analyse();
            }
            Command::SetTime { text, at } => {
                self.loaded.set_time(text, at);
                self.analyse();
            }
            Command::ConfirmTimes => {
                self.loaded.dataset.confirm_times();
                self.analyse();
            }
            Command::Clear => {
                let before = self.loaded.take();
                self.analyse();
                self.say(words::CLEARED.to_owned(), Some(Undo::Restore(before)));
            }
            Command::Undo => self.bring_back(),
            Command::Dismiss => {
                self.message = None;
                self.undo = None;
                return vec![Update::Message(None)].into();
            }
            Command::Configure(settings) => {
                let changed = self.configure(&settings);
                let mut updates = vec![Update::Checked(self.checks())];
                if changed {
                    updates.push(Update::Outcome(self.told_outcome()));
                }
                return updates.into();
            }
            Command::ShowRaw(query) => return vec![Update::Raw(self.raw.show(&self.loaded, &query))].into(),
            Command::ListRules => return vec![Update::Rules(super::offers::rules())].into(),
            Command::Export(document, purpose) => return self.export(document, purpose),
        }
        self.everything().into()
    }

    /// The texts, what they amount to, and what is to be said of them.
    #[must_use]
    pub fn everything(&self) -> Vec<Update> {
        vec![Update::Texts(self.loaded.chips()), Update::Outcome(self.told_outcome()), Update::Message(self.message.clone())]
    }

    fn told_outcome(&self) -> protocol::Outcome {
        match &self.outcome {
            Outcome::Empty => protocol::Outcome::Empty,
            Outcome::Report(report) => protocol::Outcome::Report(Arc::clone(report), super::offers::summary(report)),
            Outcome::Refused(error) => protocol::Outcome::Refused(error.clone()),
        }
    }

    fn export(&self, document: Document, purpose: Purpose) -> Reply {
        let (text, ending) = match document {
            Document::Markdown => (self.markdown(), "md"),
            Document::Json => (self.json(), "json"),
        };
        let name = format!("{}.{ending}", self.file_name());
        Reply { updates: vec![Update::Exported { document, purpose, name }], beside: Some(text) }
    }

    /// Brings the earlier texts back; what replaced them can be brought back in turn.
    fn bring_back(&mut self) {
        let Some(undo) = self.undo.take() else { return };
        self.focus = None;
        match undo {
            Undo::Remove(ids) => {
                ids.into_iter().for_each(|id| self.loaded.remove(id));
                self.analyse();
                self.message = None;
            }
            Undo::Restore(before) => {
                let replaced = self.loaded.swap(before);
                self.analyse();
                if replaced.is_empty() {
                    self.message = None;
                } else {
                    self.say(words::replaced(words::EARLIER), Some(Undo::Restore(replaced)));
                }
            }
        }
    }
}
