//! Where the time of a request goes.

use leptos::prelude::*;

use super::distribution::{distributions, more_distributions};
use crate::metrics::Unit;
use crate::protocol::Part;
use crate::report::{Phase, Report};
use crate::web::chart;
use crate::web::page::Page;
use crate::web::parts::table::{Column, cell, head, numbers, row, table, text_cell, words};
use crate::web::parts::{lines, live, rich, section};
use crate::web::turns::drawn;

const TITLE: &str = "Where the time of a request goes";
const PHASES: &str = "Phases of a request, means";
const COLUMNS: [Column; 4] = [words("Phase"), numbers("Mean"), numbers("Share"), words("Where from")];
const E2E_MEAN: &str = "end to end, measured";

pub fn anatomy(page: Page) -> AnyView {
    let is_there = page.holds(Part::Phases, |report| !report.anatomy.phases.is_empty() || !report.anatomy.distributions.is_empty());
    let parts = move || {
        view! {
            {drawn(page, Part::Phases, time)}
            {drawn(page, Part::Distributions, distributions)}
            {drawn(page, Part::MoreDistributions, more_distributions)}
        }
    };
    live(move || is_there.get().then(|| section("anatomy", TITLE, "", parts().into_any())))
}

fn time(report: &Report, page: Page) -> AnyView {
    let anatomy = &report.anatomy;
    if anatomy.phases.is_empty() {
        return ().into_any();
    }
    let mut rows: Vec<AnyView> = anatomy.phases.iter().map(|one| phase(one, page)).collect();
    rows.extend(anatomy.total_seconds.map(total));
    view! {
        <div class="card">
            {chart::phases(&anatomy.phases)}
            {table("phases-table stack", PHASES.to_owned(), "hidden", &COLUMNS, rows)}
            <p class="quiet">{rich(&anatomy.remark)}</p>
        </div>
    }
    .into_any()
}

fn phase(phase: &Phase, page: Page) -> AnyView {
    let name = view! { <span class=format!("key phase-{}", phase.id) aria-hidden="true"></span>{phase.label.clone()} };
    row(vec![
        head(name.into_any()),
        text_cell("value mark", &Unit::Seconds.show(phase.mean_seconds)),
        text_cell("value half", &Unit::Ratio.show(phase.share)),
        cell("from", lines(page, phase.input, &phase.lines).into_any()),
    ])
}

fn total(seconds: f64) -> AnyView {
    let value = text_cell("value mark", &Unit::Seconds.show(seconds));
    let empty = || cell("", ().into_any());
    view! { <tr class="total" role="row">{head(E2E_MEAN.into_any())} {value} {empty()} {empty()}</tr> }.into_any()
}
