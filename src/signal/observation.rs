//! What one or two snapshots of an instance say: lifetime and instant values, or differences over a window.

use serde::{Deserialize, Serialize};

use super::{Counter, Distribution, Gauge, Snapshot, Source, Spread, Value};
use crate::metrics::{Histogram, Unit};

/// How many snapshots stand behind a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    Snapshot,
    Window,
    Series,
}

/// What span of time a number speaks of. Printed beside every number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TimeBase {
    /// Since the process started; seconds when known.
    Lifetime(Option<f64>),
    /// Between two snapshots; seconds when known.
    Window(Option<f64>),
    /// At the moment of the scrape.
    Instant,
    /// A setting.
    Config,
}

/// A number that is fit to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub value: f64,
    pub unit: Unit,
    pub time_base: TimeBase,
    pub source: Source,
}

/// A histogram that is fit to be judged.
#[derive(Debug, Clone, PartialEq)]
pub struct DistributionReading {
    pub distribution: Distribution,
    pub histogram: Histogram,
    pub time_base: TimeBase,
    pub source: Source,
}

/// The window between the two snapshots of an observation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Length in seconds; `None` when the snapshots carry no times.
    pub seconds: Option<f64>,
    /// The process restarted inside: differences are counts since the restart.
    pub restarted: bool,
}

/// Why a difference cannot be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The bucket bounds changed between the snapshots.
    BucketsChanged(Distribution),
}

/// One instance, seen once or twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The earlier snapshot of a window.
    pub first: Option<Snapshot>,
    /// The only or the later snapshot.
    pub last: Snapshot,
    pub window: Option<Window>,
}

impl Observation {
    #[must_use]
    pub fn snapshot(last: Snapshot) -> Self {
        Observation { first: None, last, window: None }
    }

    /// A window between two snapshots of one instance, given in any order; they are ordered by their times, else by their counters.
    #[must_use]
    pub fn window(a: Snapshot, b: Snapshot) -> Self {
        let (first, last) = if earlier(&a, &b) { (a, b) } else { (b, a) };
        let seconds = last.at.zip(first.at).map(|(end, start)| end - start).filter(|seconds| *seconds > 0.0);
        let restarted = restarted(&first, &last);
        Observation { first: Some(first), last, window: Some(Window { seconds, restarted }) }
    }

    #[must_use]
    pub fn mode(&self) -> Mode {
        if self.first.is_some() { Mode::Window } else { Mode::Snapshot }
    }

    /// Length of the window in seconds.
    #[must_use]
    pub fn seconds(&self) -> Option<f64> {
        self.window.and_then(|window| window.seconds)
    }

    /// The gauge at the last snapshot.
    #[must_use]
    pub fn gauge(&self, gauge: Gauge) -> Option<Reading> {
        self.last.gauges.get(&gauge).map(|value| instant(gauge, value))
    }

    /// The gauge at the first snapshot of a window.
    #[must_use]
    pub fn gauge_before(&self, gauge: Gauge) -> Option<Reading> {
        self.first.as_ref()?.gauges.get(&gauge).map(|value| instant(gauge, value))
    }

    /// Lowest and highest value of the gauge over the snapshots; equal in snapshot mode.
    #[must_use]
    pub fn gauge_span(&self, gauge: Gauge) -> Option<(f64, f64)> {
        let last = self.last.gauges.get(&gauge)?.value;
        let first = self.first.as_ref().and_then(|first| first.gauges.get(&gauge)).map_or(last, |value| value.value);
        Some((first.min(last), first.max(last)))
    }

    /// A count: the reset-corrected difference in a window, the lifetime value in a snapshot.
    #[must_use]
    pub fn count(&self, counter: Counter) -> Option<Reading> {
        let last = self.last.counters.get(&counter)?;
        let value = match &self.first {
            None => last.value,
            Some(first) => increase(first.counters.get(&counter), last, self.window.is_some_and(|window| window.restarted))?,
        };
        Some(Reading { value, unit: counter.unit(), time_base: self.time_base(), source: last.source.clone() })
    }

    /// The count per second of the window, or of the lifetime when the uptime is known.
    #[must_use]
    pub fn rate(&self, counter: Counter) -> Option<Reading> {
        let count = self.count(counter)?;
        let seconds = match self.first {
            Some(_) => self.seconds()?,
            None => self.last.uptime_seconds()?,
        };
        (seconds > 0.0).then(|| Reading { value: count.value / seconds, ..count })
    }

