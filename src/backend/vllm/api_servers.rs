//! Several API servers in front of one engine (`--api-server-count`, and by default with data parallelism): their metrics are added up
//! from files of several processes, with other traps than those of one.

use crate::backend::native::Instance;
use crate::signal::{Caveat, Counter, Distribution, Gauge, Ranks, Snapshot, Source, Value, Version};
use crate::sorted::sort_by;

/// Gauges that the engine sets at each step, with the families that they are read from.
const SET_BY_STEPS: &[(Gauge, &str)] = &[
    (Gauge::Running, "num_requests_running"),
    (Gauge::Waiting, "num_requests_waiting"),
    (Gauge::WaitingCapacity, "num_requests_waiting_by_reason"),
    (Gauge::WaitingDeferred, "num_requests_waiting_by_reason"),
    (Gauge::KvUsage, "kv_cache_usage_perc"),
];
/// A stamp beyond any Unix time of our days is the sum of several.
const SUM_OF_STAMPS: f64 = 3.0e9;
/// Families of the Python frontend, which stand before and behind those gauges.
const OF_PYTHON: &[&str] = &["engine_sleep_state", "cache_config_info"];
/// Histograms that every release has.
const HISTOGRAMS: &[&str] =
    &["time_to_first_token_seconds", "request_prompt_tokens", "iteration_tokens_total", "e2e_request_latency_seconds"];

/// How it is known that the page adds up several processes.
#[derive(PartialEq)]
enum Sign {
    /// Something that only such a page has.
    Proof,
    /// What it lacks, which lines left out would make it lack too.
    Absence,
}

fn several(instance: &Instance<'_, '_>, snapshot: &Snapshot) -> Option<Sign> {
    // The client library writes neither of these when it adds up processes.
    let of_one = instance.has("process_start_time_seconds") || instance.scrape().named("python_info").next().is_some();
    if super::releases::is_v0(instance) || of_one || instance.created().is_some() {
        return None;
    }
    if added_up(instance) || summed_stamps(instance) || SET_BY_STEPS.iter().any(|(_, family)| never_set(instance, family)) {
        return Some(Sign::Proof);
    }
    stamps_are_missing(instance, snapshot).then_some(Sign::Absence)
}

/// From 0.11.1 on one process of Python says of each counter and histogram when it was made. This does not hang on the order of lines.
fn stamps_are_missing(instance: &Instance<'_, '_>, snapshot: &Snapshot) -> bool {
    const STAMPED: Version = Version(0, 11, 1);
    const COUNTERS: &[&str] = &["prompt_tokens_total", "generation_tokens_total", "request_success_total", "num_preemptions_total"];
    // The Rust frontend writes no stamps either, and has none of these.
    let python = OF_PYTHON.iter().any(|family| instance.has(family));
    let counted =
        COUNTERS.iter().filter(|family| instance.has(family)).count() + HISTOGRAMS.iter().filter(|family| instance.has(family)).count();
    python && counted >= 2 && snapshot.version.from.is_some_and(|from| from >= STAMPED)
}

/// A histogram that was added up has its sum before its buckets and its count behind them; of one process both stand behind.
fn added_up(instance: &Instance<'_, '_>) -> bool {
    let line = |base: &str, suffix: &str| instance.samples(&format!("{base}_{suffix}")).next().map(|sample| sample.line());
    let places = |base: &&str| Some((line(base, "sum")?, line(base, "bucket")?, line(base, "count")?));
    HISTOGRAMS.iter().find_map(places).is_some_and(|(sum, bucket, count)| sum < bucket && bucket < count)
}

fn summed_stamps(instance: &Instance<'_, '_>) -> bool {
    instance.numbers("lora_requests_info").any(|series| series.data.is_finite() && series.data >= SUM_OF_STAMPS)
}

/// Declared, without a sample.
fn never_set(instance: &Instance<'_, '_>, family: &str) -> bool {
    let declared = instance.scrape().family(&instance.full_name(family)).is_some_and(|family| family.is_declared());
    declared && !instance.has(family)
}

pub(super) fn read(instance: &Instance<'_, '_>, snapshot: &mut Snapshot) {
    let Some(sign) = several(instance, snapshot) else { return };
    snapshot.caveats.push(Caveat::SeveralApiServers);
    if sign == Sign::Absence {
        snapshot.caveats.push(Caveat::ApiServersPresumed);
    }
    snapshot.counters.remove(&Counter::Steps);
    snapshot.distributions.remove(&Distribution::StepTokens);
    let unused = unused_ranks(snapshot);
    for (gauge, family) in SET_BY_STEPS {
        fill(instance, snapshot, *gauge, family, &unused);
    }
}

/// Ranks that have counted nothing since the start.
fn unused_ranks(snapshot: &Snapshot) -> Ranks {
    let counters = [Counter::PromptTokens, Counter::OutputTokens, Counter::Finished];
    let mut ranks: Ranks = Vec::new();
    for (rank, value) in counters.iter().filter_map(|counter| snapshot.counters.get(counter)).flat_map(|counter| &counter.ranks) {
        match ranks.iter_mut().find(|(known, _)| known == rank) {
            Some((_, total)) => *total += value,
            None => ranks.push((rank.clone(), *value)),
        }
    }
    ranks.retain(|(_, total)| *total == 0.0);
    ranks
}

/// A rank that has not stepped is missing from the gauges; it runs nothing.
fn fill(instance: &Instance<'_, '_>, snapshot: &mut Snapshot, gauge: Gauge, family: &str, unused: &Ranks) {
    let full = instance.full_name(family);
    let declared = instance.scrape().family(&full).is_some_and(|family| family.is_declared());
    // Where comments were left out, its neighbours on the page are there and it is not.
    let between_neighbours = OF_PYTHON.iter().all(|family| instance.has(family));
    if !declared && (unused.is_empty() || !between_neighbours) {
        return;
    }
    let known = snapshot.gauges.get(&gauge).map_or(&[][..], |value| &value.ranks);
    let missing: Ranks = unused.iter().filter(|(rank, _)| !known.iter().any(|(name, _)| name == rank)).cloned().collect();
    if missing.is_empty() {
        return;
    }
    snapshot.caveats.push(Caveat::GaugesNotSetYet);
    // The page is whole: it has all that there is.
    snapshot.lacks.retain(|name| *name != full);
    let order = |rank: &str| rank.parse::<u64>().unwrap_or(u64::MAX);
    match snapshot.gauges.get_mut(&gauge) {
        Some(value) => {
            value.ranks.extend(missing);
            sort_by(&mut value.ranks, |a, b| order(&a.0).cmp(&order(&b.0)));
        }
        None => {
            // What shows that nothing runs are counters that stand at 0.
            let Some(tokens) = snapshot.counters.get(&Counter::PromptTokens) else { return };
            let source = Source::new(format!("{} ({full} has no sample yet)", tokens.source.metric), tokens.source.lines.clone());
            snapshot.gauges.insert(gauge, Value { value: 0.0, ranks: missing, source, absent_is_zero: true });
        }
    }
}
