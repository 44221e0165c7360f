//! Light or dark, when the person prefers another than the system's. The only thing that the page remembers.

use leptos::prelude::*;
use web_sys::Storage;

const KEY: &str = "servescope.theme";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    pub fn word(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    pub fn next(self) -> Theme {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }
}

/// What was remembered, applied.
pub fn restore() -> Theme {
    let stored = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    let theme = match stored.as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    };
    apply(theme);
    theme
}

/// Applies a choice and remembers it; the system's own is remembered by forgetting.
pub fn choose(theme: Theme) {
    apply(theme);
    if let Some(storage) = storage() {
        let _ = if theme == Theme::System { storage.remove_item(KEY) } else { storage.set_item(KEY, theme.word()) };
    }
}

fn apply(theme: Theme) {
    if let Some(root) = document().document_element() {
        let _ = if theme == Theme::System { root.remove_attribute("data-theme") } else { root.set_attribute("data-theme", theme.word()) };
    }
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten() // refused in some private windows
}
