//! What two snapshots have to do with each other: which is older, whether the process restarted between them, whether they are of one
//! server at all, and differences that survive a reset.

use super::moment::{SAME_START_SECONDS, chronological};
use super::{Counter, Distribution, Snapshot, Spread, Value};
use crate::metrics::Histogram;

/// A counter that falls by less than this share is float noise of whoever added it up.
const NOISE: f64 = 1e-9;

/// Says why two texts cannot be of one instance, so that their difference would mean nothing.
///
/// # Errors
/// One sentence that names what differs.
pub fn same_instance(a: &Snapshot, b: &Snapshot) -> Result<(), String> {
    if a.backend != b.backend {
        return Err(format!("One text is of {}, the other of {}.", a.backend.name(), b.backend.name()));
    }
    if let (Some(model_a), Some(model_b)) = (&a.key.model, &b.key.model)
        && model_a != model_b
    {
        return Err(format!("The texts are of different models: {model_a} and {model_b}."));
    }
    for (name, value) in &a.key.labels {
        if let Some((_, other)) = b.key.labels.iter().find(|(other, _)| other == name)
            && other != value
        {
            return Err(format!("The label {name} differs: {value} and {other}."));
        }
    }
    let (first, last) = if chronological(a, b).is_gt() { (b, a) } else { (a, b) };
    lived_at_once(first, last)?;
    counters(first, last)
}

/// Says which setting differs between two snapshots of one instance: with another configuration a difference means nothing, while two
/// windows may well be compared.
///
/// # Errors
/// One sentence that names the setting and both values.
pub fn same_settings(a: &Snapshot, b: &Snapshot) -> Result<(), String> {
    let (first, last) = if chronological(a, b).is_gt() { (b, a) } else { (a, b) };
    settings(first, last)
}

/// A second process that started before the first dump was taken is another server, not a restart. Where nobody told when that was, its
/// newest `_created` stamp tells of a moment at which it was still to come.
fn lived_at_once(first: &Snapshot, last: &Snapshot) -> Result<(), String> {
    let taken = first.told_at().into_iter().chain(first.newest_stamp).reduce(f64::max);
    let (Some((before, _)), Some((after, _)), Some(at)) = (&first.started_at, &last.started_at, taken) else {
        return Ok(());
    };
    if (after - before).abs() > SAME_START_SECONDS && *after < at - SAME_START_SECONDS {
        return Err("The two processes ran at the same time: the second one started before the first dump was taken.".to_owned());
    }
    Ok(())
}

/// Settings that only a new process can change. After a restart they may differ, but then the dumps are of two configurations.
fn settings(first: &Snapshot, last: &Snapshot) -> Result<(), String> {
    let (a, b) = (&first.config, &last.config);
    let numbers = [
        ("KV capacity", &a.kv_capacity_tokens, &b.kv_capacity_tokens),
        ("block size", &a.block_size, &b.block_size),
        ("longest sequence", &a.max_model_len, &b.max_model_len),
        ("GPU memory share", &a.gpu_memory_utilization, &b.gpu_memory_utilization),
    ];
    for (name, before, after) in numbers {
        if let (Some(before), Some(after)) = (before, after)
            && !before.inferred
            && !after.inferred
            && (before.value - after.value).abs() > NOISE * before.value.abs()
        {
            return Err(format!("The setting “{name}” changed from {} to {}.", before.value, after.value));
        }
    }
    Ok(())
}

/// Without a start time, counters that fell beside others that grew fit neither a window nor a restart.
fn counters(first: &Snapshot, last: &Snapshot) -> Result<(), String> {
    if started_again(first, last).is_some() {
        return Ok(());
    }
    let (mut grew, mut shrank) = (0, 0);
    for (key, value) in &last.counters {
        let Some(before) = first.counters.get(key).filter(|before| before.value > 0.0) else { continue };
        grew += u32::from(value.value > before.value);
        shrank += u32::from(fell(before.value, value.value));
    }
    if shrank > 0 && grew > 0 {
        return Err(
            "Some counters grew while others fell: the texts are of two servers, or of one before and long after a restart.".to_owned()
        );
    }
    Ok(())
}

/// `Some(true)` when the start time moved forward, `Some(false)` when it stood still, `None` when it is unknown.
fn started_again(first: &Snapshot, last: &Snapshot) -> Option<bool> {
    let ((before, _), (after, _)) = (first.started_at.as_ref()?, last.started_at.as_ref()?);
    Some(after - before > SAME_START_SECONDS)
}

