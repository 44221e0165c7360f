//! The address after `#`: the report, or the rules. Anchors inside the report are the browser's business.

use leptos::ev;
use leptos::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    Main,
    /// The rules page, at one rule when it is named.
    Rules(Option<String>),
}

/// Follows the address.
pub fn route() -> Memo<Route> {
    let hash = RwSignal::new(read());
    let _ = window_event_listener(ev::hashchange, move |_| hash.set(read()));
    Memo::new(move |_| {
        hash.with(|hash| match hash.strip_prefix("rule") {
            Some("s") => Route::Rules(None),
            Some(rest) => rest.strip_prefix('-').map_or(Route::Main, |id| Route::Rules(Some(id.to_owned()))),
            None => Route::Main,
        })
    })
}

fn read() -> String {
    location().hash().unwrap_or_default().trim_start_matches('#').to_owned()
}
