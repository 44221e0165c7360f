//! The menus of the header close as people expect: by a click elsewhere, by choosing, and by Escape.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

const MENUS: [&str; 2] = ["#menu-export[open]", "#menu-add[open]"];

fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

/// A click closes a menu, unless it was on its head, or on what says below whether it worked.
pub fn clicked(target: &Element) {
    let within = |selector| target.closest(selector).ok().flatten();
    let own = within(".menu");
    let chosen = within("button").is_some() && within(".copy").is_none();
    for menu in MENUS.iter().filter_map(|selector| find(selector)) {
        if own.as_ref() != Some(&menu) {
            let _ = menu.remove_attribute("open");
        } else if chosen {
            close(&menu);
        }
    }
}

/// True when Escape closed a menu.
pub fn escaped() -> bool {
    let menu = MENUS.iter().find_map(|selector| find(selector));
    menu.iter().for_each(close);
    menu.is_some()
}

/// What had the focus is hidden now; its head is not.
fn close(menu: &Element) {
    let _ = menu.remove_attribute("open");
    if let Some(head) = menu.query_selector("summary").ok().flatten().and_then(|head| head.dyn_into::<HtmlElement>().ok()) {
        let _ = head.focus();
    }
}
