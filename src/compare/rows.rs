//! The numbers of two windows, and whether they differ by more than chance.

use super::Change;
use crate::metrics::Unit;
use crate::signal::{Counter, Distribution, Gauge, Observation, Source};
use crate::slo::{Rejections, availability};
use crate::stats::{quantile, quantile_needed, same_rate};

/// A p-value below this is more than chance.
const CHANCE: f64 = 0.01;
/// Percentiles that are compared; each difference stands when the 95 % intervals are apart.
const LATENCIES: [(Distribution, f64); 8] = [
    (Distribution::Ttft, 0.5),
    (Distribution::Ttft, 0.95),
    (Distribution::Itl, 0.5),
    (Distribution::Itl, 0.95),
    (Distribution::Tpot, 0.95),
    (Distribution::E2e, 0.5),
    (Distribution::E2e, 0.95),
    (Distribution::QueueTime, 0.5),
];

/// One number before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub path: String,
    pub label: String,
    pub unit: Unit,
    pub before: Option<Side>,
    pub after: Option<Side>,
    pub change: Change,
    /// Why it is called so.
    pub sentence: String,
}

/// A number of one window.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    pub value: f64,
    /// 95 % interval, or the two ends of the window for a gauge. Upper bounds may be infinite.
    pub interval: Option<(f64, f64)>,
    pub shown: String,
    pub source: Source,
    /// Index of the text that the lines are of.
    pub input: usize,
}

pub(super) fn rows(before: &Observation, after: &Observation) -> Vec<Row> {
    let latencies = LATENCIES.iter().filter_map(|(distribution, q)| latency(before, after, *distribution, *q));
    let rest = [
        availability_row(before, after),
        rate(before, after, Counter::Finished, Unit::RequestsPerSecond, "requests_per_second", "requests finished per second"),
        rate(before, after, Counter::OutputTokens, Unit::TokensPerSecond, "output_tokens_per_second", "output tokens per second"),
        preemptions(before, after),
        gauge(before, after, Gauge::Waiting, true),
        gauge(before, after, Gauge::Running, false),
        gauge(before, after, Gauge::KvUsage, false),
    ];
    latencies.chain(rest.into_iter().flatten()).collect()
}

fn latency(before: &Observation, after: &Observation, distribution: Distribution, q: f64) -> Option<Row> {
    let unit = distribution.unit();
    let needed = quantile_needed(q).unwrap_or(f64::INFINITY);
    let mut enough = true;
    let mut side = |seen: &Observation| {
        let reading = seen.distribution(distribution)?;
        let found = quantile(&reading.histogram, q)?;
        enough &= found.samples >= needed;
        Some(Side {
            value: found.point,
            interval: Some(found.interval),
            shown: found.show(unit),
            source: reading.source,
            input: seen.last.text_index,
        })
    };
    let (before, after) = (side(before), side(after));
    let percent = (q * 100.0).round();
    let (change, sentence) = match (&before, &after) {
        (None, None) => return None,
        (Some(before), Some(after)) if enough => apart(before, after, Edges::Buckets),
        (Some(_), Some(_)) => (Change::Unclear, format!("P{percent} needs {needed:.0} observations in each window.")),
        _ => (Change::Unclear, ONE_SIDE.to_owned()),
    };
    Some(Row {
        path: format!("{}.p{percent}", distribution.path()),
        label: format!("P{percent} {}", distribution.words()),
        unit,
        before,
        after,
        change,
        sentence,
    })
}

const ONE_SIDE: &str = "Only one of the windows has it.";

/// What the ends of an interval are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edges {
    /// Bounds of buckets, of which only the upper one belongs to it: intervals that touch are apart.
    Buckets,
    Values,
}

/// Lower is better; the intervals decide.
fn apart(before: &Side, after: &Side, edges: Edges) -> (Change, String) {
    let (Some(first), Some(second)) = (before.interval, after.interval) else { return (Change::Unclear, ONE_SIDE.to_owned()) };
    let below = |low: (f64, f64), high: (f64, f64)| low.1 < high.0 || (edges == Edges::Buckets && low.1 == high.0 && low.0 < high.1);
    if below(second, first) {
        (Change::Better, "The 95 % intervals are apart.".to_owned())
    } else if below(first, second) {
        (Change::Worse, "The 95 % intervals are apart.".to_owned())
    } else {
        (Change::Same, "The 95 % intervals overlap.".to_owned())
    }
}

