//! The empty page: what this is, how to bring text in, how to get a good one, and that nothing leaves the tab.

mod commands;
pub mod samples;

use leptos::prelude::*;

use super::action::{Action, Sheet};
use super::page::Page;
use super::parts::{button, rich, shape};
use super::ways_in::ways_in;
use crate::view::look::CHECK;

const PROMISE: &str = "Why is my LLM server slow?";
const LEAD: &str = "Give it the `/metrics` text of vLLM, SGLang or TGI. It finds the bottleneck and its cause, checks your service levels, and \
                    says which flag to turn and how you will see that it helped.";
const DROP: &str = "Paste anywhere, drop files, or choose";
const HOW_MANY: &str = "One dump tells what is. Two of the same server tell what is happening now.";
const NOTHING_UPLOADED: &str = "Runs in this tab; nothing is uploaded.";
const CHECK_IT: &str = "How to check that";
const BACKENDS: &str = "Reads vLLM 0.3 to 0.33, SGLang 0.3 to 0.5.23 and TGI 1 to 3.3.";
const HONEST: &str = "Says “cannot tell, because X is missing” rather than “OK”.";

pub fn home(page: Page) -> AnyView {
    view! {
        <div class="home">
            <h1>{PROMISE}</h1>
            <p class="lead">{rich(LEAD)}</p>
            <section class="drop-zone" aria-labelledby="drop-title">
                <h2 id="drop-title">{DROP}</h2>
                <p>{HOW_MANY}</p>
                <div class="buttons">{ways_in(page)}</div>
            </section>
            <div class="home-columns">
                <div class="home-left">{commands::commands()} {trust(page)}</div>
                {samples::samples(page)}
            </div>
        </div>
    }
    .into_any()
}

fn trust(page: Page) -> AnyView {
    view! {
        <ul class="trust plain">
            <li>{shape(CHECK)} " " {NOTHING_UPLOADED} " " {button(page, "link", Action::Show(Sheet::Privacy), CHECK_IT)}</li>
            <li>{shape(CHECK)} " " {BACKENDS}</li>
            <li>{shape(CHECK)} " " {HONEST}</li>
        </ul>
    }
    .into_any()
}
