//! The quantities that published thresholds speak of.

use crate::metrics::Unit;
use crate::signal::{BackendId, Counter, Distribution, Gauge, Mode, Observation, TimeBase};
use crate::stats::quantile;

/// How a condition reads its number. Rates and increases need a window; shares, means and quantiles of a single snapshot speak of
/// the process lifetime and say so.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure {
    Gauge(Gauge),
    Mean(Distribution),
    Quantile(Distribution, f64),
    /// Share of observations at or below a bucket bound; no data when it is no bound.
    ShareWithin(Distribution, f64),
    /// Count per second of the window.
    Rate(Counter),
    /// Count in the window.
    Increase(Counter),
    /// Count since the process started, even when a window is there.
    Total(Counter),
    /// Failures of the server among all requests that it answered or refused.
    ErrorShare,
    /// Requests that ended with `stop` or `length` among all that ended (vLLM).
    SuccessShare,
    /// HTTP 5xx among all HTTP answers.
    Http5xxShare,
    /// Aborted among ended requests.
    AbortShare,
    /// Tokens found in the prefix cache among those looked up.
    PrefixHitRate,
    /// Output tokens per second and running request.
    OutputPerRunning,
    /// The gateway's replica saturation: the larger of waiting/5 and KV usage/0.8.
    GatewaySaturation,
    /// TGI: median time in queue plus median prefill call.
    MedianQueuePlusPrefill,
}

/// A number with what it speaks of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    pub value: f64,
    unit: Unit,
    /// What the value is multiplied by for its unit: rates are judged per second and printed per minute.
    scale: f64,
    time_base: TimeBase,
    /// The value lies above the highest bucket bound: it is at least this.
    at_least: bool,
}

impl Measured {
    fn new(value: f64, unit: Unit, time_base: TimeBase) -> Option<Self> {
        value.is_finite().then_some(Measured { value, unit, scale: 1.0, time_base, at_least: false })
    }

    /// `99.7 % now`, `≥ 10 s since start`.
    pub fn shown(&self) -> String {
        let bound = if self.at_least { "≥ " } else { "" };
        let when = match self.time_base {
            TimeBase::Lifetime(_) => " since start",
            TimeBase::Window(_) => " in the window",
            TimeBase::Instant => " now",
            TimeBase::Config => "",
        };
        format!("{bound}{}{when}", self.unit.show(self.value * self.scale))
    }
}

/// Queue length and KV usage at which the gateway's scheduler calls a replica saturated.
const GATEWAY_QUEUE: f64 = 5.0;
const GATEWAY_KV: f64 = 0.8;

