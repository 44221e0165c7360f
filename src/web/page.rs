//! The state of the page, in small signals, and what actions do to it.

use std::cell::RefCell;

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::action::{Action, Sheet};
use super::io::{clipboard, clock, fetch, keys, samples, theme};
use super::parts::Copied;
use super::raw::Raw;
use super::turns::Turns;
use super::{route, updates, worker};
use crate::protocol::{Catalogue, Checks, Chip, Command, Message, Outcome, Progress, RuleText, Settings, TargetRow};
use crate::report::Report;

thread_local! {
    /// What waits for the worker.
    static WAITING: RefCell<Vec<Waiting>> = const { RefCell::new(Vec::new()) };
}

/// A command, with its texts if it has some.
type Waiting = (Command, Option<js_sys::Array>);

/// How the worker is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worker {
    /// On its way.
    Loading,
    /// On its way, and something waits for it.
    Awaited,
    Ready,
    /// It could not be loaded or started.
    Failed,
    /// It ran, and died of this.
    Stopped(String),
}

/// How far the reading has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// `None` while it is not known, and for what takes no time.
    pub progress: Option<Progress>,
    /// Unix seconds.
    pub since: f64,
}

/// All state of the page. `Copy`, and handed down as an argument.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    pub worker: RwSignal<Worker>,
    pub texts: RwSignal<Vec<Chip>>,
    pub outcome: RwSignal<Outcome>,
    pub message: RwSignal<Option<Message>>,
    pub reading: RwSignal<Option<Reading>>,
    /// Texts that the page itself is fetching.
    pub busy: RwSignal<u32>,

    pub settings: RwSignal<Settings>,
    pub checks: RwSignal<Checks>,
    pub catalogue: RwSignal<Catalogue>,

    pub turns: Turns,
    pub raw: Raw,
    pub rules: RwSignal<Vec<RuleText>>,
    /// The address names the rules page.
    pub is_at_rules: RwSignal<bool>,

    /// Whether the Markdown was copied, for as long as that is news.
    pub markdown_copied: Copied,

    pub sheet: RwSignal<Option<Sheet>>,
    /// The address in the dialog for fetching.
    pub address: RwSignal<String>,
    pub fetching: RwSignal<fetch::Progress>,
    /// The text whose time is being set.
    pub editing: RwSignal<Option<u32>>,
    pub theme: RwSignal<theme::Theme>,
    /// Single-key shortcuts are on.
    pub has_keys: RwSignal<bool>,
    /// Something that can be dropped is held over the page.
    pub is_held: RwSignal<bool>,
}

impl Page {
    #[must_use]
    pub fn new(theme: theme::Theme) -> Self {
        Page {
            worker: RwSignal::new(Worker::Loading),
            texts: RwSignal::default(),
            outcome: RwSignal::default(),
            message: RwSignal::new(None),
            reading: RwSignal::new(None),
            busy: RwSignal::new(0),
            settings: RwSignal::default(),
            checks: RwSignal::default(),
            catalogue: RwSignal::default(),
            turns: Turns::new(),
            raw: Raw::new(),
            rules: RwSignal::default(),
            is_at_rules: RwSignal::new(false),
            markdown_copied: RwSignal::new(None),
            sheet: RwSignal::new(None),
            address: RwSignal::default(),
            fetching: RwSignal::new(fetch::Progress::Idle),
            editing: RwSignal::new(None),
            theme: RwSignal::new(theme),
            has_keys: RwSignal::new(true),
            is_held: RwSignal::new(false),
        }
    }

    /// Reads the report, if there is one.
    pub fn with_report<T>(self, read: impl FnOnce(&Report) -> T) -> Option<T> {
        self.outcome.with(|outcome| if let Outcome::Report(report, _) = outcome { Some(read(report)) } else { None })
    }

    /// There is a report of the texts.
    pub fn is_reported(self) -> Memo<bool> {
        Memo::new(move |_| self.with_report(|_| ()).is_some())
    }

    /// There are texts.
    pub fn is_loaded(self) -> Memo<bool> {
        Memo::new(move |_| self.outcome.with(|outcome| !matches!(outcome, Outcome::Empty)))
    }

