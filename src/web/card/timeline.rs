//! What bound the server when: a ribbon of phases, the signals over time below it, and the phases as a list that leads to each.

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::metrics::capital;
use crate::plot::{nearest, places, top};
use crate::report::{Forecast, PhaseView, Report, SeriesView, Timeline};
use crate::view::runs::bound;
use crate::view::timeline::{moment, signals, tone, value, when};
use crate::web::action::Action;
use crate::web::chart::{self, percent};
use crate::web::page::Page;
use crate::web::parts::{fold, list, live, rich, section};

const HINT: &str = "Drag over the charts, or press Enter at two moments, to analyse the time between them.";
const AS_TABLE: &str = "As a table";
/// Ticks of the time axis.
const TICKS: usize = 5;

/// What the eye needs: the dump under the pointer, and where a selection began.
#[derive(Clone, Copy)]
struct Cursor {
    at: RwSignal<Option<usize>>,
    begun: RwSignal<Option<usize>>,
}

pub fn timeline(report: &Report, page: Page) -> AnyView {
    let Some(line) = &report.timeline else { return ().into_any() };
    let line = Arc::new(line.clone());
    let places: Arc<[f64]> = places(&line.times).into();
    let cursor = Cursor { at: RwSignal::new(None), begun: RwSignal::new(None) };
    let body = view! {
        <p>{rich(&line.summary)}</p>
        {ribbon(&line, &places)}
        {charts(&line, &places, cursor, page)}
        {phases(&line, page)}
        {over_time(report)}
        {twin(&line)}
    };
    section("timeline", "Timeline", "", body.into_any())
}

fn place(places: &[f64], dump: usize) -> f64 {
    places.get(dump).copied().unwrap_or(0.0)
}

fn ribbon(line: &Timeline, places: &[f64]) -> AnyView {
    let part = |phase: &PhaseView| {
        let share = place(places, phase.dumps[1]) - place(places, phase.dumps[0]);
        let class = format!("part {} {}", tone(&phase.verdict, phase.severity), if share < 0.12 { "narrow" } else { "" });
        view! { <div class=class style=("--share", format!("{share:.4}")) title=phase.words.clone()><span>{bound(&phase.title)}</span></div> }
            .into_any()
    };
    view! { <div class="ribbon" aria-hidden="true">{line.phases.iter().map(part).collect::<Vec<AnyView>>()}</div> }.into_any()
}

fn charts(line: &Arc<Timeline>, places: &Arc<[f64]>, cursor: Cursor, page: Page) -> AnyView {
    let (main, more) = signals(line);
    let more = (!more.is_empty()).then(|| fold("more", "More signals", false, stack(&more, line, places, cursor)));
    let (read, moved, pressed, lifted, keyed) =
        (Arc::clone(line), Arc::clone(places), Arc::clone(places), Arc::clone(line), Arc::clone(line));
    let last = line.times.len().saturating_sub(1);
    let (down, up) = (Arc::clone(&pressed), Arc::clone(&pressed));
    let marker = {
        let places = Arc::clone(places);
        move || cursor.at.get().map(|dump| chart::at("marker", place(&places, dump)))
    };
    let selection = {
        let places = Arc::clone(places);
        move || {
            let (from, to) = (cursor.begun.get()?, cursor.at.get()?);
            let (from, to) = (place(&places, from.min(to)), place(&places, from.max(to)));
            Some(view! { <div class="selection" style=("--from", percent(from)) style=("--to", percent(1.0 - to))></div> })
        }
    };
    view! {
        <div
            class="charts"
            role="slider"
            tabindex="0"
            aria-label="Moment"
            aria-valuemin="0"
            aria-valuemax=last.to_string()
            aria-valuenow=move || cursor.at.get().unwrap_or(last).to_string()
            aria-valuetext=move || moment(&read, cursor.at.get().unwrap_or(last))
            on:pointermove=move |event| cursor.at.set(under(&event, &moved))
            on:pointerleave=move |_| {
                cursor.at.set(None);
                cursor.begun.set(None);
            }
            on:pointerdown=move |event| cursor.begun.set(under(&event, &down))
            on:pointerup=move |event| choose(&lifted, cursor, under(&event, &up), page)
            on:keydown=move |event| key(&event, &keyed, cursor, page)
        >
            {stack(&main, line, places, cursor)}
            <div class="overlay">{live(selection)} {live(marker)}</div>
        </div>
        {axis(line, places)}
        <p class="quiet hint">{HINT}</p>
        {more}
    }
    .into_any()
}

