//! Simulated servers to look at.

use gloo_net::http::Request;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::web::io::accept::{Incoming, accept};
use crate::web::state::{Notice, Origin, State};
use crate::web::text::samples::{self as words, SAMPLES, Sample};

#[component]
pub fn Samples(state: State) -> impl IntoView {
    let items = SAMPLES
        .iter()
        .map(|sample| {
            view! {
                <li>
                    <button type="button" class="sample" on:click=move |_| load(state, sample)>
                        <b>{sample.title}</b> " " <span>{sample.sees}</span> " " <span class="quiet">{words::dumps(sample.files.len())}</span>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card samples" aria-labelledby="samples-title">
            <h2 id="samples-title">{words::TITLE}</h2>
            <p class="quiet">{words::GENERATED}</p>
            <ul class="plain">{items}</ul>
        </section>
    }
}

/// Samples lie beside the page, so that those who never look at one do not load it.
fn load(state: State, sample: &'static Sample) {
    state.busy.update(|busy| *busy += 1);
    spawn_local(async move {
        let mut incoming = Vec::new();
        for (file, at) in sample.files.into_iter().zip(words::TIMES) {
            if let Some(bytes) = read(file).await {
                incoming.push(Incoming { name: file.to_owned(), at: Some(at), bytes, origin: Origin::Sample });
            }
        }
        state.busy.update(|busy| *busy = busy.saturating_sub(1));
        if incoming.len() == sample.files.len() {
            accept(state, incoming);
        } else {
            state.notice.set(Some(Notice::LeftOut { sentence: words::MISSING.to_owned() }));
        }
    });
}

async fn read(file: &str) -> Option<Vec<u8>> {
    let response = Request::get(&format!("samples/{file}")).send().await.ok().filter(gloo_net::http::Response::ok)?;
    response.binary().await.ok()
}
