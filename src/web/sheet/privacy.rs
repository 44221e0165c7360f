//! How to check that nothing is uploaded.

use leptos::prelude::*;

use super::frame;
use crate::web::page::Page;
use crate::web::parts::rich;

const TITLE: &str = "Nothing is uploaded";
const SENTENCES: [&str; 2] = [
    "The page is a few static files. The analysis is WebAssembly inside this tab; there is no server behind it, no account, no cookie and no \
     measurement of visitors. The only thing that it remembers is the theme, if you choose one.",
    "The page connects to one place only: the address that you type under “Fetch from a URL”.",
];
const STEPS: [&str; 3] = [
    "Open the developer tools of the browser (F12) and look at “Network” while you paste: no request appears.",
    "Or switch the network off once the page is loaded: everything but fetching goes on working.",
    "The page's policy is in its source, in the `Content-Security-Policy` at the top: scripts, styles and images come from this origin alone.",
];

pub fn privacy(page: Page) -> AnyView {
    let content = view! {
        {SENTENCES.into_iter().map(|text| view! { <p>{rich(text)}</p> }.into_any()).collect::<Vec<AnyView>>()}
        <ol>{STEPS.into_iter().map(|text| view! { <li>{rich(text)}</li> }.into_any()).collect::<Vec<AnyView>>()}</ol>
    };
    frame(page, TITLE, content.into_any())
}
