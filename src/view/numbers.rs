//! Numbers of the report in words.

use crate::metrics::Unit;
use crate::report::{BucketView, QuantileView, SignalView, SloStatusView};
use crate::slo::Verdict;

/// `1 sample`, `346 samples`.
#[must_use]
pub fn samples(count: f64) -> String {
    format!("{} {}", Unit::Count.show(count), if count == 1.0 { "sample" } else { "samples" })
}

/// `P95`, `P99.9`.
#[must_use]
pub fn quantile(q: f64) -> String {
    format!("P{}", without_zeros(&format!("{:.3}", q * 100.0)))
}

/// A bound; nothing is infinity.
#[must_use]
pub fn bound(bound: Option<f64>, unit: Unit) -> String {
    bound.map_or_else(|| "∞".to_owned(), |bound| unit.show(bound))
}

/// What was interpolated. Above the highest bound nothing can be.
#[must_use]
pub fn point(quantile: &QuantileView, unit: Unit) -> String {
    if quantile.bracket[1].is_none() { quantile.shown.clone() } else { unit.show(quantile.point) }
}

/// `20 s – 40 s`.
#[must_use]
pub fn interval(quantile: &QuantileView, unit: Unit) -> String {
    let [low, high] = quantile.interval;
    format!("{} – {}", bound(low.or(Some(0.0)), unit), bound(high, unit))
}

/// The share of all observations at or below each bound.
#[must_use]
pub fn shares_below(buckets: &[BucketView]) -> Vec<f64> {
    let total: f64 = buckets.iter().map(|bucket| bucket.count).sum();
    let mut below = 0.0;
    let share = |bucket: &BucketView| {
        below += bucket.count;
        if total > 0.0 { below / total } else { 0.0 }
    };
    buckets.iter().map(share).collect()
}

/// Where a signal was at the first dump of a window: an arrow, and words.
#[must_use]
pub fn change(signal: &SignalView) -> Option<(&'static str, String)> {
    let before = signal.before?;
    let was = || format!("was {}", signal.unit.show(before));
    Some(match signal.value {
        now if now > before => ("↗", was()),
        now if now < before => ("↘", was()),
        now if now == before => ("→", "unchanged".to_owned()),
        _ => ("→", was()),
    })
}

/// The number of samples behind a service level, unless the value says it already.
#[must_use]
pub fn samples_beside(status: &SloStatusView) -> Option<String> {
    status.samples.filter(|_| status.shown == status.shown_value).map(samples)
}

/// `2 missed · 1 met`.
#[must_use]
pub fn tally(statuses: &[SloStatusView]) -> String {
    let counted = |verdict: Verdict| {
        let count = statuses.iter().filter(|status| status.verdict == verdict).count();
        (count > 0).then(|| format!("{} {}", Unit::Count.show(count as f64), super::look::of_verdict(verdict).word))
    };
    let parts: Vec<String> =
        [Verdict::Fail, Verdict::Pass, Verdict::Undetermined, Verdict::NoData].into_iter().filter_map(counted).collect();
    parts.join(" · ")
}

/// Points taken off, to a tenth.
#[must_use]
pub fn points(points: f64) -> String {
    match without_zeros(&format!("{points:.1}")) {
        "-0" => "0".to_owned(),
        tenths => tenths.to_owned(),
    }
}

/// Digits that are asked for are all that the page has code for; writing a number to its last one would be 2 KB to load.
fn without_zeros(number: &str) -> &str {
    number.trim_end_matches('0').trim_end_matches('.')
}
