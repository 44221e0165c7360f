//! Latency distributions: buckets, quantiles with their brackets, and the same as a table.

use leptos::prelude::*;

use super::twin::twin;
use crate::metrics::capital;
use crate::report::{DistributionView, Report};
use crate::view::numbers;
use crate::web::chart;
use crate::web::page::Page;
use crate::web::parts::{aside, fold, lines, plain, rich};

/// The distributions that people ask for first; the others are folded away.
const MAIN: [&str; 5] = ["ttft", "itl", "tpot", "e2e", "queue_time"];

pub fn distributions(report: &Report, page: Page) -> AnyView {
    group(&those(report, true), page)
}

pub fn more_distributions(report: &Report, page: Page) -> AnyView {
    let rest = those(report, false);
    let summary = match rest.as_slice() {
        [] => return ().into_any(),
        [_] => "1 more distribution".to_owned(),
        several => format!("{} more distributions: phases, lengths, batches", several.len()),
    };
    fold("more", &summary, false, group(&rest, page))
}

fn those(report: &Report, main: bool) -> Vec<&DistributionView> {
    report.anatomy.distributions.iter().filter(|view| MAIN.contains(&view.path.as_str()) == main).collect()
}

fn group(views: &[&DistributionView], page: Page) -> AnyView {
    view! { <div class="distributions">{views.iter().map(|view| distribution(view, page)).collect::<Vec<AnyView>>()}</div> }.into_any()
}

fn distribution(view: &DistributionView, page: Page) -> AnyView {
    let from = view! {
        {numbers::samples(view.samples)}" · "{plain(&view.time_base.words)}" "{lines(page, view.input, &view.lines)}
    };
    let mut quantiles: Vec<AnyView> = view.quantiles.iter().map(|quantile| named(numbers::quantile(quantile.q), &quantile.shown)).collect();
    quantiles.extend(view.mean.map(|mean| named("Mean".to_owned(), &view.unit.show(mean))));
    let remark = view.remark.as_ref().map(|remark| view! { <p class="quiet">{rich(remark)}</p> }.into_any());
    view! {
        <article class="card distribution">
            <header><h3>{capital(&view.label)}</h3>" "{aside(from.into_any())}</header>
            {chart::buckets(view)}
            <p class="quantiles">{quantiles}</p>
            {remark}
            {twin(view)}
        </article>
    }
    .into_any()
}

fn named(name: String, value: &str) -> AnyView {
    view! { <span class="quantile"><span class="q">{name}</span>" "<b>{plain(value)}</b></span>" " }.into_any()
}
