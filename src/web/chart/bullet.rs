//! An interval against its target.

use leptos::prelude::*;

use super::{at, span};
use crate::metrics::Unit;
use crate::plot;
use crate::report::SloStatusView;

pub fn bullet(status: &SloStatusView) -> Option<AnyView> {
    let target = &status.target;
    let drawn = plot::bullet(status.current_value, status.interval, target.target_value, status.unit == Unit::Ratio)?;
    // The side of the target on which the goal is met.
    let goal = if target.wants_low { [0.0, drawn.target] } else { [drawn.target, 1.0] };
    Some(
        view! {
            <div class=if drawn.open { "bullet open" } else { "bullet" } aria-hidden="true">
                {span("goal", goal)}
                {span("range", drawn.interval)}
                {drawn.point.map(|point| at("point", point))}
                {at("tick", drawn.target)}
            </div>
        }
        .into_any(),
    )
}