    /// Counts by data-parallel rank, in rank order.
    #[must_use]
    pub fn count_by_rank(&self, counter: Counter) -> Option<Vec<(String, f64)>> {
        let last = self.last.counters.get(&counter)?;
        let Some(first) = &self.first else {
            return Some(last.ranks.clone());
        };
        let before = first.counters.get(&counter)?;
        Some(
            last.ranks
                .iter()
                .map(|(rank, value)| {
                    let earlier = before.ranks.iter().find(|(name, _)| name == rank).map_or(0.0, |(_, value)| *value);
                    (rank.clone(), if *value < earlier { *value } else { value - earlier })
                })
                .collect(),
        )
    }

    /// A distribution: of the window, or of the lifetime in a snapshot. `None` when absent or when the bounds changed.
    #[must_use]
    pub fn distribution(&self, distribution: Distribution) -> Option<DistributionReading> {
        let last = self.last.distributions.get(&distribution)?;
        let histogram = match &self.first {
            None => last.histogram.clone(),
            Some(first) => difference(first.distributions.get(&distribution), last, self.window.is_some_and(|window| window.restarted))?,
        };
        Some(DistributionReading { distribution, histogram, time_base: self.time_base(), source: last.source.clone() })
    }

    /// The mean of a distribution.
    #[must_use]
    pub fn mean(&self, distribution: Distribution) -> Option<Reading> {
        let reading = self.distribution(distribution)?;
        let value = reading.histogram.mean()?;
        Some(Reading { value, unit: distribution.unit(), time_base: reading.time_base, source: reading.source })
    }

    /// Number of observations of a distribution.
    #[must_use]
    pub fn observations(&self, distribution: Distribution) -> Option<f64> {
        self.distribution(distribution)?.histogram.observations()
    }

    /// Sum of a distribution's observations.
    #[must_use]
    pub fn sum(&self, distribution: Distribution) -> Option<f64> {
        self.distribution(distribution)?.histogram.sum
    }

    /// Distributions whose bounds changed between the snapshots.
    #[must_use]
    pub fn refusals(&self) -> Vec<Refusal> {
        let Some(first) = &self.first else {
            return Vec::new();
        };
        self.last
            .distributions
            .iter()
            .filter(|(key, spread)| first.distributions.get(key).is_some_and(|before| !spread.histogram.same_bounds(&before.histogram)))
            .map(|(key, _)| Refusal::BucketsChanged(*key))
            .collect()
    }

    /// The time base of counts and distributions here.
    #[must_use]
    pub fn time_base(&self) -> TimeBase {
        match self.first {
            Some(_) => TimeBase::Window(self.seconds()),
            None => TimeBase::Lifetime(self.last.uptime_seconds()),
        }
    }
}

fn instant(gauge: Gauge, value: &Value) -> Reading {
    Reading { value: value.value, unit: gauge.unit(), time_base: TimeBase::Instant, source: value.source.clone() }
}

/// PromQL's reset rule: a counter that fell started again from zero.
fn increase(first: Option<&Value>, last: &Value, restarted: bool) -> Option<f64> {
    let Some(first) = first else {
        return Some(last.value);
    };
    let delta = last.value - first.value;
    Some(if restarted || delta < 0.0 { last.value } else { delta })
}

fn difference(first: Option<&Spread>, last: &Spread, restarted: bool) -> Option<Histogram> {
    let Some(first) = first else {
        return Some(last.histogram.clone());
    };
    if restarted {
        return Some(last.histogram.clone());
    }
    if !last.histogram.same_bounds(&first.histogram) {
        return None;
    }
    last.histogram.since(&first.histogram).or_else(|| Some(last.histogram.clone()))
}

fn restarted(first: &Snapshot, last: &Snapshot) -> bool {
    let moved = match (&first.started_at, &last.started_at) {
        (Some((before, _)), Some((after, _))) => after - before > 1.0,
        _ => false,
    };
    moved || last.counters.iter().any(|(key, value)| first.counters.get(key).is_some_and(|before| value.value < before.value))
}

/// True when `a` was taken before `b`: by time, else by start time, else by the counters that moved.
fn earlier(a: &Snapshot, b: &Snapshot) -> bool {
    if let (Some(at_a), Some(at_b)) = (a.at, b.at)
        && at_a != at_b
    {
        return at_a < at_b;
    }
    if let (Some((start_a, _)), Some((start_b, _))) = (&a.started_at, &b.started_at)
        && (start_a - start_b).abs() > 1.0
    {
        return start_a < start_b;
    }
    let mut balance = 0i64;
    for (key, value) in &a.counters {
        if let Some(other) = b.counters.get(key) {
            balance += i64::from(value.value < other.value) - i64::from(value.value > other.value);
        }
    }
    balance >= 0
}
