//! What one or two snapshots of an instance say: lifetime and instant values, or differences over a window.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::window::{difference, increase, restarted, since, spans_equal};
use super::{BackendId, Counter, Distribution, Gauge, HintedBy, Moment, Ranks, Snapshot, Source, Value};
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
    /// Between two snapshots.
    Window(Span),
    /// At the moment of the scrape.
    Instant,
    /// A setting.
    Config,
}

/// How long a window is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Span {
    /// `None` when it is not known.
    pub seconds: Option<f64>,
    /// What the length rests on when the times were not told.
    pub by: Option<HintedBy>,
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
    /// Seconds that counts speak of: the whole window, or the part since the restart when its time is known.
    pub counted_seconds: Option<f64>,
    /// What its length rests on when the times of the snapshots were not told.
    pub by: Option<HintedBy>,
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
    pub first: Option<Arc<Snapshot>>,
    /// The only or the later snapshot.
    pub last: Arc<Snapshot>,
    pub window: Option<Window>,
}

/// KV usage from which running requests may be preempted (own judgement, as for a full cache elsewhere).
const FULL: f64 = 0.95;
/// KV usage from which two gateways call a replica saturated (GIE, WVA): below it the cache has room; one that preempts bounces between it
/// and full.
pub const SATURATED: f64 = 0.80;

impl Observation {
    #[must_use]
    pub fn snapshot(last: impl Into<Arc<Snapshot>>) -> Self {
        Observation { first: None, last: last.into(), window: None }
    }

    /// A window between two snapshots of one server, given in any order; they are ordered by their times, else by their counters.
    /// Ask [`super::same_instance`] first: a difference between two servers means nothing.
    #[must_use]
    pub fn window(a: impl Into<Arc<Snapshot>>, b: impl Into<Arc<Snapshot>>) -> Self {
        Self::between(&Moment::of(a), &Moment::of(b))
    }

    /// A window between two moments of one server, given in any order.
    #[must_use]
    pub fn between(a: &Moment, b: &Moment) -> Self {
        let (first, last) = if a.chronological(b).is_gt() { (b, a) } else { (a, b) };
        Self::from_to(first, last, restarted(first, last))
    }

    /// A window of which snapshots between its ends have shown that the process restarted inside, even where the counters have overtaken.
    #[must_use]
    pub fn restarted_window(first: &Moment, last: &Moment) -> Self {
        Self::from_to(first, last, true)
    }

    fn from_to(first: &Moment, last: &Moment, restarted: bool) -> Self {
        let seconds = last.at.zip(first.at).map(|(end, start)| end - start).filter(|seconds| *seconds > 0.0);
        let age = last.started_at.as_ref().zip(last.at).map(|((started, _), at)| at - started);
        let counted_seconds = match (seconds, age) {
            (Some(seconds), Some(age)) if restarted && age >= 0.0 => Some(seconds.min(age)).filter(|seconds| *seconds > 0.0),
            (seconds, _) => seconds,
        };
        let by = [first, last].iter().find_map(|end| end.hint).map(|hint| hint.by).filter(|_| seconds.is_some());
        let window = Window { seconds, restarted, counted_seconds, by };
        Observation { first: Some(Arc::clone(&first.snapshot)), last: Arc::clone(&last.snapshot), window: Some(window) }
    }

    #[must_use]
    pub fn mode(&self) -> Mode {
        if self.first.is_some() { Mode::Window } else { Mode::Snapshot }
    }