    pub fn act(self, action: Action) {
        match action {
            Action::PasteFromClipboard => clipboard::paste(self),
            Action::OpenFiles => keys::open_files(),
            Action::OpenSample(index) => samples::load(self, index),
            Action::Fetch => fetch::start(self),
            Action::CancelFetch => fetch::cancel(self),
            Action::CancelReading => self.send(Command::Cancel),
            Action::RemoveText(id) => self.send(Command::Remove(id)),
            Action::EditTime(id) => self.editing.update(|editing| *editing = if *editing == Some(id) { None } else { Some(id) }),
            Action::EndEditTime => self.editing.set(None),
            Action::SetTime(text, at) => self.send(Command::SetTime { text, at }),
            Action::ConfirmTimes => self.send(Command::ConfirmTimes),
            Action::Clear => {
                self.configure(|settings| settings.span = None);
                self.send(Command::Clear);
            }
            Action::Undo => self.send(Command::Undo),
            Action::Dismiss => {
                self.message.set(None);
                self.send(Command::Dismiss);
            }
            Action::ShowLines { input, lines } => self.raw.jump(self, input, &lines),
            Action::Back => self.raw.back(self),
            Action::Export(document, purpose) => self.send(Command::Export(document, purpose)),
            Action::Print => drop(window().print()),
            Action::Span(span) => self.configure(|settings| settings.span = span),
            Action::EditTargets => {
                let targets = self.outcome.with_untracked(|outcome| match outcome {
                    Outcome::Report(_, summary) => summary.targets.clone(),
                    Outcome::Empty | Outcome::Refused(_) => Vec::new(),
                });
                self.configure(|settings| settings.targets = Some(targets));
            }
            Action::AddTarget => self.configure(|settings| {
                let rows = settings.targets.get_or_insert_default();
                let id = rows.iter().map(|row| row.id + 1).max().unwrap_or(0);
                rows.push(TargetRow { id, metric: String::new(), comparison: "<=".to_owned(), value: String::new() });
            }),
            Action::RemoveTarget(id) => {
                self.configure(|settings| settings.targets.iter_mut().for_each(|rows| rows.retain(|row| row.id != id)))
            }
            Action::DropTargets => self.configure(|settings| settings.targets = None),
            Action::Show(sheet) => self.sheet.set(Some(sheet)),
            Action::CloseSheet => self.sheet.set(None),
            Action::NextTheme => {
                let theme = self.theme.get_untracked().next();
                theme::choose(theme);
                self.theme.set(theme);
            }
            Action::StartWorker => self.start_worker(),
        }
    }

    /// Changes the form, and asks for a report under the new settings at once.
    pub fn configure(self, change: impl FnOnce(&mut Settings)) {
        self.settings.update(change);
        self.send(Command::Configure(self.settings.get_untracked()));
    }

    /// Sends a command now, or when the worker is there.
    pub fn send(self, command: Command) {
        if self.worker.with_untracked(|worker| *worker == Worker::Ready) {
            worker::send(&command);
        } else {
            self.wait(command, None);
        }
    }

    /// The same for a command that texts go with: files, or buffers that change hands.
    pub fn send_with(self, command: Command, texts: Vec<JsValue>) {
        let texts = texts.into_iter().collect::<js_sys::Array>();
        self.reading.set(Some(Reading { progress: None, since: clock::now() }));
        if self.worker.with_untracked(|worker| *worker == Worker::Ready) {
            worker::send_with(&command, texts);
        } else {
            self.wait(command, Some(texts));
        }
    }

    /// Says something that concerns no text that is loaded.
    pub fn tell(self, sentence: String) {
        self.message.set(Some(Message::Plain { sentence, undo: false }));
    }

    fn wait(self, command: Command, texts: Option<js_sys::Array>) {
        WAITING.with_borrow_mut(|waiting| waiting.push((command, texts)));
        self.worker.update(|worker| {
            if *worker == Worker::Loading {
                *worker = Worker::Awaited;
            }
        });
    }

    /// Starts the worker, again after it could not be started or has died.
    pub fn start_worker(self) {
        let waits = WAITING.with_borrow(|waiting| !waiting.is_empty());
        self.worker.set(if waits { Worker::Awaited } else { Worker::Loading });
        let lost = move |reason: String, ran: bool| {
            self.reading.set(None);
            if ran {
                leptos::logging::error!("{reason}");
                self.worker.set(Worker::Stopped(reason));
            } else {
                leptos::logging::warn!("{reason}");
                self.worker.set(Worker::Failed);
            }
        };
        worker::start(move |told, beside| updates::take(self, told, beside), lost);
    }

    /// The worker takes commands: what waited is sent.
    pub fn worker_is_ready(self, catalogue: Catalogue) {
        let is_again = self.catalogue.with_untracked(|known| !known.presets.is_empty());
        self.catalogue.set(catalogue);
        self.worker.set(Worker::Ready);
        if is_again {
            // What it knew went with the one before; what is set on the page stays.
            self.texts.set(Vec::new());
            self.outcome.set(Outcome::Empty);
        }
        if self.settings.with_untracked(|settings| *settings != Settings::default()) {
            self.send(Command::Configure(self.settings.get_untracked()));
        }
        for (command, texts) in WAITING.take() {
            match texts {
                Some(texts) => worker::send_with(&command, texts),
                None => worker::send(&command),
            }
        }
        route::follow(self);
    }
}