fn availability_row(before: &Observation, after: &Observation) -> Option<Row> {
    let side = |seen: &Observation| {
        let found = availability(seen, Rejections::Bad).ok()?;
        let source = found.good_parts.first().map(|part| part.source.clone()).unwrap_or_default();
        let shown = Unit::Ratio.show(found.value);
        Some(Side { value: found.value, interval: Some(found.interval), shown, source, input: seen.last.text_index })
    };
    let (before, after) = (side(before)?, side(after)?);
    let (change, sentence) = match apart(&before, &after, Edges::Values) {
        (Change::Better, sentence) => (Change::Worse, sentence),
        (Change::Worse, sentence) => (Change::Better, sentence),
        other => other,
    };
    Some(Row {
        path: "availability".to_owned(),
        label: "availability".to_owned(),
        unit: Unit::Ratio,
        before: Some(before),
        after: Some(after),
        change,
        sentence,
    })
}

fn rate(before: &Observation, after: &Observation, counter: Counter, unit: Unit, path: &str, label: &str) -> Option<Row> {
    let counted = |seen: &Observation| if counter == Counter::Finished { seen.finished_for_clients() } else { seen.count(counter) };
    let side = |seen: &Observation| {
        let count = counted(seen)?;
        let value = seen.rate(counter)?.value * if count.value > 0.0 { count.value / seen.count(counter)?.value } else { 1.0 };
        Some(Side { value, interval: None, shown: unit.show(value), source: count.source, input: seen.last.text_index })
    };
    let events = |seen: &Observation| Some((counted(seen)?.value, seen.seconds()?));
    let tested = events(before).zip(events(after)).and_then(|(first, second)| same_rate(first, second));
    let (change, sentence) = match tested {
        Some(p) if p < CHANCE => (Change::Different, "More than chance explains; demand alone can do that.".to_owned()),
        Some(_) => (Change::Same, "Chance explains the difference.".to_owned()),
        None => (Change::Unclear, "It needs the times of the dumps.".to_owned()),
    };
    let (before, after) = (side(before)?, side(after)?);
    Some(Row { path: path.to_owned(), label: label.to_owned(), unit, before: Some(before), after: Some(after), change, sentence })
}

/// Per finished request, so that more traffic alone changes nothing.
fn preemptions(before: &Observation, after: &Observation) -> Option<Row> {
    let events = |seen: &Observation| {
        let (preempted, finished) = (seen.count(Counter::Preemptions)?, seen.count(Counter::Finished)?);
        (finished.value > 0.0).then_some((preempted, finished.value))
    };
    let ((first, served), (second, served_after)) = (events(before)?, events(after)?);
    if first.value == 0.0 && second.value == 0.0 {
        return None;
    }
    let tested = same_rate((first.value, served), (second.value, served_after));
    let change = match tested {
        Some(p) if p < CHANCE && second.value / served_after < first.value / served => Change::Better,
        Some(p) if p < CHANCE => Change::Worse,
        _ => Change::Same,
    };
    let sentence = if change == Change::Same { "Chance explains the difference." } else { "More than chance explains." };
    let side = |value: f64, source: &Source, input: usize| Side {
        value,
        interval: None,
        shown: Unit::Times.show(value),
        source: source.clone(),
        input,
    };
    Some(Row {
        path: "preemptions_per_request".to_owned(),
        label: "preemptions per finished request".to_owned(),
        unit: Unit::Times,
        before: Some(side(first.value / served, &first.source, before.last.text_index)),
        after: Some(side(second.value / served_after, &second.source, after.last.text_index)),
        change,
        sentence: sentence.to_owned(),
    })
}

/// Two instants of each window are all that is known of a gauge.
fn gauge(before: &Observation, after: &Observation, gauge: Gauge, low_is_good: bool) -> Option<Row> {
    let side = |seen: &Observation| {
        let (reading, span) = (seen.gauge(gauge)?, seen.gauge_span(gauge)?);
        let earlier = seen.gauge_before(gauge).map_or(reading.value, |earlier| earlier.value);
        let shown = gauge.unit().show_change(earlier, reading.value);
        Some(Side { value: reading.value, interval: Some(span), shown, source: reading.source, input: seen.last.text_index })
    };
    let (before, after) = (side(before)?, side(after)?);
    let (change, _) = apart(&before, &after, Edges::Values);
    let (change, sentence) = match change {
        Change::Same | Change::Unclear => (Change::Same, "The values at the ends of the windows overlap."),
        apart if low_is_good => (apart, "Both ends of one window lie beyond the other's; nothing is known of the time between."),
        _ => (Change::Different, "Both ends of one window lie beyond the other's; nothing is known of the time between."),
    };
    Some(Row {
        path: gauge.path().to_owned(),
        label: gauge.words().to_owned(),
        unit: gauge.unit(),
        before: Some(before),
        after: Some(after),
        change,
        sentence: sentence.to_owned(),
    })
}
