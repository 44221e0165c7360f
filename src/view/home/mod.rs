//! The empty page: what this is, how to bring text in, how to get a good one, and that nothing leaves the tab.

mod commands;
mod samples;

use super::frame::ways_in;
use super::look::{CHECK, shape};
use super::node::{Node, el, el_of, el_with};
use super::parts::button;
use super::words::home as words;

/// `way` is the index of the way to reach a server whose commands are shown.
pub fn home(way: usize, paste_key: &str) -> Node {
    let checked = |text: &str| el("li").with(shape(CHECK)).text(" ").text(text);
    let trust = el_of("ul", "trust plain")
        .with(checked(words::NOTHING_UPLOADED).text(" ").with(button("link", "privacy", words::CHECK_IT)))
        .with(checked(words::BACKENDS))
        .with(checked(words::HONEST));
    let zone = el_of("section", "drop-zone")
        .attr("aria-labelledby", "drop-title")
        .with(el_with("h2", words::DROP).id("drop-title"))
        .with(el_with("p", words::HOW_MANY))
        .with(el_of("div", "buttons").all(ways_in(paste_key)));
    el_of("div", "home").with(el_with("h1", words::PROMISE)).with(el_of("p", "lead").rich(words::LEAD)).with(zone).with(
        el_of("div", "home-columns").with(el_of("div", "home-left").with(commands::commands(way)).with(trust)).with(samples::samples()),
    )
}
