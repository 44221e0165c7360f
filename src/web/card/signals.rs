//! What the server does, in numbers: the few that matter as tiles, all of them as a table.

use leptos::prelude::*;

use crate::protocol::Part;
use crate::report::{Report, SignalView};
use crate::view::numbers::change;
use crate::web::page::Page;
use crate::web::parts::table::{Column, cell, column_name, head, numbers, row, table, text_cell, words};
use crate::web::parts::{fold, lines, live, plain, quiet, section};
use crate::web::turns::drawn;

const TITLE: &str = "Signals";
const BEFORE: &str = "Before";
const COLUMNS: [Column; 6] = [words("Signal"), numbers("Value"), numbers(BEFORE), words("Time base"), words("Lines"), words("Metric")];

/// The tiles, in their order; a signal that the server does not export leaves no gap.
const TILES: [&str; 9] = [
    "queue.waiting",
    "queue.running",
    "kv_cache.usage",
    "output_tokens_per_second",
    "requests_per_second",
    "prompt_tokens_per_second",
    "prefix_cache.hit_rate",
    "preemptions_per_minute",
    "preemptions",
];

pub fn signals(page: Page) -> AnyView {
    let is_there = page.holds(Part::Tiles, |report| !report.signals.is_empty());
    let parts = move || view! { {drawn(page, Part::Tiles, tiles)} {drawn(page, Part::AllSignals, all)} };
    live(move || is_there.get().then(|| section("signals", TITLE, "", parts().into_any())))
}

fn tiles(report: &Report, page: Page) -> AnyView {
    let tiles = TILES.iter().filter_map(|path| report.signals.iter().find(|signal| signal.path == *path));
    view! { <div class="tiles">{tiles.map(|signal| tile(signal, page)).collect::<Vec<AnyView>>()}</div> }.into_any()
}

fn all(report: &Report, page: Page) -> AnyView {
    let rows = report.signals.iter().map(|signal| listed(signal, page)).collect();
    let summary = format!("All {} signals with their metrics and lines", report.signals.len());
    fold("card all-signals", &summary, false, table("full stack", TITLE.to_owned(), "", &COLUMNS, rows))
}

fn tile(signal: &SignalView, page: Page) -> AnyView {
    let change = change(signal)
        .map(|(arrow, words)| view! { <p class="change"><span aria-hidden="true">{arrow}</span>" "{plain(&words)}</p> }.into_any());
    view! {
        <div class="tile">
            <h3>{plain(&signal.label)}</h3>
            <p class="tile-value"><b>{signal.shown_number.clone()}</b>" "<span>{signal.shown_unit.clone()}</span></p>
            {change}
            <p class="from">{plain(&signal.time_base.words)}" "{lines(page, signal.input, &signal.lines)}</p>
            {signal.caveat.as_deref().map(quiet)}
        </div>
    }
    .into_any()
}

fn listed(signal: &SignalView, page: Page) -> AnyView {
    let caveat = signal.caveat.as_ref().map(|caveat| view! { <span class="caveat">{plain(caveat)}</span> }.into_any());
    let was = signal.before.map(|before| view! { {column_name(BEFORE)}{plain(&signal.unit.show(before))} }.into_any());
    row(vec![
        head(view! { {plain(&signal.label)}{caveat} }.into_any()),
        text_cell("value mark", &signal.shown),
        cell("value was", was.into_any()),
        text_cell("from half", &signal.time_base.words),
        cell("from", lines(page, signal.input, &signal.lines).into_any()),
        cell("", view! { <code>{signal.metric.clone()}</code> }.into_any()),
    ])
}
