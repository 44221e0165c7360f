//! A distribution as tables: what the chart shows, for those who do not see it and those who want the numbers.

use leptos::prelude::*;

use crate::metrics::Unit;
use crate::report::{BucketView, DistributionView, QuantileView};
use crate::view::numbers;
use crate::view::runs::bound;
use crate::web::parts::plain;

const AS_TABLE: &str = "As a table";
const QUANTILES: [&str; 5] = ["Quantiles", "Quantile", "Interpolated", "Bucket", "95\u{a0}% interval"];
const BUCKETS: [&str; 4] = ["Buckets", "Bound", "Count", "At or below"];

pub fn twin(view: &DistributionView) -> AnyView {
    let quantiles = view.quantiles.iter().map(|quantile| quantile_row(quantile, view.unit)).collect();
    let shares = numbers::shares_below(&view.buckets);
    let buckets = view.buckets.iter().zip(shares).map(|(bucket, share)| bucket_row(bucket, share, view.unit)).collect();
    view! {
        <details class="twin">
            <summary>{AS_TABLE}<span class="hidden">": "{view.label.clone()}</span></summary>
            <div class="twin-tables" tabindex="0" role="group" aria-label=view.label.clone()>
                {table(&QUANTILES, quantiles)}
                {table(&BUCKETS, buckets)}
            </div>
        </details>
    }
    .into_any()
}

/// The first of the names is that of the table.
fn table(names: &[&'static str], rows: Vec<AnyView>) -> AnyView {
    let name = |name: &&'static str| view! { <th scope="col">{bound(name)}</th> }.into_any();
    let mut names = names.iter();
    view! {
        <table>
            <caption>{names.next().copied()}</caption>
            <thead><tr>{names.map(name).collect::<Vec<AnyView>>()}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(head: String, values: &[String]) -> AnyView {
    let value = |value: &String| view! { <td class="value">{plain(value)}</td> }.into_any();
    view! { <tr><th scope="row">{bound(&head)}</th>{values.iter().map(value).collect::<Vec<AnyView>>()}</tr> }.into_any()
}

fn quantile_row(quantile: &QuantileView, unit: Unit) -> AnyView {
    row(numbers::quantile(quantile.q), &[numbers::point(quantile, unit), quantile.shown.clone(), numbers::interval(quantile, unit)])
}

fn bucket_row(bucket: &BucketView, below: f64, unit: Unit) -> AnyView {
    row(format!("≤ {}", numbers::bound(bucket.upper, unit)), &[Unit::Count.show(bucket.count), Unit::Ratio.show(below)])
}
