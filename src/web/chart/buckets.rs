//! A histogram on a logarithmic axis, with quantile brackets below and targets across.

use leptos::prelude::*;

use super::percent;
use crate::metrics::Unit;
use crate::plot::{self, Bar, Bars, Bracket};
use crate::report::DistributionView;
use crate::web::text::report as words;

/// The bars are drawn in a square that is stretched to the card; words stand outside of it, so that they keep their shape.
const SIDE: f64 = 1000.0;

pub fn buckets(view: &DistributionView, targets: &[f64]) -> Option<AnyView> {
    let drawn = plot::bars(view, targets);
    // One bucket is a fact, not a shape: the sentence below the chart says it.
    if drawn.bars.len() < 2 {
        return None;
    }
    let unit = view.unit;
    let bars = drawn.bars.iter().map(|bar| rect(bar, unit)).collect_view();
    let brackets = drawn.brackets.iter().map(bracket).collect_view();
    Some(
        view! {
            <figure class="buckets" aria-hidden="true">
                <div class="plot">
                    <svg viewBox="0 0 1000 1000" preserveAspectRatio="none">{bars}</svg>
                    {target_lines(&drawn, targets, unit)}
                </div>
                <div class="brackets">{brackets}</div>
                {axis(&drawn, unit)}
            </figure>
        }
        .into_any(),
    )
}

fn rect(bar: &Bar, unit: Unit) -> impl IntoView + use<> {
    // The emptiest bucket that holds anything can still be seen.
    let height = bar.height.max(0.015) * SIDE;
    let upper = bar.upper.map_or_else(|| "∞".to_owned(), |upper| unit.show(upper));
    let title = words::bar(&unit.show(bar.lower), &upper, bar.count, bar.share);
    view! {
        <rect class="bar" class:open=bar.upper.is_none() x=bar.x[0] * SIDE width=(bar.x[1] - bar.x[0]) * SIDE y=SIDE - height height=height>
            <title>{title}</title>
        </rect>
    }
}

fn target_lines(drawn: &Bars, targets: &[f64], unit: Unit) -> Vec<AnyView> {
    let line = |(row, (at, target)): (usize, (&f64, &f64))| {
        let late = *at > 0.7;
        view! { <div class="target" class:late=late style=("--from", percent(*at)) style=("--row-of-label", row.to_string())><span>{words::target(&unit.show(*target))}</span></div> }
            .into_any()
    };
    drawn.targets.iter().zip(targets).enumerate().map(line).collect()
}

fn bracket(bracket: &Bracket) -> impl IntoView + use<> {
    let [low, high] = bracket.bucket;
    let [from, to] = bracket.interval;
    view! {
        <div class="bracket">
            <span class="q">{words::quantile(bracket.q)}</span>
            <div class="track">
                <div class="interval" style=("--from", percent(from)) style=("--to", percent(1.0 - to))></div>
                <div class="bucket" style=("--from", percent(low)) style=("--to", percent(1.0 - high))></div>
                <div class="point" style=("--from", percent(bracket.point))></div>
            </div>
        </div>
    }
}

fn axis(drawn: &Bars, unit: Unit) -> impl IntoView + use<> {
    let ticks =
        drawn.ticks.iter().map(|tick| view! { <span style=("--from", percent(tick.at))>{unit.show(tick.value)}</span> }).collect_view();
    view! { <div class="axis">{ticks}</div> }
}
