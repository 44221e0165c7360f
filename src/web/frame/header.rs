//! The top of the page.

use leptos::prelude::*;

use super::{export::Export, ways_in};
use crate::web::io::theme;
use crate::web::state::{Outcome, Sheet, State};
use crate::web::text::header as words;

#[component]
pub fn Header(state: State) -> impl IntoView {
    let (chosen, choose) = signal(theme::restore());
    let next = move |_| {
        let theme = chosen.get_untracked().next();
        theme::choose(theme);
        choose.set(theme);
    };
    let loaded = Memo::new(move |_| state.outcome.with(|outcome| *outcome != Outcome::Empty));
    let reported = Memo::new(move |_| state.outcome.with(|outcome| matches!(outcome, Outcome::Report(_))));
    view! {
        <header class="top">
            <a class="brand" href="#">"serve"<span>"scope"</span></a>
            <span class="tagline">{words::TAGLINE}</span>
            <nav aria-label=words::NAVIGATION>
                <a href="#rules">{words::RULES}</a>
                <button type="button" class="link" on:click=move |_| state.sheet.set(Some(Sheet::Help))>{words::HELP} " " <kbd>"?"</kbd></button>
                <button type="button" class="link" on:click=next title=words::THEME_HINT>
                    {words::THEME} ": " {move || chosen.get().word()}
                </button>
            </nav>
            {move || reported.get().then(|| view! { <Export state=state /> })}
            {move || loaded.get().then(|| view! {
                <details class="menu add">
                    <summary class="button primary">{words::ADD}</summary>
                    <div class="menu-body">
                        {ways_in(state)}
                        <button type="button" on:click=move |_| state.clear()>{words::START_OVER}</button>
                    </div>
                </details>
            })}
        </header>
    }
}
