//! What stands around the content: the header, the texts that are loaded, messages, the dialogs.

mod chips;
mod export;
mod fetch;
mod header;
mod help;
mod notice;
mod privacy;

pub use chips::Chips;
pub use fetch::FetchSheet;
pub use header::Header;
pub use help::HelpSheet;
pub use notice::NoticeBar;
pub use privacy::PrivacySheet;

use leptos::prelude::*;

use super::io::{clipboard, keys};
use super::state::{Sheet, State};
use super::text::words;

/// The three ways that every place with an "add" offers.
pub fn ways_in(state: State) -> impl IntoView {
    let paste_key = if clipboard::is_mac() { "⌘V" } else { "Ctrl V" };
    view! {
        <button type="button" class="primary" on:click=move |_| clipboard::paste(state)>{words::PASTE} " " <kbd>{paste_key}</kbd></button>
        <button type="button" on:click=move |_| keys::open_files()>{words::OPEN}</button>
        <button type="button" on:click=move |_| state.sheet.set(Some(Sheet::Fetch))>{words::FETCH}</button>
    }
}
