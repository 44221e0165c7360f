//! Service levels: every target with its verdict, its interval, and why.

use leptos::prelude::*;

use crate::report::{Report, SloStatusView};
use crate::slo::{Goodput, Verdict};
use crate::view::look::of_verdict;
use crate::view::numbers::{samples_beside, tally};
use crate::web::chart::bullet;
use crate::web::page::Page;
use crate::web::parts::{badge, lines, link, plain, quiet, rich, section};

const TITLE: &str = "Service levels";
const NO_TARGETS: &str = "No targets are set.";
const EDIT_TARGETS: &str = "Edit";
const TOGETHER: &str = "All latency targets together";

pub fn services(report: &Report, page: Page) -> AnyView {
    let statuses = &report.slo_statuses;
    let card = view! {
        <div class="card services">
            <p class="quiet">{plain(&report.slo_source_words)}" "{link("#settings".to_owned(), EDIT_TARGETS)}</p>
            {statuses.is_empty().then(|| quiet(NO_TARGETS))}
            <ul class="plain">{statuses.iter().map(|status| service(status, page)).collect::<Vec<AnyView>>()}</ul>
            {report.goodput.as_ref().map(together)}
        </div>
    };
    section("services", TITLE, &tally(statuses), card.into_any())
}

fn service(status: &SloStatusView, page: Page) -> AnyView {
    let look = of_verdict(status.verdict);
    view! {
        <li class=format!("service {}", look.tone)>
            <div class="service-head"><h3>{plain(&status.target.goal)}</h3>" "{badge(look)}</div>
            {bullet(status)}
            {(status.verdict != Verdict::NoData).then(|| facts(status, page))}
            <p class="service-why">{rich(&status.why)}</p>
        </li>
    }
    .into_any()
}

fn facts(status: &SloStatusView, page: Page) -> AnyView {
    let samples = samples_beside(status).map(|samples| view! { <span>{samples}</span> }.into_any());
    view! {
        <p class="service-facts">
            <b>{plain(&status.shown)}</b>
            " "
            {samples}
            " "
            <span>{plain(&status.time_base.words)}" "{lines(page, status.input, &status.lines)}</span>
        </p>
    }
    .into_any()
}

/// All latency targets of whole requests at once.
fn together(goodput: &Goodput) -> AnyView {
    view! {
        <div class="goodput">
            <h3>{TOGETHER}</h3>
            <p>{rich(&goodput.sentence)}</p>
            <p class="service-why">{rich(&goodput.why)}</p>
        </div>
    }
    .into_any()
}
