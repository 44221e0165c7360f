//! What a rule looks at.

use super::{Evidence, Impact, Laws, Missing, State, Symptom, Symptoms, Thetas};
use crate::metrics::Unit;
use crate::signal::{
    BackendId, Counter, Distribution, DistributionReading, Gauge, Mode, Observation, Reading, Source, TimeBase, VersionRange,
};
use crate::slo::{Metric, SloStatus, Verdict};
use crate::stats::quantile;

/// Everything a rule may read. The `need_…` methods name what is missing, so that `?` answers "not measurable".
#[derive(Debug)]
pub struct Context<'a> {
    pub seen: &'a Observation,
    pub laws: &'a Laws,
    pub state: &'a State,
    pub symptoms: &'a Symptoms,
    pub slo: &'a [SloStatus],
    pub thetas: &'a Thetas,
}

/// The waiting queue over the observation.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    pub now: f64,
    /// Lowest value at the ends of a window.
    pub least: f64,
    pub most: f64,
    /// Average over the window by Little's law.
    pub mean: Option<f64>,
    /// Somebody waits all the time, as far as the observation can tell.
    pub standing: bool,
    pub source: Source,
}

/// In one snapshot fewer waiting requests than this may be arrivals of the last step (replica limit of two gateways: 5).
const SNAPSHOT_QUEUE: f64 = 5.0;
/// A queue that drains within this share of the threshold on the time to first token harms nobody (presets: 0.5 s of 1 s for chat).
const WORTH_OF_TTFT: f64 = 0.5;
const WORTH_SECONDS: f64 = 0.5;
/// A queue seen at the end only counts when queueing was this share of the time to first token.
const QUEUE_OF_TTFT: f64 = 0.5;

pub(super) fn queue_of(seen: &Observation, laws: &Laws, thetas: &Thetas) -> Option<Queue> {
    let waiting = seen.gauge(Gauge::Waiting)?;
    let (least, most) = seen.gauge_span(Gauge::Waiting)?;
    let mean = laws.queue_population.as_ref().filter(|law| matches!(law.time_base, TimeBase::Window(_))).map(|law| law.value);
    let running = seen.gauge(Gauge::Running).map_or(0.0, |running| running.value);
    let crowded = waiting.value >= SNAPSHOT_QUEUE || (waiting.value >= 2.0 && waiting.value >= running);
    let standing = if seen.mode() == Mode::Snapshot {
        crowded
    } else {
        let throughout = least >= 1.0 || (most >= 1.0 && mean.is_some_and(|mean| mean >= 1.0));
        (throughout || (crowded && queueing_leads(seen))) && worth(seen, laws, thetas)
    };
    Some(Queue { now: waiting.value, least, most, mean, standing, source: waiting.source })
}

/// Waiting is long enough to be felt; true when neither the time in queue nor the time to drain it is known.
fn worth(seen: &Observation, laws: &Laws, thetas: &Thetas) -> bool {
    let limit = thetas.ttft.as_ref().map_or(WORTH_SECONDS, |theta| WORTH_OF_TTFT * theta.seconds);
    let waited = seen.mean(Distribution::QueueTime).map(|mean| mean.value);
    let drain = laws.drain_seconds.as_ref().map(|law| law.value);
    match (waited, drain) {
        (None, None) => true,
        (waited, drain) => waited.unwrap_or(0.0).max(drain.unwrap_or(0.0)) >= limit,
    }
}

fn queueing_leads(seen: &Observation) -> bool {
    let waited = seen.mean(Distribution::QueueTime);
    waited.zip(seen.mean(Distribution::Ttft)).is_some_and(|(waited, ttft)| waited.value >= QUEUE_OF_TTFT * ttft.value)
}

