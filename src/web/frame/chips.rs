//! The texts that are loaded, with their times.

use leptos::prelude::*;

use crate::web::io::clock;
use crate::web::state::{Origin, Outcome, State, Tag};
use crate::web::text::chips as words;
use crate::web::ui::eager_field;

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
    let refused = Memo::new(move |_| state.outcome.with(|outcome| matches!(outcome, Outcome::Refused(_))));
    let ids = move || chips.with(|chips| chips.iter().map(|chip| chip.tag.id).collect::<Vec<u32>>());
    let one = move |id: u32| Memo::new(move |_| chips.with(|chips| chips.iter().find(|chip| chip.tag.id == id).cloned()));
    view! {
        <section class="chips" class:refused=refused aria-label=words::LOADED>
            <ul class="plain"><For each=ids key=|id| *id children=move |id| draw(state, id, one(id)) /></ul>
            <p class="quiet">{advice}</p>
        </section>
    }
}

/// A chip stays in the document while its time is edited; only what is in it changes.
fn draw(state: State, id: u32, chip: Memo<Option<Chip>>) -> AnyView {
    let editing = RwSignal::new(false);
    let get = move |pick: fn(&Chip) -> String| move || chip.with(|chip| chip.as_ref().map(pick));
    let problems = move || {
        let count = chip.with(|chip| chip.as_ref().map_or(0, |chip| chip.problems));
        (count > 0).then(|| view! { <a href="#problems">{words::problems(count)}</a> " " })
    };
    let remove = move |_| {
        state.spot.set(None);
        state.loaded.update(|loaded| loaded.remove(id));
    };
    let set = move |event| {
        let typed = event_target_value(&event);
        state.loaded.update(|loaded| loaded.set_time(id, clock::of_field(&typed)));
    };
    let node = eager_field();
    let field = move || {
        let at = chip.with_untracked(|chip| chip.as_ref().and_then(|chip| chip.at));
        editing.get().then(|| {
            view! {
                <input
                    type="datetime-local" step="1" aria-label=words::TIME prop:value=at.map(clock::field).unwrap_or_default()
                    on:change=set on:blur=move |_| editing.set(false) node_ref=node
                />
            }
        })
    };
    view! {
        <li class="chip">
            <b>{get(|chip| chip.name.clone())}</b> " "
            <button type="button" class="link" title=words::EDIT_TIME on:click=move |_| editing.update(|editing| *editing = !*editing)>{get(time)}</button> " "
            {field}
            <span class="quiet">{get(|chip| words::size(chip.tag.bytes))}</span> " "
            {problems}
            <button type="button" class="remove" aria-label=get(|chip| words::remove(&chip.name)) on:click=remove>"×"</button>
        </li>
    }
    .into_any()
}

/// `14:03:20 file time`, `no time`.
fn time(chip: &Chip) -> String {
    let Some(at) = chip.at else { return words::NO_TIME.to_owned() };
    let origin = match chip.tag.origin {
        Origin::Pasted => words::TIME_OF_PASTE,
        Origin::File => words::TIME_OF_FILE,
        Origin::Fetched => words::TIME_OF_ANSWER,
        Origin::Sample => words::SIMULATED,
    };
    format!("{} {origin}", clock::time_of_day(at))
}
