//! The stacked bar of a request's time.

use crate::metrics::Unit;
use crate::report::Phase;
use crate::view::node::{Node, el, el_of};

/// A phase below this share has no room for its words.
const LABELLED: f64 = 0.14;

pub fn phases(phases: &[Phase]) -> Node {
    let part = |phase: &Phase| {
        let label =
            if phase.share < LABELLED { String::new() } else { format!("{} {}", phase.label, Unit::Seconds.show(phase.mean_seconds)) };
        el_of("div", &format!("phase phase-{}", phase.id))
            .attr("--share", &format!("{:.4}", phase.share.max(0.0)))
            .with(el("span").say(label))
    };
    el_of("div", "phases").attr("aria-hidden", "true").all(phases.iter().map(part).collect())
}