    /// Seconds that the counts of the window speak of.
    #[must_use]
    pub fn seconds(&self) -> Option<f64> {
        self.window.and_then(|window| window.counted_seconds)
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

    /// Lowest and highest value of the gauge over the snapshots of the present process; equal in snapshot mode and after a restart.
    #[must_use]
    pub fn gauge_span(&self, gauge: Gauge) -> Option<(f64, f64)> {
        let last = self.last.gauges.get(&gauge)?.value;
        let same_process = self.first.as_ref().filter(|_| !self.restarted());
        let first = same_process.and_then(|first| first.gauges.get(&gauge)).map_or(last, |value| value.value);
        Some((first.min(last), first.max(last)))
    }

    /// A count: the reset-corrected difference in a window, the lifetime value in a snapshot.
    #[must_use]
    pub fn count(&self, counter: Counter) -> Option<Reading> {
        let last = self.last.counters.get(&counter)?;
        let value = match &self.first {
            None => last.value,
            Some(first) => increase(first, counter, last, self.restarted())?,
        };
        Some(Reading { value, unit: counter.unit(), time_base: self.time_base(), source: last.source.clone() })
    }

    /// What says how fast the tokens of a request come: the gaps between its outputs; where one output holds several tokens, as with
    /// speculative decoding in vLLM, the average per token of each finished request.
    #[must_use]
    pub fn token_pace(&self) -> Distribution {
        /// Tokens an output from which a gap is no longer that of one token: with fewer, drafting does not pay (handbook I08).
        const SEVERAL: f64 = 1.3;
        let of = |counter| self.count(counter).map(|count| count.value);
        let by_drafts = || of(Counter::SpecAcceptedTokens).zip(of(Counter::SpecDrafts)).map(|(accepted, drafts)| 1.0 + accepted / drafts);
        // The gap between outputs over the time per token, where drafts are made at all; else what the accepted drafts suggest.
        let drafts = of(Counter::SpecDrafts).is_some_and(|drafts| drafts > 0.0);
        let means = || Some(self.mean(Distribution::Itl)?.value / self.mean(Distribution::Tpot)?.value);
        let tokens = self.tokens_per_delivery().map(|tokens| tokens.value).filter(|tokens| *tokens >= SEVERAL);
        let tokens = tokens.or_else(means).filter(|tokens| drafts && tokens.is_finite()).or_else(by_drafts);
        let several = self.last.backend == BackendId::Vllm && tokens.is_some_and(|tokens| tokens >= SEVERAL);
        if several && self.mean(Distribution::Tpot).is_some() { Distribution::Tpot } else { Distribution::Itl }
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
    pub fn count_by_rank(&self, counter: Counter) -> Option<Ranks> {
        let last = self.last.counters.get(&counter)?;
        let Some(first) = self.first.as_ref().filter(|_| !self.restarted()) else {
            return Some(last.ranks.clone());
        };
        let before = first.counters.get(&counter)?;
        // Both are in rank order, so that the place is mostly the same.
        let earlier = |at: usize, rank: &str| {
            let here = before.ranks.get(at).filter(|(name, _)| name == rank);
            here.or_else(|| before.ranks.iter().find(|(name, _)| name == rank)).map_or(0.0, |(_, value)| *value)
        };
        Some(last.ranks.iter().enumerate().map(|(at, (rank, value))| (rank.clone(), since(earlier(at, rank), *value))).collect())
    }

    /// A distribution: of the window, or of the lifetime in a snapshot. `None` when absent or when the bounds changed.
    #[must_use]
    pub fn distribution(&self, distribution: Distribution) -> Option<DistributionReading> {
        let last = self.last.distributions.get(&distribution)?;
        let histogram = match &self.first {
            None => last.histogram.clone(),
            Some(first) => difference(first, distribution, last, self.restarted())?,
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

    /// The process restarted inside the window.
    #[must_use]
    pub fn restarted(&self) -> bool {
        self.window.is_some_and(|window| window.restarted)
    }

    /// How many more requests than before may be inside with their first token behind them: running, or waiting again because they were
    /// preempted. A full cache counts like a preemption, for the gauges show it a step before the counter does.
    #[must_use]
    pub fn growth_past_first_token(&self) -> Option<f64> {
        let before = |gauge| if self.restarted() { 0.0 } else { self.gauge_before(gauge).map_or(0.0, |reading| reading.value) };
        let running = self.gauge(Gauge::Running)?.value - before(Gauge::Running);
        let full = self.gauge(Gauge::KvUsage).is_some_and(|usage| usage.value >= FULL);
        let preempting = full || self.may_have_preempted() || self.count(Counter::Preemptions).is_some_and(|count| count.value > 0.0);
        let waiting = self.gauge(Gauge::Waiting).filter(|_| preempting).map_or(0.0, |reading| reading.value);
        Some(running + (waiting - before(Gauge::Waiting)).max(0.0))
    }

    /// Preemptions are not counted, and the cache was near its end, or nobody says how full it was.
    #[must_use]
    pub fn may_have_preempted(&self) -> bool {
        self.count(Counter::Preemptions).is_none() && self.gauge_span(Gauge::KvUsage).is_none_or(|(_, most)| most >= SATURATED)
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
            .filter(|(key, spread)| !self.restarted() && first.distributions.get(key).is_some_and(|before| !spans_equal(before, spread)))
            .map(|(key, _)| Refusal::BucketsChanged(*key))
            .collect()
    }

    /// The time base of counts and distributions here.
    #[must_use]
    pub fn time_base(&self) -> TimeBase {
        match self.first {
            Some(_) => TimeBase::Window(Span { seconds: self.seconds(), by: self.window.and_then(|window| window.by) }),
            None => TimeBase::Lifetime(self.last.uptime_seconds()),
        }
    }
}

fn instant(gauge: Gauge, value: &Value) -> Reading {
    Reading { value: value.value, unit: gauge.unit(), time_base: TimeBase::Instant, source: value.source.clone() }
}
