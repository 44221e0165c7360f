//! Throughput and other rates, with the uncertainty of their counts.

use super::evaluate::reported_only;
use super::judge::{by_interval, count_words};
use super::{SloStatus, Target, Verdict};
use crate::metrics::Unit;
use crate::signal::{Counter, Gauge, Observation, Reading};
use crate::stats::{garwood, show_range};

pub(super) fn requests(seen: &Observation, target: &Target) -> SloStatus {
    match finished(seen) {
        Ok(rate) => throughput(seen, target, &rate, "request"),
        Err(reason) => SloStatus::no_data(target, seen.time_base(), reason),
    }
}

/// Tokens counted while they are made where the server has such a counter, else at the end of their request.
pub(super) fn output_tokens(seen: &Observation, target: &Target) -> SloStatus {
    match rate(seen, Counter::LiveOutputTokens).or_else(|_| rate(seen, Counter::OutputTokens)) {
        Ok(rate) => throughput(seen, target, &rate, "token"),
        Err(reason) => reported_only(seen, target, Gauge::GenerationThroughput, &reason),
    }
}

/// Finished requests per second. `None` without a count or a span of time.
pub(super) fn finished_rate(seen: &Observation) -> Option<f64> {
    finished(seen).ok().map(|rate| rate.count.value / rate.seconds)
}

pub(super) fn preemptions(seen: &Observation, target: &Target) -> SloStatus {
    match rate(seen, Counter::Preemptions) {
        Ok(rate) => judged(target, &Rate { per: 60.0, ..rate }, "preemption"),
        Err(reason) => SloStatus::no_data(target, seen.time_base(), reason),
    }
}

/// A count over a span of time.
struct Rate {
    count: Reading,
    seconds: f64,
    /// Seconds that the printed rate speaks of: 1, or 60 for "per minute".
    per: f64,
}

/// Of clients: a request with n > 1 is one.
fn finished(seen: &Observation) -> Result<Rate, String> {
    let rate = rate(seen, Counter::Finished)?;
    Ok(match seen.finished_for_clients() {
        Some(count) => Rate { count, ..rate },
        None => rate,
    })
}

/// The count with its span, or why there is no rate.
fn rate(seen: &Observation, counter: Counter) -> Result<Rate, String> {
    let count = seen.count(counter).ok_or_else(|| format!("The text has no count of {}.", counter.words()))?;
    let seconds = if seen.first.is_some() { seen.seconds() } else { seen.last.uptime_seconds() };
    let seconds = seconds.filter(|seconds| *seconds > 0.0).ok_or_else(|| {
        if seen.first.is_some() {
            "The two dumps carry no times, so there is a difference but no rate; say how many seconds lie between them.".to_owned()
        } else {
            "One dump gives a rate only when the start of the process and the time of the dump are known; add a second dump with the seconds between them.".to_owned()
        }
    })?;
    Ok(Rate { count, seconds, per: 1.0 })
}

/// A throughput below its target breaks it only when there was work: no demand is no violation.
fn throughput(seen: &Observation, target: &Target, rate: &Rate, what: &str) -> SloStatus {
    let status = judged(target, rate, what);
    let idle = [Gauge::Running, Gauge::Waiting].iter().all(|gauge| seen.gauge_span(*gauge).is_some_and(|(_, high)| high == 0.0));
    if status.verdict == Verdict::Fail && !target.comparison.wants_low() && idle {
        let why = format!("{} Nothing ran or waited when it was scraped: no demand is no violation.", status.why);
        return SloStatus { verdict: Verdict::Undetermined, why, ..status };
    }
    status
}

fn judged(target: &Target, rate: &Rate, what: &str) -> SloStatus {
    let unit = target.metric.unit();
    let per_event = rate.per / rate.seconds;
    let (low, high) = garwood(rate.count.value);
    let interval = (low * per_event, high * per_event);
    let value = rate.count.value * per_event;
    let why = format!(
        "{} in {} give {} (95 % interval {}); {} {} is asked.",
        count_words(rate.count.value, what),
        Unit::Seconds.show(rate.seconds),
        unit.show(value),
        show_range(unit, interval),
        target.comparison.symbol(),
        unit.show(target.value)
    );
    SloStatus {
        current: Some(value),
        interval: Some(interval),
        verdict: by_interval(target, interval),
        samples: Some(rate.count.value),
        shown_value: unit.show(value),
        why,
        source: rate.count.source.clone(),
        ..SloStatus::no_data(target, rate.count.time_base, "")
    }
}
