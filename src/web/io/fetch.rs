//! Fetching a `/metrics` page. The request is as plain as a browser can make it, so that no server is asked for more than it must allow.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Blob, ReadableStreamDefaultReader, RequestCache, RequestCredentials, RequestInit, RequestMode, Response};

use super::super::action::Sheet;
use super::super::page::Page;
use super::super::sheet::failure::Why;
use super::{clock, probe, take};
use crate::entry::{Address, address};
use crate::protocol::{Arriving, Origin};

/// Without an answer, or without a further piece of one, for this long, the fetch is given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// No single server writes more; an endless answer must not fill the tab.
const LARGEST: u64 = 32 * 1024 * 1024;

thread_local! {
    static ABORT: RefCell<Option<AbortController>> = const { RefCell::new(None) };
    /// What was fetched last.
    static URL: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What the dialog for fetching shows below the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    Idle,
    /// Bytes so far.
    Running(u64),
    /// The address and the reason.
    Failed(String, Why),
}

/// Gives the fetch that is running up.
pub fn cancel(page: Page) {
    if let Some(abort) = ABORT.take() {
        abort.abort();
    }
    if page.fetching.with_untracked(|progress| matches!(progress, Progress::Running(_))) {
        page.fetching.set(Progress::Idle);
    }
}

/// Fetches the address in the dialog, and shows there how it goes.
pub fn start(page: Page) {
    cancel(page);
    let typed = page.address.get_untracked();
    let address = match address(&typed) {
        Ok(address) => address,
        Err(sentence) => {
            page.fetching.set(Progress::Failed(typed.trim().to_owned(), Why::BadAddress(sentence)));
            return;
        }
    };
    let Ok(controller) = AbortController::new() else { return };
    ABORT.set(Some(controller.clone()));
    page.fetching.set(Progress::Running(0));
    spawn_local(async move {
        let received = move |bytes| page.fetching.set(Progress::Running(bytes));
        match fetch(&address, &controller, received).await {
            Ok(answer) => {
                let bytes = answer.size() as u64;
                URL.set(address.url.clone());
                take(page, vec![(Arriving { name: address.url, at: Some(clock::now()), origin: Origin::Fetched, bytes }, answer.into())]);
            }
            // A fetch that was given up says nothing more: another one may be running by now.
            Err(Why::Cancelled) => {}
            Err(why) => page.fetching.set(Progress::Failed(address.url, why)),
        }
    });
}

/// What was fetched is loaded.
pub fn loaded(page: Page) {
    page.fetching.set(Progress::Idle);
    if page.sheet.get_untracked() == Some(Sheet::Fetch) {
        page.sheet.set(None);
    }
}

/// What was fetched holds no metrics: that stays in the dialog, where the other ways are offered.
pub fn rejected(page: Page, sentence: String, hint: String, first_line: String) {
    page.fetching.set(Progress::Failed(URL.take(), Why::NotMetrics { sentence, hint, first_line }));
}

/// Fetches the text. `progress` is told the bytes received so far; aborting `abort` from outside cancels.
///
/// # Errors
/// Why there is no text, as far as a browser lets a page know.
async fn fetch(address: &Address, abort: &AbortController, progress: impl Fn(u64)) -> Result<Blob, Why> {
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

async fn receive(address: &Address, abort: &AbortController, watch: &Watch, progress: impl Fn(u64)) -> Result<Blob, Why> {
    let response = ask(&address.url, RequestMode::Cors, abort).await.ok_or(Why::Unreachable)?;
    if !response.ok() {
        abort.abort();
        return Err(Why::Status(response.status()));
    }
    let pieces = js_sys::Array::new();
    let Some(body) = response.body() else { return joined(&pieces) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = 0;
    loop {
        watch.restart(abort);
        let piece = JsFuture::from(reader.read()).await.map_err(|_| Why::Unreachable)?;
        let field = |name: &str| js_sys::Reflect::get(&piece, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
        if field("done").is_truthy() {
            return joined(&pieces);
        }
        let chunk: Uint8Array = field("value").unchecked_into();
        bytes += u64::from(chunk.length());
        pieces.push(&chunk);
        if bytes > LARGEST {
            abort.abort();
            return Err(Why::TooLarge);
        }
        progress(bytes);
    }
}

/// The answer to a request that carries nothing of the person's; `None` where there is none.
pub(super) async fn ask(url: &str, mode: RequestMode, abort: &AbortController) -> Option<Response> {
    let request = RequestInit::new();
    request.set_mode(mode);
    request.set_credentials(RequestCredentials::Omit);
    request.set_cache(RequestCache::NoStore);
    request.set_signal(Some(&abort.signal()));
    JsFuture::from(window().fetch_with_str_and_init(url, &request)).await.ok()?.dyn_into().ok()
}

/// The answer stays with the browser, and never enters the page's own memory.
fn joined(pieces: &js_sys::Array) -> Result<Blob, Why> {
    Blob::new_with_u8_array_sequence(pieces).map_err(|_| Why::Unreachable)
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
