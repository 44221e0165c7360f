//! The state of the page: what was given and analysed, and what is around it.

use leptos::prelude::*;

use super::io::theme::Theme;
use crate::session::{Session, Status};
use crate::view::frame::Progress;

/// The dialogs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    Help,
    Fetch,
    Privacy,
}

/// The page around the session.
#[derive(Debug, Clone, PartialEq)]
pub struct Ui {
    /// The address names the rules page.
    pub rules: bool,
    pub sheet: Option<Sheet>,
    /// The address in the dialog for fetching.
    pub address: String,
    pub progress: Progress,
    pub theme: Theme,
    /// Index of the way to reach a server whose commands are shown.
    pub way: usize,
    /// Single-key shortcuts are on.
    pub keys: bool,
    /// Something that can be dropped is held over the page.
    pub held: bool,
    /// Texts that are being read.
    pub busy: u32,
}

/// How the raw view is scrolled, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scroll {
    pub top: f64,
    pub height: f64,
    /// The row that the keys move.
    pub cursor: Option<usize>,
    /// The index of 100,000 lines can wait until the verdict is on the screen.
    pub ready: bool,
}

/// Everything that the page is made of. `Copy`, and handed down as an argument.
#[derive(Clone, Copy)]
pub struct State {
    session: StoredValue<Session, LocalStorage>,
    /// Counts the changes of the session.
    pub revision: RwSignal<u32>,
    pub status: RwSignal<Status>,
    pub ui: RwSignal<Ui>,
    pub scroll: RwSignal<Scroll>,
}

impl State {
    #[must_use]
    pub fn new(theme: Theme) -> Self {
        let ui = Ui {
            rules: false,
            sheet: None,
            address: String::new(),
            progress: Progress::Idle,
            theme,
            way: 0,
            keys: true,
            held: false,
            busy: 0,
        };
        State {
            session: StoredValue::new_local(Session::new()),
            revision: RwSignal::new(0),
            status: RwSignal::new(Status::default()),
            ui: RwSignal::new(ui),
            scroll: RwSignal::new(Scroll { top: 0.0, height: 480.0, cursor: None, ready: false }),
        }
    }

    /// Asks the session for something that changes nothing that is shown.
    pub fn ask<T>(&self, question: impl FnOnce(&mut Session) -> T) -> Option<T> {
        self.session.try_update_value(question)
    }

    /// Changes the session; what is shown follows.
    pub fn change(&self, change: &mut dyn FnMut(&mut Session)) {
        let status = self.session.try_update_value(|session| {
            change(session);
            session.status()
        });
        if let Some(status) = status
            && status != self.status.get_untracked()
        {
            self.status.set(status);
        }
        self.revision.update(|revision| *revision += 1);
    }

    /// Changes the page around the session.
    pub fn set(&self, change: &mut dyn FnMut(&mut Ui)) {
        self.ui.update(|ui| change(ui));
    }

    pub fn sheet(&self, sheet: Option<Sheet>) {
        self.set(&mut |ui| ui.sheet = sheet);
    }

    pub fn busy(&self, more: bool) {
        self.set(&mut |ui| ui.busy = if more { ui.busy + 1 } else { ui.busy.saturating_sub(1) });
    }

    /// Says something that concerns no text that is loaded.
    pub fn tell(&self, sentence: &str) {
        self.change(&mut |session| session.tell(sentence));
    }
}
