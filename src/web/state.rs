//! The state of the page: what was given and analysed, and what is around it.

use std::cell::RefCell;

use leptos::prelude::*;

use super::analysis::{self, Analysis, Incoming, analysis};
use super::host::later;
use super::io::theme::Theme;
use super::route;
use crate::session::Status;
use crate::view::frame::{Loading, Progress};

thread_local! {
    /// What waits for the analysis.
    static WAITING: RefCell<Vec<Box<dyn FnOnce()>>> = const { RefCell::new(Vec::new()) };
}

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
    /// How far the analysis has come.
    pub loading: Loading,
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
            loading: Loading::Running,
        };
        State {
            revision: RwSignal::new(0),
            status: RwSignal::new(Status::default()),
            ui: RwSignal::new(ui),
            scroll: RwSignal::new(Scroll { top: 0.0, height: 480.0, cursor: None, ready: false }),
        }
    }

    /// Asks the analysis for something that changes nothing that is shown.
    pub fn ask<T>(&self, question: impl FnOnce(&Analysis) -> T) -> Option<T> {
        analysis().map(|analysis| question(&analysis))
    }

    /// Changes the session; what is shown follows. Nothing happens when the analysis is not there yet.
    pub fn change(&self, change: &mut dyn FnMut(&Analysis)) {
        let Some(analysis) = analysis() else { return };
        change(&analysis);
        let (loaded, reported) = analysis.state();
        let status = Status { loaded, reported, announcement: analysis.announcement() };
        if status != self.status.get_untracked() {
            self.status.set(status);
        }
        self.revision.update(|revision| *revision += 1);
    }

    /// Gives texts to the session. The raw view comes to them later.
    pub fn accept(&self, incoming: &[Incoming]) {
        let scroll = self.scroll;
        scroll.update(|scroll| scroll.ready = false);
        self.change(&mut |session| session.accept(incoming));
        later(move || later(move || scroll.update(|scroll| scroll.ready = true)));
    }

    /// Loads the analysis, and then does what waits for it.
    pub fn load(self) {
        self.set(&mut |ui| {
            if ui.loading == Loading::Failed {
                ui.loading = if WAITING.with_borrow(Vec::is_empty) { Loading::Running } else { Loading::Awaited };
            }
        });
        analysis::start(move |there| {
            self.set(&mut |ui| ui.loading = if there { Loading::Done } else { Loading::Failed });
            if there {
                self.revision.update(|revision| *revision += 1);
                route::follow(self);
                WAITING.take().into_iter().for_each(|task| task());
            }
        });
    }

    /// Runs something now, or when the analysis is there; the page says that it waits.
    pub fn when_there(&self, task: impl FnOnce() + 'static) {
        if analysis().is_some() {
            task();
            return;
        }
        WAITING.with_borrow_mut(|waiting| waiting.push(Box::new(task)));
        self.set(&mut |ui| {
            if ui.loading == Loading::Running {
                ui.loading = Loading::Awaited;
            }
        });
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
        let (state, sentence) = (*self, sentence.to_owned());
        self.when_there(move || state.change(&mut |session| session.tell(&sentence)));
    }
}
