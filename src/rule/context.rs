//! What a rule looks at.

use super::queueing::queueing_leads;
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

/// How the targets on the time to first token stand.
#[derive(Debug, Clone, PartialEq)]
pub enum TtftTarget {
    Missed,
    /// Not decided, and the best estimate misses it or there is none.
    Open {
        why: String,
        /// Seconds.
        limit: f64,
        /// Whether there is an estimate, or bounds only.
        estimated: bool,
    },
    Met,
}

/// In one snapshot fewer waiting requests than this may be arrivals of the last step (replica limit of two gateways: 5).
const SNAPSHOT_QUEUE: f64 = 5.0;
/// A queue that drains within this share of the threshold on the time to first token harms nobody (presets: 0.5 s of 1 s for chat).
pub(super) const WORTH_OF_TTFT: f64 = 0.5;
pub(super) const WORTH_SECONDS: f64 = 0.5;

/// Why nothing can be said of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QueueUnknown {
    /// The gauge is missing.
    NoGauge,
    /// Requests waited at one end of the window, or a few in one snapshot, and no time in queue tells whether they did otherwise.
    NoTimes,
}

pub(super) fn queue_of(seen: &Observation, laws: &Laws, thetas: &Thetas) -> Result<Queue, QueueUnknown> {
    let (waiting, (least, most)) = seen.gauge(Gauge::Waiting).zip(seen.gauge_span(Gauge::Waiting)).ok_or(QueueUnknown::NoGauge)?;
    let mean = laws.queue_population.as_ref().filter(|law| matches!(law.time_base, TimeBase::Window(_))).map(|law| law.value);
    let running = seen.gauge(Gauge::Running).map_or(0.0, |running| running.value);
    let many = waiting.value >= SNAPSHOT_QUEUE;
    let few = waiting.value >= 2.0 && waiting.value >= running;
    let crowded = many || few;
    let standing = if seen.mode() == Mode::Snapshot {
        // A handful may have arrived with the last step, unless requests are known to wait long here.
        match seen.mean(Distribution::QueueTime) {
            _ if many || !few => Some(many),
            Some(_) => worth(seen, laws, thetas),
            None => None,
        }
    } else {
        let on_average = mean.map(|mean| mean >= 1.0).or_else(|| waited_on_average(seen, laws));
        let throughout = if most < 1.0 {
            Some(false)
        } else if least >= 1.0 {
            Some(true)
        } else {
            on_average
        };
        let late = if crowded { queueing_leads(seen) } else { Some(false) };
        both(either(throughout, late), worth(seen, laws, thetas))
    };
    let standing = standing.ok_or(QueueUnknown::NoTimes)?;
    Ok(Queue { now: waiting.value, least, most, mean, standing, source: waiting.source })
}

/// At least one request waited on average, by the requests before their first token (L2): those are waiting, in prefill, or on their way
/// through the front end, and no more than the running ones can be in prefill.
fn waited_on_average(seen: &Observation, laws: &Laws) -> Option<bool> {
    let before = laws.before_first_token.as_ref().filter(|law| matches!(law.time_base, TimeBase::Window(_)))?.value;
    let (_, running) = seen.gauge_span(Gauge::Running)?;
    if before < 1.0 { Some(false) } else { (before - running >= 1.0).then_some(true) }
}

fn either(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    if a == Some(true) || b == Some(true) { Some(true) } else { a.zip(b).map(|_| false) }
}

fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    if a == Some(false) || b == Some(false) { Some(false) } else { a.zip(b).map(|_| true) }
}

