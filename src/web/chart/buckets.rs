//! A histogram on a logarithmic axis, with quantile brackets below and targets across.

use leptos::prelude::*;

use super::{at, percent, span};
use crate::metrics::Unit;
use crate::plot::{self, Bar, Bars, Bracket, Label};
use crate::report::DistributionView;
use crate::view::numbers;
use crate::view::runs::bound;

/// The bars are drawn in a square that is stretched to the card; words stand outside of it, so that they keep their shape.
const SIDE: f64 = 1000.0;

pub fn buckets(view: &DistributionView) -> Option<AnyView> {
    let drawn = plot::bars(view, &view.targets);
    // One bucket is a fact, not a shape: the sentence below the chart says it.
    if drawn.bars.len() < 2 {
        return None;
    }
    let unit = view.unit;
    let labels = plot::labels(&drawn.ticks, unit);
    Some(
        view! {
            <figure class="buckets" aria-hidden="true">
                <div class="plot">
                    <svg viewBox="0 0 1000 1000" preserveAspectRatio="none">{drawn.bars.iter().map(|one| bar(one, unit)).collect::<Vec<AnyView>>()}</svg>
                    {targets(&drawn, view)}
                </div>
                <div class="brackets">{drawn.brackets.iter().map(bracket).collect::<Vec<AnyView>>()}</div>
                <div class="axis">{labels.into_iter().map(label).collect::<Vec<AnyView>>()}</div>
            </figure>
        }
        .into_any(),
    )
}

fn bar(bar: &Bar, unit: Unit) -> AnyView {
    // The emptiest bucket that holds anything can still be seen.
    let height = bar.height.max(0.015) * SIDE;
    let number = |value: f64| format!("{value:.1}");
    let [left, right] = bar.x;
    let (lower, upper) = (unit.show(bar.lower), numbers::bound(bar.upper, unit));
    let title = format!("{lower} to {upper}: {} ({})", Unit::Count.show(bar.count), Unit::Ratio.show(bar.share));
    view! {
        <rect
            class=if bar.upper.is_none() { "bar open" } else { "bar" }
            x=number(left * SIDE)
            width=number((right - left) * SIDE)
            y=number(SIDE - height)
            height=number(height)
        >
            <title>{bound(&title)}</title>
        </rect>
    }
    .into_any()
}

fn label(label: Label) -> AnyView {
    view! { <span class=label.class style=("--from", percent(label.at))>{bound(&label.text)}</span> }.into_any()
}

fn targets(drawn: &Bars, view: &DistributionView) -> Vec<AnyView> {
    let line = |(row, (place, target)): (usize, (&f64, &f64))| {
        let class = if *place > 0.7 { "target late" } else { "target" };
        let label = format!("target {}", view.unit.show(*target));
        view! {
            <div class=class style=("--from", percent(*place)) style=("--row-of-label", row.to_string())><span>{bound(&label)}</span></div>
        }
        .into_any()
    };
    drawn.targets.iter().zip(&view.targets).enumerate().map(line).collect()
}

fn bracket(bracket: &Bracket) -> AnyView {
    view! {
        <div class="bracket">
            <span class="q">{numbers::quantile(bracket.q)}</span>
            <div class="track">
                {span("interval", bracket.interval)}
                {span("bucket", bracket.bucket)}
                {at("point", bracket.point)}
            </div>
        </div>
    }
    .into_any()
}