fn stack(views: &[&SeriesView], line: &Timeline, places: &[f64], cursor: Cursor) -> AnyView {
    let window = line.window.map(|dump| place(places, dump));
    let breaks: Vec<f64> = line.restarts.iter().map(|restart| place(places, restart.dumps[1])).collect();
    let last = line.times.len().saturating_sub(1);
    let one = |view: &&SeriesView| {
        let read = (*view).clone();
        let shown = move || bound(&value(&read, cursor.at.get().unwrap_or(last)));
        let most = format!("up to {}", view.unit.show(top(&view.values)));
        view! {
            <div class="signal">
                <div class="name">{capital(&view.label)}" "<b>{shown}</b>" "<span class="most">{bound(&most)}</span></div>
                {chart::series(view, places, window, &breaks)}
            </div>
        }
        .into_any()
    };
    views.iter().map(one).collect::<Vec<AnyView>>().into_any()
}

fn axis(line: &Timeline, places: &[f64]) -> AnyView {
    let mut dumps: Vec<usize> = (0..TICKS).map(|tick| nearest(places, tick as f64 / (TICKS - 1) as f64)).collect();
    dumps.dedup();
    let tick = |dump: &usize| {
        let at = place(places, *dump);
        let class = if at < 0.05 {
            "early"
        } else if at > 0.95 {
            "late"
        } else {
            "spare"
        };
        let label = if *dump == 0 { when(line, *dump) } else { line.labels.get(*dump).cloned().unwrap_or_default() };
        view! { <span class=class style=("--from", percent(at))>{bound(&label)}</span> }.into_any()
    };
    view! { <div class="axis" aria-hidden="true">{dumps.iter().map(tick).collect::<Vec<AnyView>>()}</div> }.into_any()
}

/// The dump nearest to the pointer.
fn under(event: &PointerEvent, places: &[f64]) -> Option<usize> {
    let charts = event.current_target()?.dyn_into::<Element>().ok()?;
    let plot = charts.query_selector(".series").ok()??;
    let left = plot.get_bounding_client_rect();
    (left.width() > 0.0).then(|| nearest(places, (f64::from(event.client_x()) - left.left()) / left.width()))
}

/// Ends a selection: what lies between two dumps is analysed.
fn choose(line: &Timeline, cursor: Cursor, end: Option<usize>, page: Page) {
    let begun = cursor.begun.get_untracked();
    cursor.begun.set(None);
    let at = |dump: Option<usize>| line.times.get(dump?).copied().flatten();
    if let (Some(from), Some(to)) = (at(begun), at(end))
        && from != to
    {
        page.act(Action::Span(Some([from.min(to), from.max(to)])));
    }
}

fn key(event: &KeyboardEvent, line: &Timeline, cursor: Cursor, page: Page) {
    let last = line.times.len().saturating_sub(1);
    let at = cursor.at.get_untracked().unwrap_or(last);
    match event.key().as_str() {
        "ArrowLeft" | "ArrowDown" => cursor.at.set(Some(at.saturating_sub(1))),
        "ArrowRight" | "ArrowUp" => cursor.at.set(Some((at + 1).min(last))),
        "Home" => cursor.at.set(Some(0)),
        "End" => cursor.at.set(Some(last)),
        "Enter" if cursor.begun.get_untracked().is_some() => choose(line, cursor, Some(at), page),
        "Enter" => {
            cursor.at.set(Some(at));
            cursor.begun.set(Some(at));
        }
        "Escape" if cursor.begun.get_untracked().is_some() => cursor.begun.set(None),
        _ => return,
    }
    event.prevent_default();
}

