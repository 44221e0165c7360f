//! The top of the page.

use super::ways_in;
use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::{button, copy_button, link};
use crate::view::words::{export, header as words};

/// `loaded`: there are texts. `reported`: there is a report to take along.
pub fn header(theme: &str, loaded: bool, reported: bool, paste_key: &str) -> Node {
    let brand = link("#", "serve").class("brand").with(el_with("span", "scope"));
    let navigation = el("nav")
        .attr("aria-label", words::NAVIGATION)
        .with(link("#rules", words::RULES))
        .with(button("link", "help", words::HELP).text(" ").with(el_with("kbd", "?")))
        .with(button("link", "theme", words::THEME).attr("title", words::THEME_HINT).text(": ").text(theme));
    let add = loaded.then(|| {
        let ways = ways_in(paste_key).into_iter().fold(el_of("div", "menu-body"), Node::with);
        menu("menu add", "button primary", words::ADD).with(ways.with(button("", "clear", words::START_OVER)))
    });
    el_of("header", "top")
        .with(brand)
        .with(el_of("span", "tagline").text(words::TAGLINE))
        .with(navigation)
        .maybe(reported.then(take_along).map(|menu| menu.id("export")))
        .maybe(add.map(|menu| menu.id("add")))
}

fn take_along() -> Node {
    menu("menu", "button", export::EXPORT).with(
        el_of("div", "menu-body")
            .with(copy_button("copy-markdown", export::COPY_MARKDOWN, ""))
            .with(button("", "save-markdown", export::SAVE_MARKDOWN))
            .with(button("", "save-json", export::SAVE_JSON))
            .with(button("", "print", export::PRINT)),
    )
}

fn menu(class: &str, look: &str, label: &str) -> Node {
    el_of("details", class).with(el_of("summary", look).text(label))
}
