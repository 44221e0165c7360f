//! The address after `#`: the report, or the rules. Anchors inside the report are the browser's business.

use leptos::prelude::*;

use super::state::State;

/// Follows the address.
pub fn follow(state: State) {
    let hash = location().hash().unwrap_or_default();
    let anchor = hash.trim_start_matches('#').to_owned();
    let rules = anchor == "rules" || anchor.starts_with("rule-");
    if state.ui.with_untracked(|ui| ui.rules) != rules {
        state.set(&mut |ui| ui.rules = rules);
    }
    if rules {
        // The browser scrolled before this was there.
        request_animation_frame(move || {
            if let Some(element) = document().get_element_by_id(&anchor) {
                element.scroll_into_view();
            }
        });
    }
}
