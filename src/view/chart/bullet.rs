//! An interval against its target.

use super::{at, span};
use crate::metrics::Unit;
use crate::plot;
use crate::report::SloStatusView;
use crate::view::node::{Node, el_of};

pub fn bullet(status: &SloStatusView) -> Option<Node> {
    let share = status.unit == Unit::Ratio;
    let drawn = plot::bullet(status.current_value, status.interval, status.target.target_value, share)?;
    // The side of the target on which the goal is met.
    let goal = if status.target.comparison.starts_with('<') { span("goal", 0.0, drawn.target) } else { span("goal", drawn.target, 1.0) };
    let [low, high] = drawn.interval;
    Some(
        el_of("div", if drawn.open { "bullet open" } else { "bullet" })
            .attr("aria-hidden", "true")
            .with(goal)
            .with(span("range", low, high))
            .maybe(drawn.point.map(|point| at("div", "point", point)))
            .with(at("div", "tick", drawn.target)),
    )
}
