//! The address after `#`: the report, or the rules. Anchors inside the report are the browser's business.

use leptos::prelude::*;

use super::page::Page;
use crate::protocol::Command;

/// Follows the address.
pub fn follow(page: Page) {
    let anchor = anchor();
    let is_rules = anchor == "rules" || anchor.starts_with("rule-");
    if page.is_at_rules.get_untracked() != is_rules {
        page.is_at_rules.set(is_rules);
    }
    if !is_rules {
        return;
    }
    if page.rules.with_untracked(Vec::is_empty) {
        page.ask_for_rules();
    }
    go_to(anchor);
}

/// Shows the rule that the address names, once the rules are there.
pub fn arrive(page: Page) {
    if page.is_at_rules.get_untracked() {
        go_to(anchor());
    }
}

fn anchor() -> String {
    location().hash().unwrap_or_default().trim_start_matches('#').to_owned()
}

/// The browser scrolled before this was there.
fn go_to(anchor: String) {
    request_animation_frame(move || {
        if let Some(element) = document().get_element_by_id(&anchor) {
            element.scroll_into_view();
        }
    });
}

impl Page {
    /// When the worker is there; that somebody looks at the rules is nothing that waits for it.
    fn ask_for_rules(self) {
        if self.worker.with_untracked(|worker| *worker == super::page::Worker::Ready) {
            self.send(Command::ListRules);
        }
    }
}
