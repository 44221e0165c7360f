//! An interval against its target.

use leptos::prelude::*;

use super::percent;
use crate::metrics::Unit;
use crate::plot::{self, Bullet};
use crate::report::SloStatusView;

pub fn bullet(status: &SloStatusView) -> Option<AnyView> {
    let share = status.unit == Unit::Ratio;
    let drawn = plot::bullet(status.current_value, status.interval, status.target.target_value, share)?;
    let wants_less = status.target.comparison.starts_with('<');
    Some(draw(&drawn, wants_less))
}

fn draw(bullet: &Bullet, wants_less: bool) -> AnyView {
    let [low, high] = bullet.interval;
    // The side of the target on which the goal is met.
    let (from, to) = if wants_less { (0.0, bullet.target) } else { (bullet.target, 1.0) };
    view! {
        <div class="bullet" class:open=bullet.open aria-hidden="true">
            <div class="goal" style=("--from", percent(from)) style=("--to", percent(1.0 - to))></div>
            <div class="range" style=("--from", percent(low)) style=("--to", percent(1.0 - high))></div>
            {bullet.point.map(|point| view! { <div class="point" style=("--from", percent(point))></div> })}
            <div class="tick" style=("--from", percent(bullet.target))></div>
        </div>
    }
    .into_any()
}
