//! Simulated servers to look at.

use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::button;
use crate::view::words::samples::{self as words, SAMPLES, Sample};

pub fn samples() -> Node {
    let item = |(index, sample): (usize, &Sample)| {
        let button = button("sample", &format!("sample {index}"), "")
            .with(el_with("b", sample.title))
            .text(" ")
            .with(el_with("span", sample.sees))
            .text(" ")
            .with(el_of("span", "quiet").say(words::dumps(sample.files.len())));
        el("li").with(button)
    };
    el_of("section", "card samples")
        .attr("aria-labelledby", "samples-title")
        .with(el_with("h2", words::TITLE).id("samples-title"))
        .with(el_of("p", "quiet").text(words::GENERATED))
        .with(el_of("ul", "plain").all(SAMPLES.iter().enumerate().map(item).collect()))
}
