//! The commands that produce a good dump.

use leptos::prelude::*;

use crate::web::text::commands::{self as words, Command, WAYS};
use crate::web::ui::CopyButton;

#[component]
pub fn Commands() -> impl IntoView {
    let (chosen, choose) = signal(0usize);
    let tabs = WAYS
        .iter()
        .enumerate()
        .map(|(index, way)| {
            let selected = move || if chosen.get() == index { "true" } else { "false" };
            view! { <button type="button" aria-pressed=selected on:click=move |_| choose.set(index)>{way.name}</button> }
        })
        .collect_view();
    let shown = move || WAYS.get(chosen.get()).map(|way| way.commands.iter().map(command).collect_view());
    view! {
        <section class="card commands" aria-labelledby="commands-title">
            <h2 id="commands-title">{words::TITLE}</h2>
            <div class="switch" role="group" aria-label=words::WHERE>{tabs}</div>
            <div>{shown}</div>
            <p class="quiet">{words::PORTS}</p>
        </section>
    }
}

fn command(command: &'static Command) -> impl IntoView {
    view! {
        <div class="command">
            <p>{command.what}</p>
            <pre tabindex="0" aria-label=command.what><code>{command.line}</code></pre>
            <CopyButton text=Signal::derive(move || command.line.to_owned()) what=command.what />
        </div>
    }
}
