//! Fetching by address: the form, the progress, and what to do when it fails.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{AbortController, SubmitEvent};

use crate::entry::address;
use crate::web::io::accept::{Incoming, accept};
use crate::web::io::{Failure, Why, clock, fetch as get, first_line};
use crate::web::state::{Notice, Origin, Sheet, State};
use crate::web::text::fetch as words;
use crate::web::ui::{CopyButton, Dialog, eager_field, rich};

/// What the dialog shows below the field.
#[derive(Debug, Clone, PartialEq)]
enum Progress {
    Idle,
    /// Bytes so far.
    Running(usize),
    Failed(Failure),
}

#[component]
pub fn FetchSheet(state: State) -> impl IntoView {
    let progress = RwSignal::new(Progress::Idle);
    let abort = StoredValue::new_local(None::<AbortController>);
    let cancel = move || {
        if let Some(abort) = abort.get_value() {
            abort.abort();
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        cancel();
        start(state, progress, abort);
    };
    let closed = move || {
        if state.sheet.get() != Some(Sheet::Fetch) {
            cancel();
        }
    };
    Effect::new(move |_| closed());
    let node = eager_field();
    let below = move || {
        match progress.get() {
        Progress::Idle => view! { <p class="quiet">{words::HOW}</p> }.into_any(),
        Progress::Running(bytes) => view! {
            <p role="status">{words::running(bytes)} " " <button type="button" class="small" on:click=move |_| cancel()>{words::CANCEL}</button></p>
        }
        .into_any(),
        Progress::Failed(failure) => failed(&failure),
    }
    };
    view! {
        <Dialog state=state sheet=Sheet::Fetch title=words::TITLE>
            <form class="fetch" on:submit=submit>
                <label for="fetch-address">{words::ADDRESS}</label>
                <div class="field-row">
                    <input
                        id="fetch-address" type="text" inputmode="url" autocomplete="off" spellcheck="false" node_ref=node
                        placeholder=words::EXAMPLE prop:value=move || state.address.get()
                        on:input=move |event| state.address.set(event_target_value(&event))
                    />
                    <button type="submit" class="primary" disabled=move || matches!(progress.get(), Progress::Running(_))>{words::FETCH}</button>
                </div>
            </form>
            {below}
        </Dialog>
    }
}

fn start(state: State, progress: RwSignal<Progress>, abort: StoredValue<Option<AbortController>, LocalStorage>) {
    let typed = state.address.get_untracked();
    let address = match address(&typed) {
        Ok(address) => address,
        Err(sentence) => {
            progress.set(Progress::Failed(Failure { url: typed.trim().to_owned(), why: Why::BadAddress(sentence) }));
            return;
        }
    };
    let Ok(controller) = AbortController::new() else { return };
    abort.set_value(Some(controller.clone()));
    progress.set(Progress::Running(0));
    spawn_local(async move {
        let received = move |bytes| progress.set(Progress::Running(bytes));
        let why = match get::fetch(&address, &controller, received).await {
            Ok(bytes) => take(state, &address.url, bytes).err(),
            Err(why) => Some(why),
        };
        progress.set(match why {
            None | Some(Why::Cancelled) => Progress::Idle,
            Some(why) => Progress::Failed(Failure { url: address.url, why }),
        });
    });
}

/// Loads an answer; one without metrics stays in the dialog, where the other ways are offered.
fn take(state: State, url: &str, bytes: Vec<u8>) -> Result<(), Why> {
    let start = String::from_utf8_lossy(bytes.get(..bytes.len().min(1000)).unwrap_or(&[])).into_owned();
    accept(state, vec![Incoming { name: url.to_owned(), at: Some(clock::now()), bytes, origin: Origin::Fetched }]);
    match state.notice.try_update(|notice| if matches!(notice, Some(Notice::Rejected { .. })) { notice.take() } else { None }).flatten() {
        Some(Notice::Rejected { error, .. }) => Err(Why::NotMetrics(error, first_line(&start))),
        _ => {
            state.sheet.set(None);
            Ok(())
        }
    }
}

fn failed(failure: &Failure) -> AnyView {
    let advice = words::advice(&failure.why);
    let origin = window().location().origin().unwrap_or_default();
    let flags = matches!(failure.why, Why::Cors | Why::Unreachable).then(|| {
        let rows = words::flags(&origin)
            .into_iter()
            .map(|(server, flag, note)| view! { <tr><th scope="row">{server}</th><td>{flag.map(|flag| view! { <code>{flag}</code> " " })}{note}</td></tr> })
            .collect_view();
        view! { <table class="flags"><caption>{words::FLAGS}</caption><tbody>{rows}</tbody></table> }
    });
    let curl = (!matches!(failure.why, Why::BadAddress(_))).then(|| {
        let line = words::curl(&failure.url, crate::web::io::clipboard::is_mac());
        view! {
            <div class="command">
                <p>{words::INSTEAD}</p>
                <pre tabindex="0"><code>{line.clone()}</code></pre>
                <CopyButton text=Signal::derive(move || line.clone()) what=words::CURL />
            </div>
        }
    });
    view! {
        <div class="failure" role="alert">
            <h3>{words::headline(&failure.why)}</h3>
            {advice.into_iter().map(|sentence| view! { <p>{rich(&sentence)}</p> }).collect_view()}
            {curl}
            {flags}
        </div>
    }
    .into_any()
}
