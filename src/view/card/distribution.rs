//! One latency distribution: buckets, quantiles with their brackets, and the same as a table.

use crate::metrics::{Unit, capital};
use crate::report::{BucketView, DistributionView, QuantileView};
use crate::view::chart::buckets;
use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::lines;
use crate::view::words::report as words;

pub fn distribution(view: &DistributionView, targets: &[f64]) -> Node {
    let aside = el_of("span", "aside")
        .say(words::samples(view.samples))
        .text(" · ")
        .text(&view.time_base.words)
        .text(" ")
        .maybe(lines(view.input, &view.lines));
    let mut quantiles = el_of("p", "quantiles");
    for quantile in &view.quantiles {
        quantiles = quantiles.with(shown(&words::quantile(quantile.q), &quantile.shown)).text(" ");
    }
    if let Some(mean) = view.mean {
        quantiles = quantiles.with(shown(words::MEAN, &view.unit.show(mean)));
    }
    el_of("article", "card distribution")
        .with(el("header").with(el("h3").say(capital(&view.label))).text(" ").with(aside))
        .maybe(buckets(view, targets))
        .with(quantiles)
        .maybe(view.remark.as_ref().map(|remark| el_of("p", "quiet").rich(remark)))
        .with(twin(view))
}

fn shown(name: &str, value: &str) -> Node {
    el_of("span", "quantile").with(el_of("span", "q").text(name)).text(" ").with(el_with("b", value))
}

fn twin(view: &DistributionView) -> Node {
    let quantiles = view.quantiles.iter().map(|quantile| quantile_row(quantile, view.unit)).collect();
    let columns = [words::QUANTILE, words::INTERPOLATED, words::BUCKET, words::INTERVAL];
    let quantiles = plain_table(words::QUANTILES, &columns, quantiles);
    let buckets = plain_table(words::BUCKETS, &[words::BOUND, words::COUNT, words::BELOW], bucket_rows(&view.buckets, view.unit));
    let summary = el("summary").text(words::AS_TABLE).with(el_of("span", "hidden").text(": ").text(&view.label));
    let tables = el_of("div", "twin-tables").attr("tabindex", "0").attr("role", "group").attr("aria-label", &view.label);
    el_of("details", "twin").with(summary).with(tables.with(quantiles).with(buckets))
}

fn plain_table(caption: &str, columns: &[&str], rows: Vec<Node>) -> Node {
    let names = columns.iter().map(|name| el_with("th", name).attr("scope", "col")).collect();
    el("table").with(el_with("caption", caption)).with(el("thead").with(el("tr").all(names))).with(el("tbody").all(rows))
}

fn bound(bound: Option<f64>, unit: Unit) -> String {
    bound.map_or_else(|| "∞".to_owned(), |bound| unit.show(bound))
}

fn quantile_row(quantile: &QuantileView, unit: Unit) -> Node {
    let [low, high] = quantile.interval;
    el("tr")
        .row_head(&words::quantile(quantile.q))
        .cell("value", &point(quantile, unit))
        .cell("value", &quantile.shown)
        .cell("value", &format!("{} – {}", bound(low.or(Some(0.0)), unit), bound(high, unit)))
}

/// Above the highest bound nothing can be interpolated.
fn point(quantile: &QuantileView, unit: Unit) -> String {
    if quantile.bracket[1].is_none() { quantile.shown.clone() } else { unit.show(quantile.point) }
}

fn bucket_rows(buckets: &[BucketView], unit: Unit) -> Vec<Node> {
    let total: f64 = buckets.iter().map(|bucket| bucket.count).sum();
    let mut below = 0.0;
    let row = |bucket: &BucketView| {
        below += bucket.count;
        let share = if total > 0.0 { below / total } else { 0.0 };
        el("tr")
            .row_head(&format!("≤ {}", bound(bucket.upper, unit)))
            .cell("value", &Unit::Count.show(bucket.count))
            .cell("value", &Unit::Ratio.show(share))
    };
    buckets.iter().map(row).collect()
}
