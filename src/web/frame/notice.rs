//! What happened on the way in: rejected texts, replaced ones, and the way back.

use leptos::prelude::*;

use crate::exposition::Problem;
use crate::request::RequestError;
use crate::web::state::{Loaded, Notice, State};
use crate::web::text::notice as words;
use crate::web::ui::rich;

#[component]
pub fn NoticeBar(state: State) -> impl IntoView {
    let content = move || {
        state.notice.with(|notice| {
            notice.as_ref().map(|notice| match notice {
                Notice::Rejected { name, error, problems, excerpt } => rejected(name, error, problems, excerpt),
                Notice::Replaced { name, .. } => plain(&words::replaced(name)),
                Notice::Cleared { .. } => plain(words::CLEARED),
                Notice::LeftOut { sentence } => plain(sentence),
            })
        })
    };
    let kind = move || {
        state.notice.with(|notice| match notice {
            None => "notice none",
            Some(Notice::Rejected { .. }) => "notice bad",
            Some(Notice::Replaced { .. } | Notice::Cleared { .. } | Notice::LeftOut { .. }) => "notice",
        })
    };
    let can_undo = move || state.notice.with(|notice| matches!(notice, Some(Notice::Replaced { .. } | Notice::Cleared { .. })));
    // Brings the earlier texts back; what replaced them can be brought back in turn.
    let undo = move |_| {
        let Some(Notice::Replaced { before, .. } | Notice::Cleared { before }) = state.notice.try_update(Option::take).flatten() else {
            return;
        };
        state.spot.set(None);
        let replaced = state.loaded.try_update(|loaded| std::mem::replace(loaded, before));
        if let Some(replaced) = replaced.filter(|loaded: &Loaded| !loaded.is_empty()) {
            state.notice.set(Some(Notice::Replaced { name: words::EARLIER.to_owned(), before: replaced }));
        }
    };
    view! {
        <div class=kind role="alert">
            {content}
            <div class="buttons">
                {move || can_undo().then(|| view! { <button type="button" class="small" on:click=undo>{words::UNDO}</button> })}
                {move || state.notice.with(Option::is_some).then(|| view! {
                    <button type="button" class="small" on:click=move |_| state.notice.set(None)>{words::DISMISS}</button>
                })}
            </div>
        </div>
    }
}

fn plain(sentence: &str) -> AnyView {
    view! { <p>{rich(sentence)}</p> }.into_any()
}

fn rejected(name: &str, error: &RequestError, problems: &[Problem], excerpt: &[(u32, String)]) -> AnyView {
    let reasons =
        problems.iter().map(|problem| view! { <li>{words::line(problem.line)} ": " {rich(&problem.sentence)}</li> }).collect_view();
    let lines =
        excerpt.iter().map(|(line, text)| view! { <div><span class="no">{*line}</span> <span>{text.clone()}</span></div> }).collect_view();
    view! {
        <p><b>{words::rejected(name)}</b> " " {rich(&error.sentence)} " " {rich(&error.hint)}</p>
        {(!problems.is_empty()).then(|| view! { <ul>{reasons}</ul> })}
        {(!excerpt.is_empty()).then(|| view! { <div class="excerpt" tabindex="0" role="group" aria-label=words::EXCERPT>{lines}</div> })}
        <p class="quiet">{words::KEPT}</p>
    }
    .into_any()
}