/// The process restarted between the snapshots: its start time moved, or a counter or histogram fell.
pub fn restarted(first: &Snapshot, last: &Snapshot) -> bool {
    started_again(first, last) == Some(true) || dropped(first, last)
}

/// A counter or a histogram counted less later on.
#[must_use]
pub fn dropped(first: &Snapshot, last: &Snapshot) -> bool {
    let counter_fell =
        last.counters.iter().any(|(key, value)| first.counters.get(key).is_some_and(|before| fell(before.value, value.value)));
    let histogram_fell = last.distributions.iter().any(|(key, spread)| {
        let before = first.distributions.get(key).and_then(|before| before.histogram.observations());
        before.zip(spread.histogram.observations()).is_some_and(|(before, after)| fell(before, after))
    });
    counter_fell || histogram_fell
}

fn fell(before: f64, after: f64) -> bool {
    before - after > NOISE * before.abs()
}

/// PromQL's reset rule: a counter that fell started again from zero.
pub(super) fn since(before: f64, after: f64) -> f64 {
    if fell(before, after) { after } else { (after - before).max(0.0) }
}

/// What a family that the first snapshot lacks was worth then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// Zero: the server had served nothing, or the whole process is newer than the first snapshot.
    Zero,
    /// Unknown: the text may have been cut.
    Unknown,
}

/// Families appear with their first event, so that their absence means zero on a server that has served nothing.
pub(super) fn before(first: &Snapshot, restarted: bool) -> Before {
    let counters = [Counter::Finished, Counter::OutputTokens, Counter::PromptTokens, Counter::LiveOutputTokens];
    let distributions = [Distribution::Ttft, Distribution::E2e];
    let served = counters.iter().filter_map(|key| first.counters.get(key)).any(|value| value.value > 0.0)
        || distributions.iter().filter_map(|key| first.distributions.get(key)?.histogram.observations()).any(|count| count > 0.0);
    if served && !restarted { Before::Unknown } else { Before::Zero }
}

/// The increase of a counter; after a restart all of it. `None` when its earlier value is unknown.
pub(super) fn increase(first: &Snapshot, key: Counter, last: &Value, restarted: bool) -> Option<f64> {
    match first.counters.get(&key) {
        Some(first) if !restarted => Some(since(first.value, last.value)),
        None if before(first, restarted) == Before::Unknown && !last.absent_is_zero => None,
        _ => Some(last.value),
    }
}

/// The observations of the window; `None` when the bounds changed without a restart, or the earlier counts are unknown.
pub(super) fn difference(first: &Snapshot, key: Distribution, last: &Spread, restarted: bool) -> Option<Histogram> {
    match first.distributions.get(&key) {
        Some(first) if !restarted => {
            if !spans_equal(first, last) {
                return None;
            }
            last.histogram.since(&first.histogram).or_else(|| Some(last.histogram.clone()))
        }
        None if before(first, restarted) == Before::Unknown => None,
        _ => Some(last.histogram.clone()),
    }
}

/// What the observations between two snapshots add up to, the earlier one first: of a latency, seconds.
#[must_use]
pub fn spent(first: &Snapshot, last: &Snapshot, key: Distribution, restarted: bool) -> Option<f64> {
    difference(first, key, last.distributions.get(&key)?, restarted)?.sum
}