/// Waiting is long enough to be felt; true when neither the time in queue nor the time to drain it is known, unknown when a short drain
/// leaves the time in queue open.
fn worth(seen: &Observation, laws: &Laws, thetas: &Thetas) -> Option<bool> {
    let limit = thetas.ttft.as_ref().map_or(WORTH_SECONDS, |theta| WORTH_OF_TTFT * theta.seconds);
    let waited = seen.mean(Distribution::QueueTime).map(|mean| mean.value);
    let drain = laws.drain_seconds.as_ref().map(|law| law.value);
    match (waited, drain) {
        (None, None) => Some(true),
        (None, Some(drain)) => (drain >= limit).then_some(true),
        (Some(waited), drain) => Some(waited.max(drain.unwrap_or(0.0)) >= limit),
    }
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

    /// How the targets on the time to first token stand; there must be one that can be judged.
    pub fn need_ttft_target(&self) -> Result<TtftTarget, Missing> {
        let on_ttft = |status: &&SloStatus| {
            matches!(status.target.metric, Metric::Quantile(Distribution::Ttft, _) | Metric::Mean(Distribution::Ttft))
                && status.verdict != Verdict::NoData
        };
        let judged: Vec<&SloStatus> = self.slo.iter().filter(on_ttft).collect();
        if judged.is_empty() {
            return Err(Missing::new(
                "a target on the time to first token that can be judged",
                "Choose a preset, or add a target on ttft.",
            ));
        }
        if self.symptoms.get(Symptom::Ttft).is_some() {
            return Ok(TtftTarget::Missed);
        }
        let leans = |status: &&&SloStatus| {
            let misses =
                status.current.is_none_or(|current| !status.target.comparison.holds(current * status.target.scale, status.target.asked));
            status.verdict == Verdict::Undetermined && misses
        };
        Ok(judged.iter().find(leans).map_or(TtftTarget::Met, |status| TtftTarget::Open {
            why: status.why.clone(),
            limit: status.target.value,
            estimated: status.current.is_some(),
        }))
    }

    /// A target on the gap between tokens is missed; one must be decided to say that none is.
    pub fn tokens_late(&self) -> Result<bool, Missing> {
        if self.symptoms.get(Symptom::Itl).is_some_and(|seen| seen.violated) {
            return Ok(true);
        }
        let on_gaps = |status: &&SloStatus| match status.target.metric {
            Metric::Quantile(distribution, _) | Metric::Mean(distribution) => {
                matches!(distribution, Distribution::Itl | Distribution::Tpot)
            }
            Metric::MeanPerToken => true,
            _ => false,
        };
        let met = self.slo.iter().filter(on_gaps).any(|status| status.verdict == Verdict::Pass);
        if met {
            return Ok(false);
        }
        Err(Missing::new("a target on the gap between tokens that can be judged", "Choose a preset, or add a target on itl or tpot."))
    }

    /// How full the KV cache is at the last dump, and was at the first where that was clearly more: `82 % full (was 99 %)`.
    #[must_use]
    pub fn kv_full_now(&self) -> Option<String> {
        /// Less is a matter of the step.
        const CLEARLY: f64 = 0.03;
        let now = self.seen.gauge(Gauge::KvUsage)?.value;
        let before = self.seen.gauge_before(Gauge::KvUsage).map(|before| before.value).filter(|_| !self.seen.restarted());
        let was = before.filter(|before| *before >= now + CLEARLY);
        let was = was.map_or_else(String::new, |before| format!(" (was {})", Unit::Ratio.show(before)));
        Some(format!("{} full{was}", Unit::Ratio.show(now)))
    }

    /// The waiting queue. Not measurable without the gauge, nor when it is unknown whether requests waited between the dumps.
    pub fn queue(&self) -> Result<Queue, Missing> {
        queue_of(self.seen, self.laws, self.thetas).map_err(|unknown| match unknown {
            QueueUnknown::NoGauge => Missing::gauge(self.backend(), Gauge::Waiting),
            // The time in queue is there, and over how long is not known.
            QueueUnknown::NoTimes
                if self.is_window() && self.seen.seconds().is_none() && self.seen.mean(Distribution::QueueTime).is_some() =>
            {
                Missing::times()
            }
            QueueUnknown::NoTimes => Missing::distribution(self.backend(), Distribution::QueueTime),
        })
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
                let shown = before.unit.show_change(before.value, evidence.value);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, snapshot, thetas, window};
    use crate::signal::BackendId;

    /// Nobody waits at the first dump, `waiting` do at the second, and first tokens took `ttft` seconds each.
    fn queue(waiting: f64, ttft: f64, waited: Option<f64>) -> Result<bool, QueueUnknown> {
        let server = |waiting: f64, requests: f64| {
            let build = Build::new(BackendId::Sglang)
                .gauge(Gauge::Running, 8.0)
                .gauge(Gauge::Waiting, waiting)
                .counter(Counter::Finished, requests)
                .latency(Distribution::Ttft, requests, ttft);
            waited.map_or(build.clone(), |waited| build.latency(Distribution::QueueTime, requests, waited))
        };
        let seen = window(server(0.0, 0.0), server(waiting, 120.0));
        queue_of(&seen, &Laws::of(&seen), &thetas(1.0, 0.05)).map(|queue| queue.standing)
    }

    #[test]
    fn a_queue_at_one_end_stands_by_the_time_that_requests_waited() {
        assert_eq!(queue(60.0, 6.0, Some(5.0)), Ok(true));
        assert_eq!(queue(1.0, 0.1, Some(0.05)), Ok(false));
    }

    #[test]
    fn a_handful_in_one_snapshot_stands_only_where_requests_are_known_to_wait_long() {
        let queue = |waiting: f64, waited: Option<f64>| {
            let build = Build::new(BackendId::Vllm).gauge(Gauge::Running, 1.0).gauge(Gauge::Waiting, waiting);
            let seen = snapshot(waited.map_or(build.clone(), |waited| build.latency(Distribution::QueueTime, 100.0, waited)));
            queue_of(&seen, &Laws::of(&seen), &thetas(1.0, 0.05)).map(|queue| queue.standing)
        };
        assert_eq!(queue(3.0, Some(0.02)), Ok(false), "an otherwise fast server");
        assert_eq!(queue(3.0, None), Err(QueueUnknown::NoTimes), "nothing tells");
        assert_eq!(queue(3.0, Some(4.0)), Ok(true));
        assert_eq!(queue(5.0, Some(0.02)), Ok(true), "the limit of two gateways");
    }

    #[test]
    fn without_that_time_the_requests_before_their_first_token_tell_when_they_are_many_or_few() {
        // Two first tokens a second after 6 s each: 12 requests before them on average, of which the 8 running may be in prefill.
        assert_eq!(queue(60.0, 6.0, None), Ok(true));
        // After 0.1 s each: 0.2 requests.
        assert_eq!(queue(1.0, 0.1, None), Ok(false));
        // After 2 s each: 4 requests, all of which may be in prefill.
        assert_eq!(queue(60.0, 2.0, None), Err(QueueUnknown::NoTimes));
    }
}
