//! L7: how much KV memory the offered work needs.

use super::{Laws, derived};
use crate::metrics::Unit;
use crate::signal::{Counter, Distribution, Gauge, Observation, Reading, TimeBase};

pub(super) fn fill(seen: &Observation, laws: &mut Laws) {
    laws.preemptions_per_request = preemptions(seen);
    laws.kv_work = kv_work(seen, laws);
    laws.kv_reservation = reservation(seen);
}

fn preemptions(seen: &Observation) -> Option<Reading> {
    let preemptions = seen.count(Counter::Preemptions)?;
    let finished = seen.count(Counter::Finished)?;
    // Nothing finished but something was preempted: count against one request rather than divide by zero.
    let finished_count = if finished.value > 0.0 { finished.value } else { 1.0 };
    derived(preemptions.value / finished_count, Unit::Times, preemptions.time_base, &[&preemptions.source, &finished.source])
}

/// `λ·(p̄ + ō/2)·ō·itl / capacity`: the long-run share of KV memory that the arriving work occupies.
fn kv_work(seen: &Observation, laws: &Laws) -> Option<Reading> {
    let rate = laws.arrival_rate.as_ref().or(laws.finish_rate.as_ref())?;
    if !matches!(rate.time_base, TimeBase::Window(_)) {
        return None;
    }
    let itl = seen.mean(Distribution::Itl)?;
    let (prompt, output) = lengths(seen)?;
    let capacity = capacity(seen)?;
    let work = rate.value * (prompt.value + output.value / 2.0) * output.value * itl.value / capacity.value;
    derived(work, Unit::Ratio, rate.time_base, &[&rate.source, &prompt.source, &output.source, &itl.source, &capacity.source])
}

/// What the running requests and the next one would hold at full length: servers that reserve ahead admit no more than fits.
fn reservation(seen: &Observation) -> Option<Reading> {
    let running = seen.gauge(Gauge::Running)?;
    let (prompt, output) = lengths(seen)?;
    let capacity = capacity(seen)?;
    let tokens = (running.value + 1.0) * (prompt.value + output.value);
    derived(tokens / capacity.value, Unit::Ratio, TimeBase::Instant, &[&running.source, &prompt.source, &output.source, &capacity.source])
}

/// KV capacity in tokens: the setting, else used tokens over usage, which is coarse where usage is rounded to percents.
pub(in crate::rule) fn capacity(seen: &Observation) -> Option<Reading> {
    if let Some(capacity) = &seen.last.config.kv_capacity_tokens {
        return derived(capacity.value, Unit::Tokens, TimeBase::Config, &[&capacity.source]);
    }
    const LEAST_USAGE: f64 = 0.02;
    let usage = seen.gauge(Gauge::KvUsage).filter(|usage| usage.value >= LEAST_USAGE)?;
    let used = seen.gauge(Gauge::KvUsedTokens)?;
    derived(used.value / usage.value, Unit::Tokens, TimeBase::Instant, &[&used.source, &usage.source])
}

/// Mean prompt and output length per request: from their histograms, else tokens over finished requests; over the lifetime when the
/// window saw none finish, for lengths change slowly.
pub(in crate::rule) fn lengths(seen: &Observation) -> Option<(Reading, Reading)> {
    let prompt = length(seen, Distribution::PromptLength, Counter::PromptTokens)?;
    let output = length(seen, Distribution::OutputLength, Counter::OutputTokens)?;
    Some((prompt, output))
}

fn length(seen: &Observation, distribution: Distribution, tokens: Counter) -> Option<Reading> {
    seen.mean(distribution)
        .or_else(|| per_request(seen.count(tokens)?, seen.count(Counter::Finished)?))
        .or_else(|| per_request(lifetime(seen, tokens)?, lifetime(seen, Counter::Finished)?))
        .or_else(|| {
            let spread = seen.last.distributions.get(&distribution)?;
            let time_base = TimeBase::Lifetime(seen.last.uptime_seconds());
            derived(spread.histogram.mean()?, Unit::Tokens, time_base, &[&spread.source])
        })
}

fn per_request(tokens: Reading, finished: Reading) -> Option<Reading> {
    let some = tokens.value > 0.0 && finished.value > 0.0;
    derived(tokens.value / finished.value, Unit::Tokens, tokens.time_base, &[&tokens.source, &finished.source]).filter(|_| some)
}

fn lifetime(seen: &Observation, counter: Counter) -> Option<Reading> {
    let value = seen.last.counters.get(&counter)?;
    let time_base = TimeBase::Lifetime(seen.last.uptime_seconds());
    Some(Reading { value: value.value, unit: counter.unit(), time_base, source: value.source.clone() })
}
