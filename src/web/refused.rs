//! Why there is no report.

use leptos::prelude::*;

use super::page::Page;
use super::parts::{live, rich};
use crate::metrics::first_sentence;
use crate::protocol::Outcome;

const NOTHING_LOST: &str = "Nothing was lost: the texts and the settings are still here. Change a setting, remove a text or add another.";

pub fn refused(page: Page) -> AnyView {
    let error = Memo::new(move |_| {
        page.outcome.with(|outcome| match outcome {
            Outcome::Refused(error) => Some(error.clone()),
            Outcome::Empty | Outcome::Report(..) => None,
        })
    });
    let shown = move || {
        error.get().map(|error| {
            let (short, rest) = first_sentence(&error.sentence);
            view! {
                <section class="verdict quiet" aria-labelledby="headline">
                    <div class="verdict-text">
                        <h1 id="headline" tabindex="-1">{rich(short)}</h1>
                        {(!rest.is_empty()).then(|| view! { <p>{rich(rest)}</p> })}
                        <p>{rich(&error.hint)}</p>
                        <p class="quiet">{NOTHING_LOST}</p>
                    </div>
                </section>
            }
        })
    };
    live(shown)
}
