//! One latency distribution: buckets, quantiles with their brackets, and the same as a table.

use leptos::prelude::*;

use crate::metrics::Unit;
use crate::report::{DistributionView, QuantileView};
use crate::web::chart::buckets;
use crate::web::state::State;
use crate::web::text::report as words;
use crate::web::ui::{capital, lines, rich};

pub fn distribution(state: State, view: &DistributionView, targets: &[f64]) -> AnyView {
    let quantiles = view.quantiles.iter().map(quantile).collect_view();
    let mean = view
        .mean
        .map(|mean| view! { <span class="quantile"><span class="q">{words::MEAN}</span> " " <b>{view.unit.show(mean)}</b></span> });
    view! {
        <article class="card distribution">
            <header>
                <h3>{capital(&view.label)}</h3>
                " "
                <span class="aside">{words::samples(view.samples)} " · " {view.time_base.words.clone()} " " {lines(state, view.input, &view.lines)}</span>
            </header>
            {buckets(view, targets)}
            <p class="quantiles">{quantiles}{mean}</p>
            {view.remark.as_ref().map(|remark| view! { <p class="quiet">{rich(remark)}</p> })}
            {table(view)}
        </article>
    }
    .into_any()
}

fn quantile(quantile: &QuantileView) -> impl IntoView + use<> {
    view! { <span class="quantile"><span class="q">{words::quantile(quantile.q)}</span> " " <b>{quantile.shown.clone()}</b></span> " " }
}

fn table(view: &DistributionView) -> AnyView {
    let unit = view.unit;
    let bound = move |bound: Option<f64>| bound.map_or_else(|| "∞".to_owned(), |bound| unit.show(bound));
    let quantile_rows = view
        .quantiles
        .iter()
        .map(|quantile| {
            let [low, high] = quantile.interval;
            view! {
                <tr>
                    <th scope="row">{words::quantile(quantile.q)}</th>
                    <td class="value">{unit.show(quantile.point)}</td>
                    <td class="value">{quantile.shown.clone()}</td>
                    <td class="value">{format!("{} – {}", bound(low.or(Some(0.0))), bound(high))}</td>
                </tr>
            }
        })
        .collect_view();
    let total: f64 = view.buckets.iter().map(|bucket| bucket.count).sum();
    let mut below = 0.0;
    let bucket_rows = view
        .buckets
        .iter()
        .map(|bucket| {
            below += bucket.count;
            let share = if total > 0.0 { below / total } else { 0.0 };
            view! {
                <tr>
                    <th scope="row">{format!("≤ {}", bound(bucket.upper))}</th>
                    <td class="value">{Unit::Count.show(bucket.count)}</td>
                    <td class="value">{Unit::Ratio.show(share)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <details class="twin">
            <summary>{words::AS_TABLE} <span class="hidden">{format!(": {}", view.label)}</span></summary>
            <div class="twin-tables" tabindex="0" role="group" aria-label=view.label.clone()>
                <table>
                    <caption>{words::QUANTILES}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{words::QUANTILE}</th><th scope="col">{words::INTERPOLATED}</th>
                            <th scope="col">{words::BUCKET}</th><th scope="col">{words::INTERVAL}</th>
                        </tr>
                    </thead>
                    <tbody>{quantile_rows}</tbody>
                </table>
                <table>
                    <caption>{words::BUCKETS}</caption>
                    <thead>
                        <tr><th scope="col">{words::BOUND}</th><th scope="col">{words::COUNT}</th><th scope="col">{words::BELOW}</th></tr>
                    </thead>
                    <tbody>{bucket_rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}
