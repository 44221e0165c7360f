//! The commands that produce a good dump.

use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::{button, copy_button};
use crate::view::words::commands::{self as words, Command, WAYS};
use crate::view::words::shared;

pub fn commands(way: usize) -> Node {
    let tab = |(index, known): (usize, &words::Way)| {
        button("", &format!("way {index}"), known.name).attr("aria-pressed", if index == way { "true" } else { "false" })
    };
    let shown = WAYS.get(way).map(|way| way.commands.iter().map(command).collect()).unwrap_or_default();
    el_of("section", "card commands")
        .attr("aria-labelledby", "commands-title")
        .with(el_with("h2", words::TITLE).id("commands-title"))
        .with(el_of("div", "switch").attr("role", "group").attr("aria-label", words::WHERE).all(WAYS.iter().enumerate().map(tab).collect()))
        .with(el("div").all(shown))
        .with(el_of("p", "quiet").text(words::PORTS))
}

fn command(command: &Command) -> Node {
    el_of("div", "command").with(el_with("p", command.what)).with(el("pre").with(el_with("code", command.line))).with(copy_button(
        &format!("copy {}", command.line),
        shared::COPY,
        command.what,
    ))
}
