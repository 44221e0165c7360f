//! The empty page: what this is, how to bring text in, how to get a good one, and that nothing leaves the tab.

mod commands;
mod samples;

use leptos::prelude::*;

use self::commands::Commands;
use self::samples::Samples;
use super::frame::ways_in;
use super::state::{Sheet, State};
use super::text::home as words;
use super::ui::{Shape, rich, shape};

#[component]
pub fn Home(state: State) -> impl IntoView {
    view! {
        <div class="home">
            <h1>{words::PROMISE}</h1>
            <p class="lead">{rich(words::LEAD)}</p>
            <section class="drop-zone" aria-labelledby="drop-title">
                <h2 id="drop-title">{words::DROP}</h2>
                <p>{words::HOW_MANY}</p>
                <div class="buttons">{ways_in(state)}</div>
            </section>
            <div class="home-columns">
                <div class="home-left">
                    <Commands />
                    <ul class="trust plain">
                        <li>
                            {shape(Shape::Check)} " " {words::NOTHING_UPLOADED} " "
                            <button type="button" class="link" on:click=move |_| state.sheet.set(Some(Sheet::Privacy))>{words::CHECK_IT}</button>
                        </li>
                        <li>{shape(Shape::Check)} " " {words::BACKENDS}</li>
                        <li>{shape(Shape::Check)} " " {words::HONEST}</li>
                    </ul>
                </div>
                <Samples state=state />
            </div>
        </div>
    }
}