pub(super) fn spans_equal(first: &Spread, last: &Spread) -> bool {
    last.histogram.same_bounds(&first.histogram)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::testing::{Build, setting};
    use crate::signal::{BackendId, Mode, Observation, Refusal};

    fn at_count(finished: f64) -> Build {
        Build::new(BackendId::Vllm).counter(Counter::Finished, finished).counter(Counter::OutputTokens, finished * 100.0).latency(
            Distribution::Ttft,
            finished,
            0.2,
        )
    }

    use std::cmp::Ordering;

    #[test]
    fn shuffled_snapshots_without_times_find_their_order_by_their_counters() {
        let counts = [3.0, 9.0, 20.0, 21.0, 400.0];
        for shuffle in [[4, 2, 0, 1, 3], [1, 0, 4, 3, 2], [3, 4, 1, 2, 0]] {
            let mut snapshots: Vec<Snapshot> =
                shuffle.iter().filter_map(|index| counts.get(*index)).map(|count| at_count(*count).0).collect();
            snapshots.sort_by(chronological);
            let order: Vec<f64> =
                snapshots.iter().filter_map(|snapshot| snapshot.counters.get(&Counter::Finished)).map(|value| value.value).collect();
            assert_eq!(order, counts);
        }
    }

    #[test]
    fn a_huge_counter_does_not_hide_the_order_of_small_ones() {
        let older = at_count(10.0).counter(Counter::EstimatedFlops, 4e18);
        let newer = at_count(11.0).counter(Counter::EstimatedFlops, 4e18);
        assert_eq!(chronological(&newer.0, &older.0), Ordering::Greater);
    }

    #[test]
    fn a_window_is_the_same_in_whatever_order_its_snapshots_come() {
        let (a, b) = (at_count(10.0).at(100.0), at_count(40.0).at(160.0));
        let window = Observation::window(b.0.clone(), a.0.clone());
        assert_eq!(window, Observation::window(a.0, b.0));
        assert_eq!(window.count(Counter::Finished).map(|reading| reading.value), Some(30.0));
        assert_eq!(window.rate(Counter::Finished).map(|reading| reading.value), Some(0.5));
        assert_eq!(window.observations(Distribution::Ttft), Some(30.0));
    }

    #[test]
    fn a_restart_is_seen_by_its_start_time_even_when_the_counters_have_overtaken() {
        let before = at_count(10.0).at(100.0).started(0.0);
        let after = at_count(40.0).at(160.0).started(120.0);
        let window = Observation::window(before.0, after.0);
        assert!(window.restarted());
        assert_eq!(window.count(Counter::Finished).map(|reading| reading.value), Some(40.0));
        // 40 requests in the 40 s since the restart.
        assert_eq!(window.rate(Counter::Finished).map(|reading| reading.value), Some(1.0));
    }

    #[test]
    fn a_counter_that_fell_counts_from_zero() {
        let window = Observation::window(at_count(100.0).at(0.0).0, at_count(7.0).at(60.0).0);
        assert!(window.restarted());
        assert_eq!(window.count(Counter::Finished).map(|reading| reading.value), Some(7.0));
        assert_eq!(window.observations(Distribution::Ttft), Some(7.0));
    }

    #[test]
    fn changed_buckets_are_refused_and_named() {
        let before = at_count(10.0).histogram(Distribution::E2e, &[(1.0, 10.0), (f64::INFINITY, 0.0)], 5.0).at(0.0);
        let after = at_count(20.0).histogram(Distribution::E2e, &[(2.0, 20.0), (f64::INFINITY, 0.0)], 9.0).at(60.0);
        let window = Observation::window(before.0, after.0);
        assert_eq!(window.mode(), Mode::Window);
        assert!(window.distribution(Distribution::E2e).is_none());
        assert_eq!(window.refusals(), vec![Refusal::BucketsChanged(Distribution::E2e)]);
    }

    #[test]
    fn a_family_missing_from_the_first_text_is_zero_only_on_a_server_that_had_served_nothing() {
        let fresh = Build::new(BackendId::Tgi).at(0.0);
        let served = Build::new(BackendId::Tgi).counter(Counter::OutputTokens, 500.0).at(0.0);
        let later = Build::new(BackendId::Tgi).counter(Counter::OutputTokens, 900.0).counter(Counter::Finished, 12.0).at(60.0);
        let from_fresh = Observation::window(fresh.0, later.clone().0);
        assert_eq!(from_fresh.count(Counter::Finished).map(|reading| reading.value), Some(12.0));
        assert!(Observation::window(served.0, later.0).count(Counter::Finished).is_none());
    }

    #[test]
    fn texts_of_different_servers_are_told_apart() {
        let one = at_count(10.0).at(100.0).started(0.0);
        assert_eq!(same_instance(&one.0, &at_count(40.0).at(160.0).started(0.4).0), Ok(()));
        assert_eq!(same_instance(&one.0, &at_count(3.0).at(160.0).started(130.0).0), Ok(()), "a restart is one instance");
        assert!(same_instance(&one.0, &at_count(40.0).at(160.0).started(50.0).0).is_err(), "both processes were alive at 100 s");
        assert!(same_instance(&one.0, &Build::new(BackendId::Tgi).0).is_err());
        let mut other_model = at_count(40.0).at(160.0);
        other_model.0.key.model = Some("b".to_owned());
        let mut this_model = at_count(10.0).at(100.0);
        this_model.0.key.model = Some("a".to_owned());
        assert!(same_instance(&this_model.0, &other_model.0).is_err());
        let sized = |tokens: f64, count: f64| at_count(count).config(|config| config.kv_capacity_tokens = setting(tokens)).0;
        assert!(same_settings(&sized(400_448.0, 1.0), &sized(60_000.0, 2.0)).is_err());
        let mixed = at_count(50.0).counter(Counter::OutputTokens, 10.0);
        assert!(same_instance(&at_count(10.0).0, &mixed.0).is_err(), "more requests and fewer tokens");
    }
}
