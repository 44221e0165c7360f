//! What the published thresholds of others say of the same numbers. They inform; they do not score.
//!
//! Each [`Pack`] is data: thresholds as their authors published them, with the source. The spread between the packs is itself
//! worth seeing: one fixed number for a queue or a latency cannot be right for every server.

mod measure;
mod packs;

pub use measure::Measure;
pub use packs::PACKS;

use crate::signal::{BackendId, Observation};

/// A set of thresholds by one author.
#[derive(Debug)]
pub struct Pack {
    pub name: &'static str,
    /// Where the numbers were published.
    pub source: &'static str,
    pub checks: &'static [Check],
}

/// One published condition.
#[derive(Debug)]
pub struct Check {
    /// Path of the signal that it judges.
    pub signal: &'static str,
    /// The condition as published, in words.
    pub condition: &'static str,
    pub backends: &'static [BackendId],
    pub measure: Measure,
    pub warning: Option<Limit>,
    pub critical: Option<Limit>,
    /// The condition speaks only while this many requests run.
    pub while_running: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    Above(f64),
    AtLeast(f64),
    Below(f64),
}

impl Limit {
    fn crossed(self, value: f64) -> bool {
        match self {
            Limit::Above(limit) => value > limit,
            Limit::AtLeast(limit) => value >= limit,
            Limit::Below(limit) => value < limit,
        }
    }
}

/// What a pack says of one signal.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    pub pack: &'static str,
    pub signal: &'static str,
    pub condition: &'static str,
    /// The value with its unit and time base; `no data` when it cannot be had.
    pub shown: String,
    pub verdict: Verdict,
    pub source: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Ok,
    Warning,
    Critical,
    /// The value is not in the input, or needs a second snapshot.
    NoData,
}

/// Every condition that applies to the backend, in the order of the packs.
#[must_use]
pub fn opinions(seen: &Observation) -> Vec<Opinion> {
    PACKS.iter().flat_map(|pack| pack.checks.iter().filter_map(move |check| opinion(seen, pack, check))).collect()
}

fn opinion(seen: &Observation, pack: &Pack, check: &Check) -> Option<Opinion> {
    if !check.backends.contains(&seen.last.backend) {
        return None;
    }
    let measured = check.measure.of(seen);
    let verdict = measured.as_ref().map_or(Verdict::NoData, |measured| check.judge(seen, measured.value));
    let shown = measured.map_or_else(|| "no data".to_owned(), |measured| measured.shown());
    Some(Opinion { pack: pack.name, signal: check.signal, condition: check.condition, shown, verdict, source: pack.source })
}

impl Check {
    fn judge(&self, seen: &Observation, value: f64) -> Verdict {
        if let Some(least) = self.while_running {
            match seen.gauge(crate::signal::Gauge::Running) {
                None => return Verdict::NoData,
                Some(running) if running.value < least => return Verdict::Ok,
                Some(_) => {}
            }
        }
        if self.critical.is_some_and(|limit| limit.crossed(value)) {
            Verdict::Critical
        } else if self.warning.is_some_and(|limit| limit.crossed(value)) {
            Verdict::Warning
        } else {
            Verdict::Ok
        }
    }
}

#[cfg(test)]
mod tests;
