//! Where the time of a request goes.

use leptos::prelude::*;

use super::distribution::distributions;
use crate::metrics::Unit;
use crate::report::{Anatomy, Phase, Report};
use crate::web::chart;
use crate::web::page::Page;
use crate::web::parts::table::{Column, cell, head, numbers, row, table, text_cell, words};
use crate::web::parts::{lines, rich, section};

const TITLE: &str = "Where the time of a request goes";
const PHASES: &str = "Phases of a request, means";
const COLUMNS: [Column; 4] = [words("Phase"), numbers("Mean"), numbers("Share"), words("Where from")];
const E2E_MEAN: &str = "end to end, measured";

pub fn anatomy(report: &Report, page: Page) -> AnyView {
    let anatomy = &report.anatomy;
    if anatomy.phases.is_empty() && anatomy.distributions.is_empty() {
        return ().into_any();
    }
    section("anatomy", TITLE, "", view! { {time(anatomy, page)} {distributions(anatomy, page)} }.into_any())
}

fn time(anatomy: &Anatomy, page: Page) -> Option<AnyView> {
    if anatomy.phases.is_empty() {
        return None;
    }
    let mut rows: Vec<AnyView> = anatomy.phases.iter().map(|one| phase(one, page)).collect();
    rows.extend(anatomy.total_seconds.map(total));
    Some(
        view! {
            <div class="card">
                {chart::phases(&anatomy.phases)}
                {table("phases-table stack", PHASES.to_owned(), "hidden", &COLUMNS, rows)}
                <p class="quiet">{rich(&anatomy.remark)}</p>
            </div>
        }
        .into_any(),
    )
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
