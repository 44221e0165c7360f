//! What the server does, in numbers: the few that matter as tiles, all of them as a table.

use leptos::prelude::*;

use super::TheReport;
use crate::report::SignalView;
use crate::web::state::State;
use crate::web::text::report as words;
use crate::web::ui::{lines, section, slice};

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

#[component]
pub fn Signals(state: State, report: TheReport) -> impl IntoView {
    let signals = slice(report, |report| report.signals.clone());
    move || {
        signals.with(|signals| {
            if signals.is_empty() {
                return None;
            }
            let tiles =
                TILES.iter().filter_map(|path| signals.iter().find(|signal| signal.path == *path)).map(|signal| tile(state, signal));
            let content = view! {
                <div class="tiles">{tiles.collect_view()}</div>
                {table(state, signals)}
            };
            Some(section("signals", words::SIGNALS, (), content))
        })
    }
}

fn tile(state: State, signal: &SignalView) -> AnyView {
    let (number, unit) = split(&signal.shown);
    view! {
        <div class="tile">
            <h3>{signal.label.clone()}</h3>
            <p class="tile-value"><b>{number}</b> " " <span>{unit}</span></p>
            {change(signal)}
            <p class="from">{signal.time_base.words.clone()} " " {lines(state, signal.input, &signal.lines)}</p>
            {signal.caveat.as_ref().map(|caveat| view! { <p class="quiet">{caveat.clone()}</p> })}
        </div>
    }
    .into_any()
}

/// Where the value was at the first dump of a window.
fn change(signal: &SignalView) -> Option<AnyView> {
    let before = signal.before?;
    let arrow = if signal.value > before {
        "↗"
    } else if signal.value < before {
        "↘"
    } else {
        "→"
    };
    let words = if signal.value == before { words::UNCHANGED.to_owned() } else { words::was(&signal.unit.show(before)) };
    Some(view! { <p class="change"><span aria-hidden="true">{arrow}</span> " " {words}</p> }.into_any())
}

/// `56 requests` → `56` and `requests`.
fn split(shown: &str) -> (String, String) {
    shown.split_once(' ').map_or((shown.to_owned(), String::new()), |(number, unit)| (number.to_owned(), unit.to_owned()))
}

fn table(state: State, signals: &[SignalView]) -> AnyView {
    let rows = signals.iter().map(|signal| row(state, signal)).collect_view();
    view! {
        <details class="card all-signals">
            <summary>{words::all_signals(signals.len())}</summary>
            <div class="wide" tabindex="0" role="group" aria-label=words::SIGNALS>
            <table class="full">
                <caption class="hidden">{words::SIGNALS}</caption>
                <thead>
                    <tr>
                        <th scope="col">{words::SIGNAL}</th><th scope="col">{words::VALUE}</th><th scope="col">{words::BEFORE}</th>
                        <th scope="col">{words::TIME_BASE}</th><th scope="col">{words::METRIC}</th><th scope="col">{words::LINES}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            </div>
        </details>
    }
    .into_any()
}

fn row(state: State, signal: &SignalView) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">
                {signal.label.clone()} {signal.caveat.as_ref().map(|caveat| view! { <span class="caveat">{caveat.clone()}</span> })}
            </th>
            <td class="value">{signal.shown.clone()}</td>
            <td class="value">{signal.before.map(|before| signal.unit.show(before))}</td>
            <td>{signal.time_base.words.clone()}</td>
            <td><code>{signal.metric.clone()}</code></td>
            <td>{lines(state, signal.input, &signal.lines)}</td>
        </tr>
    }
}
