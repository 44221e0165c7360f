//! A histogram on a logarithmic axis, with quantile brackets below and targets across.

use super::{at, span};
use crate::metrics::Unit;
use crate::plot::{self, Bar, Bars, Bracket, Tick};
use crate::report::DistributionView;
use crate::view::node::{Node, el, el_of, el_with};
use crate::view::words::report as words;

/// The bars are drawn in a square that is stretched to the card; words stand outside of it, so that they keep their shape.
const SIDE: f64 = 1000.0;

/// Characters that an axis is wide on the narrowest screen, 320 px, and in a card of 22rem or more, as the style sheet has it.
const ROOM: [f64; 2] = [34.0, 46.0];

pub fn buckets(view: &DistributionView, targets: &[f64]) -> Option<Node> {
    let drawn = plot::bars(view, targets);
    // One bucket is a fact, not a shape: the sentence below the chart says it.
    if drawn.bars.len() < 2 {
        return None;
    }
    let unit = view.unit;
    let bars = el("svg").attr("viewBox", "0 0 1000 1000").attr("preserveAspectRatio", "none");
    let bars = bars.all(drawn.bars.iter().map(|bar| rect(bar, unit)).collect());
    Some(
        el_of("figure", "buckets")
            .attr("aria-hidden", "true")
            .with(el_of("div", "plot").with(bars).all(target_lines(&drawn, targets, unit)))
            .with(el_of("div", "brackets").all(drawn.brackets.iter().map(bracket).collect()))
            .with(el_of("div", "axis").all(tick_labels(&drawn.ticks, unit))),
    )
}

fn rect(bar: &Bar, unit: Unit) -> Node {
    // The emptiest bucket that holds anything can still be seen.
    let height = bar.height.max(0.015) * SIDE;
    let upper = bar.upper.map_or_else(|| "∞".to_owned(), |upper| unit.show(upper));
    let number = |value: f64| format!("{value:.1}");
    let [left, right] = bar.x;
    el_of("rect", if bar.upper.is_none() { "bar open" } else { "bar" })
        .attr("x", &number(left * SIDE))
        .attr("width", &number((right - left) * SIDE))
        .attr("y", &number(SIDE - height))
        .attr("height", &number(height))
        .with(el_with("title", &words::bar(&unit.show(bar.lower), &upper, bar.count, bar.share)))
}

fn tick_labels(ticks: &[Tick], unit: Unit) -> Vec<Node> {
    let labels: Vec<(f64, usize)> = ticks.iter().map(|tick| (tick.at, unit.show(tick.value).chars().count())).collect();
    let [narrow, wide] = ROOM;
    let always = plot::roomy(&labels, narrow, Vec::new());
    let mostly = plot::roomy(&labels, wide, always.clone());
    let label = |((tick, always), mostly): ((&Tick, &bool), &bool)| {
        let class = match (*always, tick.at > plot::LATE) {
            (true, false) => "",
            (true, true) => "late",
            (false, false) => "spare",
            (false, true) => "spare late",
        };
        mostly.then(|| at("span", class, tick.at).say(unit.show(tick.value)))
    };
    ticks.iter().zip(&always).zip(&mostly).filter_map(label).collect()
}

fn target_lines(drawn: &Bars, targets: &[f64], unit: Unit) -> Vec<Node> {
    let line = |(row, (place, target)): (usize, (&f64, &f64))| {
        at("div", if *place > 0.7 { "target late" } else { "target" }, *place)
            .attr("--row-of-label", &row.to_string())
            .with(el("span").say(words::target(&unit.show(*target))))
    };
    drawn.targets.iter().zip(targets).enumerate().map(line).collect()
}

fn bracket(bracket: &Bracket) -> Node {
    let [low, high] = bracket.bucket;
    let [from, to] = bracket.interval;
    el_of("div", "bracket").with(el_of("span", "q").say(words::quantile(bracket.q))).with(
        el_of("div", "track").with(span("interval", from, to)).with(span("bucket", low, high)).with(at("div", "point", bracket.point)),
    )
}
