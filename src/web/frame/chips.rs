//! The texts that are loaded, with their times.

use leptos::prelude::*;

use crate::web::io::clock;
use crate::web::state::{Origin, Outcome, State, Tag};
use crate::web::text::chips as words;

/// What a chip shows; a chip is drawn again only when this changes.
#[derive(Debug, Clone, PartialEq)]
struct Chip {
    tag: Tag,
    name: String,
    at: Option<f64>,
    problems: u32,
}

#[component]
pub fn Chips(state: State) -> impl IntoView {
    let chips = Memo::new(move |_| {
        state.loaded.with(|loaded| {
            let chip = |(input, tag): (&crate::analyze::Input, &Tag)| Chip {
                tag: *tag,
                name: input.name.clone(),
                at: input.at,
                problems: input.parsed.problem_counts.values().sum(),
            };
            loaded.inputs.iter().zip(&loaded.tags).map(chip).collect::<Vec<Chip>>()
        })
    });
    let advice = move || {
        chips.with(|chips| match chips.as_slice() {
            [_] => Some(words::ADD_SECOND),
            [_, _, ..] if chips.iter().filter(|chip| chip.tag.origin == Origin::Pasted).count() > 1 => Some(words::PASTE_TIMES),
            [_, _, ..] if chips.iter().any(|chip| chip.at.is_none()) => Some(words::NO_TIMES),
            _ => None,
        })
    };
    let editing = RwSignal::new(None::<u32>);
    let waiting = Memo::new(move |_| state.outcome.with(|outcome| matches!(outcome, Outcome::Refused(_))));
    view! {
        <section class="chips" class:refused=waiting aria-label=words::LOADED>
            <ul class="plain">{move || chips.with(|chips| chips.iter().map(|chip| draw(state, chip, editing)).collect_view())}</ul>
            <p class="quiet">{advice}</p>
        </section>
    }
}

fn draw(state: State, chip: &Chip, editing: RwSignal<Option<u32>>) -> AnyView {
    let (id, at) = (chip.tag.id, chip.at);
    let problems = (chip.problems > 0).then(|| view! { <a href="#problems">{words::problems(chip.problems)}</a> });
    let remove = move |_| {
        state.spot.set(None);
        state.loaded.update(|loaded| loaded.remove(id));
    };
    let set = move |event| {
        let typed = event_target_value(&event);
        state.loaded.update(|loaded| loaded.set_time(id, clock::of_field(&typed)));
    };
    let time = at.map_or_else(|| words::NO_TIME.to_owned(), clock::time_of_day);
    let field = move || {
        (editing.get() == Some(id)).then(|| {
            view! {
                <input
                    type="datetime-local" step="1" aria-label=words::TIME prop:value=at.map(clock::field).unwrap_or_default()
                    on:change=set on:blur=move |_| editing.set(None)
                    autofocus=true
                />
            }
        })
    };
    let origin = match chip.tag.origin {
        Origin::Pasted => words::TIME_OF_PASTE,
        Origin::File => words::TIME_OF_FILE,
        Origin::Fetched => words::TIME_OF_ANSWER,
        Origin::Sample => words::SIMULATED,
    };
    view! {
        <li class="chip">
            <b>{chip.name.clone()}</b> " "
            <button type="button" class="link" title=words::EDIT_TIME on:click=move |_| editing.update(|editing| *editing = (*editing != Some(id)).then_some(id))>
                {time} " " <span>{at.is_some().then_some(origin)}</span>
            </button> " "
            {field}
            <span class="quiet">{words::size(chip.tag.bytes)}</span> " "
            {problems}
            <button type="button" class="remove" aria-label=words::remove(&chip.name) on:click=remove>"×"</button>
        </li>
    }
    .into_any()
}