fn phases(line: &Timeline, page: Page) -> AnyView {
    let row = |(place, phase): (usize, &PhaseView)| {
        let is_shown = line.window == phase.dumps;
        let span = phase.from.zip(phase.to).map(|(from, to)| [from, to]);
        let label = match (is_shown, !line.chosen && line.present == place) {
            (true, true) => Some("This report"),
            (true, false) => Some("Analysed"),
            _ => None,
        };
        let action = if place == line.present { Action::Span(None) } else { Action::Span(span) };
        let button = (label.is_none() && span.is_some()).then(|| {
            view! {
                <button class="small" type="button" aria-label=format!("Analyse: {}", phase.words) on:click=move |_| page.act(action.clone())>
                    "Analyse"
                </button>
            }
        });
        let class = format!("phase-row {}", tone(&phase.verdict, phase.severity));
        view! { <li class=class><span class="words">{rich(&phase.words)}</span>" "{label.map(|label| view! { <b class="quiet">{label}</b> })} {button}</li> }
            .into_any()
    };
    let back = line.chosen.then(|| {
        let back = move |_| page.act(Action::Span(None));
        view! { <p><button class="small" type="button" on:click=back>"Back to the present"</button></p> }
    });
    view! { <ol class="phase-rows">{line.phases.iter().enumerate().map(row).collect::<Vec<AnyView>>()}</ol> {back} }.into_any()
}

/// What changed, where it goes, and what comes next; forecasts that cannot be given are folded, each with its reason.
fn over_time(report: &Report) -> AnyView {
    let (withheld, given): (Vec<&Forecast>, Vec<&Forecast>) = report.forecasts.iter().partition(|forecast| forecast.withheld.is_some());
    let words = |forecasts: &[&Forecast]| forecasts.iter().map(|forecast| forecast.words.clone()).collect::<Vec<String>>();
    let summary = format!("{} without a forecast, and why", withheld.len());
    let folded = (!withheld.is_empty()).then(|| fold("more", &summary, false, list(&words(&withheld))));
    view! {
        {titled("What changed", &report.changes.iter().map(|change| change.words.clone()).collect::<Vec<String>>())}
        {titled("Trends", &report.trends.iter().map(|trend| trend.words.clone()).collect::<Vec<String>>())}
        {titled("What comes next, if this goes on", &words(&given))}
        {folded}
    }
    .into_any()
}

fn titled(title: &'static str, items: &[String]) -> Option<AnyView> {
    (!items.is_empty()).then(|| view! { <h3>{title}</h3> {list(items)} }.into_any())
}

/// The same as a table; its rows are made when it is opened.
fn twin(line: &Arc<Timeline>) -> AnyView {
    let is_open = RwSignal::new(false);
    let line = Arc::clone(line);
    let table = move || is_open.get().then(|| table(&line));
    view! {
        <details class="twin" on:toggle=move |_| is_open.set(true)>
            <summary>{AS_TABLE}<span class="hidden">": timeline"</span></summary>
            {live(table)}
        </details>
    }
    .into_any()
}

fn table(line: &Timeline) -> AnyView {
    let views: Vec<&SeriesView> = line.signals.iter().map(|(_, view)| view).collect();
    let name = |view: &&SeriesView| view! { <th scope="col">{capital(&view.label)}</th> }.into_any();
    let row = |dump: usize| {
        let verdict =
            dump.checked_sub(1).and_then(|interval| line.intervals.get(interval)).map_or("", |interval| interval.verdict.as_str());
        let cell = |view: &&SeriesView| view! { <td class="value">{bound(&value(view, dump))}</td> }.into_any();
        view! {
            <tr><th scope="row">{when(line, dump)}</th><td>{verdict.to_owned()}</td>{views.iter().map(cell).collect::<Vec<AnyView>>()}</tr>
        }
        .into_any()
    };
    view! {
        <div class="twin-tables" tabindex="0" role="group" aria-label="Timeline as a table">
            <table>
                <caption>"At each dump; rates and means are of the interval before it"</caption>
                <thead><tr><th scope="col">"Time"</th><th scope="col">"Interval before"</th>{views.iter().map(name).collect::<Vec<AnyView>>()}</tr></thead>
                <tbody>{(0..line.times.len()).map(row).collect::<Vec<AnyView>>()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
