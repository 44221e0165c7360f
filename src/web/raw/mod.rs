//! The raw text: searchable, by family or line by line, with only the visible rows in the document.

mod index;
mod list;
mod row;

use leptos::prelude::*;
use web_sys::HtmlElement;

use self::index::{Index, Mode, View};
use self::list::List;
use super::io::keys::SEARCH_FIELD;
use super::state::{Spot, State};
use super::text::raw as words;
use super::ui::section;
use wasm_bindgen::JsCast;

#[component]
pub fn Raw(state: State) -> impl IntoView {
    let ready = RwSignal::new(false);
    // The index of 100,000 lines can wait until the verdict is on the screen.
    set_timeout(
        move || {
            let _ = ready.try_set(true);
        },
        std::time::Duration::from_millis(60),
    );
    let view = RwSignal::new(View::default());
    let origin = StoredValue::new_local(None::<HtmlElement>);
    let index = Memo::new(move |_| {
        let chosen = view.with(|view| view.input);
        state.loaded.with(|loaded| if ready.get() { Index::of(loaded, chosen) } else { Index::default() })
    });
    let rows = Memo::new(move |_| view.with(|view| state.loaded.with(|loaded| index.with(|index| index.rows(loaded, view)))));
    // A line link: show the text at those lines. The link is remembered, so that there is a way back.
    Effect::new(move |_| {
        let Some(Spot { input, lines }) = state.spot.get() else { return };
        origin.set_value(document().active_element().and_then(|element| element.dyn_into().ok()));
        ready.set(true);
        view.update(|view| view.jump(input, &lines));
    });
    let search = move |text: String| view.update(|view| view.search = text);
    let count = move || {
        view.with(|view| {
            index.with(|index| {
                rows.with(|rows| {
                    words::count(
                        index.lines.len(),
                        index.families.len(),
                        rows.len(),
                        view.mode == Mode::Lines,
                        !view.search.trim().is_empty(),
                    )
                })
            })
        })
    };
    let back = move |_| {
        state.spot.set(None);
        view.update(|view| view.marked.clear());
        if let Some(element) = origin.get_value().filter(|element| element.is_connected()) {
            element.scroll_into_view();
            let _ = element.focus();
        }
    };
    let content = view! {
        <div class="card raw">
            <div class="raw-tools">
                <input
                    id=SEARCH_FIELD type="search" placeholder=words::SEARCH aria-label=words::SEARCH autocomplete="off" spellcheck="false"
                    prop:value=move || view.with(|view| view.search.clone())
                    on:input=move |event| search(event_target_value(&event))
                />
                <div class="switch" role="group" aria-label=words::ORDER>
                    {mode_button(view, Mode::Families, words::BY_FAMILY)}
                    {mode_button(view, Mode::Lines, words::AS_TEXT)}
                </div>
                {move || chooser(state, view)}
                <span class="quiet" role="status">{count}</span>
                {move || state.spot.get().is_some().then(|| view! { <button type="button" class="small" on:click=back>{words::BACK}</button> })}
            </div>
            <List state=state view=view index=index rows=rows />
        </div>
    };
    section("raw", words::RAW, (), content)
}

fn mode_button(view: RwSignal<View>, mode: Mode, label: &'static str) -> impl IntoView {
    let pressed = move || if view.with(|view| view.mode == mode) { "true" } else { "false" };
    view! {
        <button type="button" aria-pressed=pressed on:click=move |_| view.update(|view| view.mode = mode)>{label}</button>
    }
}

/// Which text, when there are several.
fn chooser(state: State, view: RwSignal<View>) -> Option<AnyView> {
    let names: Vec<String> = state.loaded.with(|loaded| loaded.inputs.iter().map(|input| input.name.clone()).collect());
    if names.len() < 2 {
        return None;
    }
    let last = names.len() - 1;
    let options = names
        .into_iter()
        .enumerate()
        .map(|(index, name)| view! { <option value=index.to_string() prop:selected=move || view.with(|view| view.input.min(last)) == index>{name}</option> })
        .collect_view();
    let choose = move |event| {
        let chosen = event_target_value(&event).parse().unwrap_or(0);
        view.update(|view| view.choose(chosen));
    };
    Some(view! { <select aria-label=words::WHICH on:change=choose>{options}</select> }.into_any())
}
