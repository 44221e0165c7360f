//! Fetching a `/metrics` page. The request is as plain as a browser can make it, so that no server is asked for more than it must allow.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use gloo_net::http::Request;
use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader, RequestCache, RequestCredentials, RequestMode};

use super::super::analysis::{Content, Incoming};
use super::super::state::State;
use super::{clock, probe};
use crate::entry::{Address, address};
use crate::view::Why;
use crate::view::frame::{Origin, Progress};

/// Without an answer, or without a further piece of one, for this long, the fetch is given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// No single server writes more; an endless answer must not fill the tab.
const LARGEST: usize = 32 * 1024 * 1024;

thread_local! {
    static ABORT: RefCell<Option<AbortController>> = const { RefCell::new(None) };
}

/// Gives the fetch that is running up.
pub fn cancel(state: State) {
    if let Some(abort) = ABORT.take() {
        abort.abort();
    }
    if state.ui.with_untracked(|ui| matches!(ui.progress, Progress::Running(_))) {
        state.set(&mut |ui| ui.progress = Progress::Idle);
    }
}

/// Fetches the address in the dialog, and shows there how it goes.
pub fn start(state: State) {
    cancel(state);
    let typed = state.ui.with_untracked(|ui| ui.address.clone());
    let address = match address(&typed) {
        Ok(address) => address,
        Err(sentence) => {
            show(state, Progress::Failed(typed.trim().to_owned(), Why::BadAddress(sentence)));
            return;
        }
    };
    let Ok(controller) = AbortController::new() else { return };
    ABORT.set(Some(controller.clone()));
    show(state, Progress::Running(0));
    spawn_local(async move {
        let received = move |bytes| show(state, Progress::Running(bytes));
        match fetch(&address, &controller, received).await {
            Ok(bytes) => state.when_there(move || take(state, address.url, &bytes)),
            // A fetch that was given up says nothing more: another one may be running by now.
            Err(Why::Cancelled) => {}
            Err(why) => show(state, Progress::Failed(address.url, why)),
        }
    });
}

fn show(state: State, progress: Progress) {
    state.set(&mut |ui| ui.progress = progress.clone());
}

/// Loads an answer; one without metrics stays in the dialog, where the other ways are offered.
fn take(state: State, url: String, bytes: &[u8]) {
    let content = Content::Bytes(Uint8Array::from(bytes));
    let incoming = [Incoming { name: url.clone(), at: Some(clock::now()), content, origin: Origin::Fetched }];
    state.accept(&incoming);
    let mut rejection = None;
    state.change(&mut |session| rejection = session.take_rejection());
    let Some((sentence, hint)) = rejection else {
        show(state, Progress::Idle);
        state.sheet(None);
        return;
    };
    let start = String::from_utf8_lossy(bytes.get(..bytes.len().min(1000)).unwrap_or(&[])).into_owned();
    show(state, Progress::Failed(url, Why::NotMetrics { sentence, hint, first_line: first_line(&start) }));
}

/// What the first line of an answer was, shortened.
fn first_line(text: &str) -> String {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("").chars().take(120).collect()
}

/// Fetches the text. `progress` is told the bytes received so far; aborting `abort` from outside cancels.
///
/// # Errors
/// Why there is no text, as far as a browser lets a page know.
async fn fetch(address: &Address, abort: &AbortController, progress: impl Fn(usize)) -> Result<Vec<u8>, Why> {
    let watch = Watch::new(abort);
    let answer = receive(address, abort, &watch, progress).await;
    watch.stop();
    match answer {
        Err(Why::Unreachable) if watch.ran_out() => Err(Why::Timeout),
        Err(Why::Unreachable) if abort.signal().aborted() => Err(Why::Cancelled),
        Err(Why::Unreachable) => Err(probe::diagnose(address).await),
        other => other,
    }
}

async fn receive(address: &Address, abort: &AbortController, watch: &Watch, progress: impl Fn(usize)) -> Result<Vec<u8>, Why> {
    let request = Request::get(&address.url)
        .mode(RequestMode::Cors)
        .credentials(RequestCredentials::Omit)
        .cache(RequestCache::NoStore)
        .abort_signal(Some(&abort.signal()));
    let response = request.send().await.map_err(|_| Why::Unreachable)?;
    if !response.ok() {
        abort.abort();
        return Err(Why::Status(response.status()));
    }
    let Some(body) = response.body() else { return Ok(Vec::new()) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        watch.restart(abort);
        let piece = JsFuture::from(reader.read()).await.map_err(|_| Why::Unreachable)?;
        let field = |name: &str| js_sys::Reflect::get(&piece, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
        if field("done").is_truthy() {
            return Ok(bytes);
        }
        let chunk: Uint8Array = field("value").unchecked_into();
        let start = bytes.len();
        bytes.resize(start + chunk.length() as usize, 0);
        if let Some(rest) = bytes.get_mut(start..) {
            chunk.copy_to(rest);
        }
        if bytes.len() > LARGEST {
            abort.abort();
            return Err(Why::TooLarge);
        }
        progress(bytes.len());
    }
}

/// Aborts when nothing happens for too long.
struct Watch {
    timer: Cell<Option<TimeoutHandle>>,
    ran_out: Rc<Cell<bool>>,
}

impl Watch {
    fn new(abort: &AbortController) -> Self {
        let watch = Watch { timer: Cell::new(None), ran_out: Rc::new(Cell::new(false)) };
        watch.restart(abort);
        watch
    }

    fn restart(&self, abort: &AbortController) {
        self.stop();
        let (ran_out, abort) = (Rc::clone(&self.ran_out), abort.clone());
        let wake = move || {
            ran_out.set(true);
            abort.abort();
        };
        self.timer.set(set_timeout_with_handle(wake, PATIENCE).ok());
    }

    fn stop(&self) {
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
    }

    fn ran_out(&self) -> bool {
        self.ran_out.get()
    }
}
