//! The stacked bar of a request's time.

use crate::metrics::Unit;
use crate::report::Phase;
use crate::view::node::{Node, el_of, el_with};

/// Characters of a label that the bar has room for on the narrowest screen, 320 px, and in a card of 40rem or more.
const ROOM: [f64; 2] = [34.0, 80.0];
/// What a label keeps free at its ends, in characters.
const MARGIN: f64 = 3.0;

pub fn phases(phases: &[Phase]) -> Node {
    let part = |phase: &Phase| {
        let label = format!("{} {}", phase.label, Unit::Seconds.show(phase.mean_seconds));
        let fits = ROOM.map(|room| label.chars().count() as f64 + MARGIN <= phase.share * room);
        let label = match fits {
            [true, _] => Some(el_with("span", &label)),
            [false, true] => Some(el_of("span", "spare").text(&label)),
            [false, false] => None,
        };
        el_of("div", &format!("phase phase-{}", phase.id)).attr("--share", &format!("{:.4}", phase.share.max(0.0))).maybe(label)
    };
    el_of("div", "phases").attr("aria-hidden", "true").all(phases.iter().map(part).collect())
}
