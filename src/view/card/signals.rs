//! What the server does, in numbers: the few that matter as tiles, all of them as a table.

use crate::report::{Report, SignalView};
use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::{column_name, fold, lines, section, stacked, table};
use crate::view::words::report as words;

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

pub fn signals(report: &Report) -> Option<Node> {
    let signals = &report.signals;
    if signals.is_empty() {
        return None;
    }
    let tiles = TILES.iter().filter_map(|path| signals.iter().find(|signal| signal.path == *path)).map(tile).collect();
    Some(section("signals", words::SIGNALS, "").with(el_of("div", "tiles").all(tiles)).with(all(signals)))
}

fn tile(signal: &SignalView) -> Node {
    let (number, unit) = signal.shown.split_once(' ').unwrap_or((&signal.shown, ""));
    el_of("div", "tile")
        .with(el_with("h3", &signal.label))
        .with(el_of("p", "tile-value").with(el_with("b", number)).text(" ").with(el_with("span", unit)))
        .maybe(change(signal))
        .with(el_of("p", "from").text(&signal.time_base.words).text(" ").maybe(lines(signal.input, &signal.lines)))
        .maybe(signal.caveat.as_ref().map(|caveat| el_of("p", "quiet").text(caveat)))
}

/// Where the value was at the first dump of a window.
fn change(signal: &SignalView) -> Option<Node> {
    let before = signal.before?;
    let arrow = if signal.value > before {
        "↗"
    } else if signal.value < before {
        "↘"
    } else {
        "→"
    };
    let words = if signal.value == before { words::UNCHANGED.to_owned() } else { words::was(&signal.unit.show(before)) };
    Some(el_of("p", "change").with(el_with("span", arrow).attr("aria-hidden", "true")).text(" ").say(words))
}

fn all(signals: &[SignalView]) -> Node {
    let columns = [words::SIGNAL, words::VALUE, words::BEFORE, words::TIME_BASE, words::LINES, words::METRIC];
    let rows = signals.iter().map(row).collect();
    fold("card all-signals", &words::all_signals(signals.len())).with(stacked(table("full stack", words::SIGNALS, "", &columns, rows)))
}

fn row(signal: &SignalView) -> Node {
    let caveat = signal.caveat.as_ref().map(|caveat| el_of("span", "caveat").text(caveat));
    let was = match signal.before {
        Some(before) => el_of("td", "value was").with(column_name(words::BEFORE)).say(signal.unit.show(before)),
        None => el_of("td", "value was"),
    };
    el("tr")
        .with(el("th").attr("scope", "row").text(&signal.label).maybe(caveat))
        .cell("value mark", &signal.shown)
        .with(was)
        .with(el_of("td", "from half").text(&signal.time_base.words))
        .with(el_of("td", "from").maybe(lines(signal.input, &signal.lines)))
        .with(el("td").with(el_with("code", &signal.metric)))
}