impl Measure {
    #[must_use]
    pub fn of(self, seen: &Observation) -> Option<Measured> {
        let window = seen.mode() != Mode::Snapshot;
        match self {
            Measure::Gauge(gauge) => {
                let reading = seen.gauge(gauge)?;
                Measured::new(reading.value, reading.unit, reading.time_base)
            }
            Measure::Mean(distribution) => {
                let reading = seen.mean(distribution)?;
                Measured::new(reading.value, reading.unit, reading.time_base)
            }
            Measure::Quantile(distribution, q) => at_quantile(seen, distribution, q),
            Measure::ShareWithin(distribution, bound) => share_within(seen, distribution, bound),
            Measure::Rate(counter) => {
                let reading = seen.rate(counter).filter(|_| window)?;
                let (unit, scale) = printed_rate(reading.unit);
                Some(Measured { scale, ..Measured::new(reading.value, unit, reading.time_base)? })
            }
            Measure::Increase(counter) => {
                let reading = seen.count(counter).filter(|_| window)?;
                Measured::new(reading.value, reading.unit, reading.time_base)
            }
            Measure::Total(counter) => {
                Measured::new(seen.last.counters.get(&counter)?.value, counter.unit(), TimeBase::Lifetime(seen.last.uptime_seconds()))
            }
            Measure::ErrorShare => {
                let (bad, good) = outcomes(seen)?;
                share(seen, bad, bad + good)
            }
            Measure::SuccessShare => {
                let ended = count(seen, Counter::Finished)?;
                share(seen, count(seen, Counter::FinishedStop)? + count(seen, Counter::FinishedLength)?, ended)
            }
            Measure::Http5xxShare => {
                let bad = count(seen, Counter::Http5xx)?;
                let others = count(seen, Counter::Http2xx)? + count(seen, Counter::Http4xx).unwrap_or(0.0);
                share(seen, bad, bad + others)
            }
            Measure::AbortShare => share(seen, count(seen, Counter::FinishedAbort)?, count(seen, Counter::Finished)?),
            Measure::PrefixHitRate => share(seen, count(seen, Counter::PrefixHits)?, count(seen, Counter::PrefixQueries)?),
            Measure::OutputPerRunning => {
                let rate = seen.rate(Counter::LiveOutputTokens).or_else(|| seen.rate(Counter::OutputTokens)).filter(|_| window)?;
                let (low, high) = seen.gauge_span(Gauge::Running)?;
                let running = f64::midpoint(low, high);
                if running <= 0.0 {
                    return None;
                }
                Measured::new(rate.value / running, Unit::TokensPerSecond, rate.time_base)
            }
            Measure::GatewaySaturation => {
                let waiting = seen.gauge(Gauge::Waiting)?.value / GATEWAY_QUEUE;
                let kv = seen.gauge(Gauge::KvUsage)?.value / GATEWAY_KV;
                Measured::new(waiting.max(kv), Unit::Multiple, TimeBase::Instant)
            }
            Measure::MedianQueuePlusPrefill => {
                let queue = at_quantile(seen, Distribution::QueueTime, 0.5)?;
                let prefill = at_quantile(seen, Distribution::PrefillCallTime, 0.5)?;
                Some(Measured { value: queue.value + prefill.value, at_least: queue.at_least || prefill.at_least, ..queue })
            }
        }
    }
}

fn count(seen: &Observation, counter: Counter) -> Option<f64> {
    seen.count(counter).map(|reading| reading.value)
}

fn share(seen: &Observation, part: f64, whole: f64) -> Option<Measured> {
    if whole <= 0.0 {
        return None;
    }
    Measured::new(part / whole, Unit::Ratio, seen.time_base())
}

/// Bad and good outcomes as each server counts them. Clients that left and malformed requests are neither.
fn outcomes(seen: &Observation) -> Option<(f64, f64)> {
    let rejected = count(seen, Counter::CapacityRejections).unwrap_or(0.0);
    match seen.last.backend {
        BackendId::Vllm => {
            let errors = count(seen, Counter::FinishedError).unwrap_or(0.0);
            let good = count(seen, Counter::FinishedStop)? + count(seen, Counter::FinishedLength)?;
            let http = count(seen, Counter::Http5xx).map_or(0.0, |http| (http - errors - rejected).max(0.0));
            Some((errors + rejected + http, good))
        }
        BackendId::Sglang => Some((count(seen, Counter::ServerErrors)? + rejected, count(seen, Counter::Finished)?)),
        BackendId::Tgi => Some((count(seen, Counter::ServerErrors)? + rejected, count(seen, Counter::Finished)?)),
    }
}

fn at_quantile(seen: &Observation, distribution: Distribution, q: f64) -> Option<Measured> {
    let reading = seen.distribution(distribution)?;
    let found = quantile(&reading.histogram, q)?;
    let measured = Measured::new(found.point, distribution.unit(), reading.time_base)?;
    Some(Measured { at_least: found.bracket.1.is_infinite(), ..measured })
}

fn share_within(seen: &Observation, distribution: Distribution, bound: f64) -> Option<Measured> {
    let reading = seen.distribution(distribution)?;
    let within = reading.histogram.buckets.iter().find(|bucket| (bucket.upper - bound).abs() < 1e-9)?.cumulative;
    share(seen, within, reading.histogram.observations()?)
}

fn printed_rate(unit: Unit) -> (Unit, f64) {
    match unit {
        Unit::Tokens => (Unit::TokensPerSecond, 1.0),
        Unit::Requests => (Unit::RequestsPerSecond, 1.0),
        _ => (Unit::PerMinute, 60.0),
    }
}
