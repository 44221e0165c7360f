//! The keys, what a dump can tell, and a switch for those whom single keys disturb.

use leptos::prelude::*;

use super::frame;
use crate::web::page::Page;
use crate::web::parts::rich;

const TITLE: &str = "Help";
const KEYS: &str = "Keys";
const SINGLE_KEYS: &str = "Single keys act";
const TABLE: [(&str, &str); 7] = [
    ("Ctrl V", "paste a dump, anywhere on the page (⌘V on a Mac)"),
    ("o", "open files"),
    ("u", "fetch from a URL"),
    ("/", "search the raw metrics"),
    ("?", "this help"),
    ("Esc", "close a dialog"),
    ("↑ ↓ ⏎", "move in the raw metrics, open a family"),
];
const SENTENCES: [(&str, &str); 3] = [
    (
        "One dump or two",
        "One dump holds counters since the server started, and gauges of one moment. The difference of two dumps says what happened between \
         them. Every number says which of the two it is.",
    ),
    (
        "How sure",
        "A cause is confirmed from 80\u{a0}%, probable from 50\u{a0}%, possible from 30\u{a0}%. What would raise it stands on the card.",
    ),
    ("From scripts", "`await window.servescope.analyze({snapshots: [{text}]})` in the console of this page gives the report as an object."),
];

pub fn help(page: Page) -> AnyView {
    let row =
        |(key, action): (&'static str, &'static str)| view! { <tr><th scope="row"><kbd>{key}</kbd></th><td>{action}</td></tr> }.into_any();
    let sentence = |(title, text): (&'static str, &'static str)| view! { <h3>{title}</h3> <p>{rich(text)}</p> }.into_any();
    let content = view! {
        <table class="keys">
            <caption class="hidden">{KEYS}</caption>
            <tbody>{TABLE.into_iter().map(row).collect::<Vec<AnyView>>()}</tbody>
        </table>
        <label class="check">
            <input
                type="checkbox"
                prop:checked=move || page.has_keys.get()
                on:change=move |event| page.has_keys.set(event_target_checked(&event))
            />
            " "
            {SINGLE_KEYS}
        </label>
        {SENTENCES.into_iter().map(sentence).collect::<Vec<AnyView>>()}
    };
    frame(page, TITLE, content.into_any())
}