impl Context<'_> {
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.seen.mode()
    }

    #[must_use]
    pub fn is_window(&self) -> bool {
        self.mode() != Mode::Snapshot
    }

    #[must_use]
    pub fn backend(&self) -> BackendId {
        self.seen.last.backend
    }

    #[must_use]
    pub fn version(&self) -> &VersionRange {
        &self.seen.last.version
    }

    /// Two snapshots.
    pub fn need_window(&self) -> Result<(), Missing> {
        if self.is_window() { Ok(()) } else { Err(Missing::second_snapshot()) }
    }

    /// Length of the window in seconds.
    pub fn need_seconds(&self) -> Result<f64, Missing> {
        self.need_window()?;
        self.seen.seconds().ok_or_else(Missing::times)
    }

    pub fn need_gauge(&self, gauge: Gauge) -> Result<Reading, Missing> {
        self.seen.gauge(gauge).ok_or_else(|| Missing::gauge(self.backend(), gauge))
    }

    /// A count over the window, or since start in a snapshot.
    pub fn need_count(&self, counter: Counter) -> Result<Reading, Missing> {
        self.seen.count(counter).ok_or_else(|| Missing::counter(self.backend(), counter))
    }

    pub fn need_distribution(&self, distribution: Distribution) -> Result<DistributionReading, Missing> {
        self.seen.distribution(distribution).ok_or_else(|| Missing::distribution(self.backend(), distribution))
    }

    /// A mean; too few observations are missing ones.
    pub fn need_mean(&self, distribution: Distribution) -> Result<Reading, Missing> {
        self.need_distribution(distribution)?;
        self.seen.mean(distribution).ok_or_else(|| Missing::samples("finished requests", 0.0, 1.0))
    }

    pub fn need_law(&self, law: &Option<Reading>, words: &str) -> Result<Reading, Missing> {
        law.clone().ok_or_else(|| {
            if self.is_window() {
                Missing::new(words, "It follows from several families; copy the whole /metrics page, with the times of the dumps.")
            } else {
                Missing::second_snapshot()
            }
        })
    }

    /// A missed target on the time to first token; a target must be there to be missed.
    pub fn need_ttft_target(&self) -> Result<Option<&super::SymptomSeen>, Missing> {
        let has = self.slo.iter().any(|status| {
            matches!(status.target.metric, Metric::Quantile(Distribution::Ttft, _) | Metric::Mean(Distribution::Ttft))
                && status.verdict != Verdict::NoData
        });
        if !has {
            return Err(Missing::new(
                "a target on the time to first token that can be judged",
                "Choose a preset, or add a target on ttft.",
            ));
        }
        Ok(self.symptoms.get(Symptom::Ttft))
    }

    /// The waiting queue. Not measurable without the gauge.
    pub fn queue(&self) -> Result<Queue, Missing> {
        queue_of(self.seen, self.laws, self.thetas).ok_or_else(|| Missing::gauge(self.backend(), Gauge::Waiting))
    }

    /// Requests that stand behind latencies: first tokens, or finished requests for TGI.
    #[must_use]
    pub fn requests(&self) -> Option<f64> {
        match self.backend() {
            BackendId::Tgi => self.seen.count(Counter::Finished).map(|count| count.value),
            _ => self.seen.observations(Distribution::Ttft).or_else(|| self.seen.count(Counter::Finished).map(|count| count.value)),
        }
    }

    #[must_use]
    pub fn impact(&self, explains: &[Symptom]) -> Impact {
        Impact::of(self.symptoms, explains)
    }

    /// The gauge as evidence: in a window with both ends.
    #[must_use]
    pub fn gauge(&self, gauge: Gauge) -> Option<Evidence> {
        let reading = self.seen.gauge(gauge)?;
        let evidence = Evidence::new(gauge.path(), gauge.words(), reading, self.seen.last.text_index);
        Some(match self.seen.gauge_before(gauge) {
            Some(before) if before.value != evidence.value => {
                let shown = format!("{} → {}", before.unit.show(before.value), evidence.shown);
                evidence.shown_as(shown)
            }
            _ => evidence,
        })
    }

    #[must_use]
    pub fn count(&self, counter: Counter) -> Option<Evidence> {
        let reading = self.seen.count(counter)?;
        Some(Evidence::new(counter.path(), counter.words(), reading, self.seen.last.text_index))
    }

    #[must_use]
    pub fn mean(&self, distribution: Distribution) -> Option<Evidence> {
        let reading = self.seen.mean(distribution)?;
        let label = format!("mean {}", distribution.words());
        Some(Evidence::new(format!("{}.mean", distribution.path()), label, reading, self.seen.last.text_index))
    }

    /// A quantile as evidence, printed with its bucket.
    #[must_use]
    pub fn quantile(&self, distribution: Distribution, q: f64) -> Option<Evidence> {
        let reading = self.seen.distribution(distribution)?;
        let found = quantile(&reading.histogram, q)?;
        let unit = distribution.unit();
        let percent = (q * 1000.0).round() / 10.0;
        let shown = found.show(unit);
        let value = Reading { value: found.point, unit, time_base: reading.time_base, source: reading.source };
        let label = format!("P{percent} {}", distribution.words());
        Some(Evidence::new(format!("{}.p{percent}", distribution.path()), label, value, self.seen.last.text_index).shown_as(shown))
    }

    /// A law as evidence. `path` is the report's, e.g. `law.stall_share`.
    #[must_use]
    pub fn law(&self, law: &Option<Reading>, path: &str, label: &str) -> Option<Evidence> {
        Some(Evidence::new(path, label, law.clone()?, self.seen.last.text_index).inferred())
    }

    /// A number computed by the rule itself from the given source.
    #[must_use]
    pub fn computed(&self, path: &str, label: &str, value: f64, unit: Unit, source: &Source) -> Evidence {
        let reading = Reading { value, unit, time_base: self.seen.time_base(), source: source.clone() };
        Evidence::new(path, label, reading, self.seen.last.text_index)
    }
}
