//! The timeline of the page: which signals carry the finding, and what is read out at a moment.

use crate::report::{PhaseView, SeriesView, Timeline};
use crate::rule::Severity;

/// In the order of the page, as far as the server exports them.
const MAIN: [&str; 5] = ["queue.waiting", "queue.running", "kv_cache.usage", "ttft.mean", "itl.mean"];
/// Shown beside them when something happened there: from this value on.
const EVENTS: [(&str, f64); 2] = [("preemptions_per_minute", 0.0), ("refused_per_second", 0.0)];
/// A hit rate that moved this much belongs to the story.
const HITS_MOVED: f64 = 0.3;

/// The signals that are always drawn, and the others.
#[must_use]
pub fn signals(line: &Timeline) -> (Vec<&SeriesView>, Vec<&SeriesView>) {
    let is_event = |path: &str, view: &SeriesView| {
        let most = view.values.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
        let least = view.values.iter().flatten().copied().fold(f64::INFINITY, f64::min);
        EVENTS.iter().any(|(event, from)| *event == path && most > *from) || (path == "prefix_cache.hit_rate" && most - least >= HITS_MOVED)
    };
    let mut main: Vec<&SeriesView> = MAIN.iter().filter_map(|path| line.signals.get(*path)).collect();
    let rest = line.signals.iter().filter(|(path, _)| !MAIN.contains(&path.as_str()));
    let (events, others): (Vec<_>, Vec<_>) = rest.partition(|(path, view)| is_event(path, view));
    main.extend(events.into_iter().map(|(_, view)| view));
    (main, others.into_iter().map(|(_, view)| view).collect())
}

/// A value of a signal as it is shown; a dash where it is not measurable.
#[must_use]
pub fn value(view: &SeriesView, dump: usize) -> String {
    view.values.get(dump).copied().flatten().map_or_else(|| "–".to_owned(), |value| view.unit.show(value))
}

/// The colour of a phase: its severity, or calm, or nothing to say.
#[must_use]
pub fn tone(verdict: &str, severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
        Severity::Info if verdict == "healthy" => "good",
        Severity::Info => "quiet",
    }
}

/// The phase that a dump lies in; where two meet, the earlier one.
#[must_use]
pub fn phase(line: &Timeline, dump: usize) -> Option<&PhaseView> {
    line.phases.iter().find(|phase| phase.dumps[0] <= dump && dump <= phase.dumps[1])
}

/// When a dump was taken, with its zone.
#[must_use]
pub fn when(line: &Timeline, dump: usize) -> String {
    let label = line.labels.get(dump).map_or("", String::as_str);
    line.zone.as_ref().map_or_else(|| label.to_owned(), |zone| format!("{label} {zone}"))
}

/// What the report is of: `18:06:36 to 18:07:36 UTC, of 51 dumps`.
#[must_use]
pub fn basis(line: &Timeline) -> String {
    let [from, to] = line.window;
    let first = line.labels.get(from).map_or("", String::as_str);
    format!("{first} to {}, of {} dumps", when(line, to), line.times.len())
}

/// What is read out at a dump.
#[must_use]
pub fn moment(line: &Timeline, dump: usize) -> String {
    let (main, _) = signals(line);
    let mut words = when(line, dump);
    if let Some(phase) = phase(line, dump) {
        words.push_str(&format!(": {}", phase.title));
    }
    for view in main {
        words.push_str(&format!(", {} {}", view.label, value(view, dump)));
    }
    words
}
