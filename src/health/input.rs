//! What the score is made of.

use crate::rule::{Severity, StateKind, presses};
use crate::signal::{Counter, Distribution, Gauge, Mode, Observation};
use crate::slo::{Metric, Rejections, SloStatus, Verdict, availability};
use crate::stats::{Z95, normal_cdf};

/// What a finding is to the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Explains a missed service level, where it is scored already; it only caps.
    Violating,
    /// Breaks no service level yet.
    Risk,
    /// Costs money, not service.
    Efficiency,
    /// Never scored.
    Note,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FindingInput {
    pub id: String,
    pub title: String,
    pub severity: Severity,
    /// 0–1, the impact behind the word.
    pub severity_score: f64,
    /// 0–1.
    pub confidence: f64,
    pub class: Class,
}

/// A latency, throughput or other target that can cost points.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetInput {
    pub name: String,
    /// Share that may miss the target: 0.05 for a P95 target, 0 for a value that is compared as it is.
    pub allowed: f64,
    /// Share that misses it; for values, the fraction by which they miss.
    pub missed: f64,
    /// Probability that the target is missed: 1 for a proven failure.
    pub certainty: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AvailabilityInput {
    pub objective: f64,
    /// Failed requests.
    pub bad: f64,
    pub total: f64,
    /// 95 % interval of the share of good requests.
    pub interval: (f64, f64),
    /// Probability that the objective is missed: 1 for a proven failure.
    pub certainty: f64,
}

/// Everything that the score is computed from.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs {
    pub state: StateKind,
    pub targets: Vec<TargetInput>,
    /// Share of the targets that could be measured, 0–1.
    pub targets_measured: f64,
    pub availability: Option<AvailabilityInput>,
    pub findings: Vec<FindingInput>,
    /// Share of the rules that could be decided, 0–1.
    pub rules_measured: f64,
    /// What the queue says of this moment.
    pub queue: Crowd,
    /// How far the data carry any statement, 0–1.
    pub sufficiency: f64,
    /// What could not be measured, one sentence each.
    pub unmeasured: Vec<String>,
}

/// How many wait, beside how many run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Crowd {
    #[default]
    Fine,
    /// Many times as many wait as run.
    Pressing,
    /// Requests wait and nothing runs: no number shows how the server would do.
    Blocked,
}

fn crowd(seen: &Observation, latency_matters: bool) -> Crowd {
    let (Some(running), Some(waiting)) = (seen.gauge(Gauge::Running), seen.gauge(Gauge::Waiting)) else { return Crowd::Fine };
    let (running, (waiting, most_ran)) = (running.value, (waiting.value, seen.gauge_span(Gauge::Running).map_or(0.0, |(_, most)| most)));
    // A server of embeddings and scores never shows a running request.
    let makes_tokens = seen.last.counters.get(&Counter::OutputTokens).is_none_or(|tokens| tokens.value > 0.0)
        || seen.last.counters.get(&Counter::Finished).is_none_or(|finished| finished.value == 0.0);
    if waiting >= 1.0 && most_ran < 1.0 && makes_tokens {
        return Crowd::Blocked;
    }
    let least = seen.gauge_span(Gauge::Waiting).map_or(waiting, |(least, _)| least);
    if latency_matters && presses(least, running) { Crowd::Pressing } else { Crowd::Fine }
}

/// Availability is judged against this objective when no target names one.
const DEFAULT_AVAILABILITY: f64 = 0.999;
/// Requests from which on an observation carries full weight.
const ENOUGH_REQUESTS: f64 = 30.0;
/// A lifetime histogram says little of now.
const SNAPSHOT: f64 = 0.5;
/// Part of what happened in the window was lost.
const RESTARTED: f64 = 0.8;

impl Inputs {
    /// Collects the inputs from judged targets and findings. `rules_measured` is the share of rules that fired or were clear.
    #[must_use]
    pub fn of(seen: &Observation, state: StateKind, statuses: &[SloStatus], findings: Vec<FindingInput>, rules_measured: f64) -> Inputs {
        let (availabilities, others): (Vec<&SloStatus>, Vec<&SloStatus>) =
            statuses.iter().partition(|status| status.target.metric == Metric::Availability);
        // Of a server that shows neither running nor waiting requests, only what is decided counts: the rest would be health from silence.
        let counts = |status: &&&SloStatus| match status.verdict {
            Verdict::NoData => false,
            Verdict::Undetermined => state != StateKind::NoData,
            Verdict::Pass | Verdict::Fail => true,
        };
        let measured: Vec<&&SloStatus> = others.iter().filter(counts).collect();
        let mut unmeasured: Vec<String> = statuses
            .iter()
            .filter(|status| status.verdict == Verdict::NoData)
            .map(|status| format!("{}: {}", status.target.words(), status.why))
            .collect();
        let availability = match worst(&availabilities) {
            Some(found) => Some(found),
            None if availabilities.is_empty() => default_availability(seen, &mut unmeasured),
            None => None,
        };
        #[expect(clippy::cast_precision_loss, reason = "a list of targets is short")]
        let targets_measured = if others.is_empty() { 0.0 } else { measured.len() as f64 / others.len() as f64 };
        Inputs {
            state,
            targets: measured.iter().filter_map(|status| target(status)).collect(),
            targets_measured,
            availability,
            findings,
            rules_measured,
            queue: crowd(seen, statuses.iter().any(|status| status.target.metric.distribution().is_some())),
            sufficiency: sufficiency(seen),
            unmeasured,
        }
    }
}

/// What a measured target contributes.
fn target(status: &SloStatus) -> Option<TargetInput> {
    let target = &status.target;
    let (missed, allowed, spread) = match (target.objective(), status.over_share) {
        (Some(objective), Some((over, low, high))) if target.comparison.wants_low() => (over, 1.0 - objective, high - low),
        _ => {
            let value = status.current.or_else(|| status.interval.map(|(low, _)| low))?;
            let spread = status.interval.map_or(0.0, |(low, high)| high - low) / target.value.abs().max(f64::MIN_POSITIVE);
            (miss_fraction(value, target.value, target.comparison.wants_low()), 0.0, spread)
        }
    };
    let certainty = certainty(status.verdict, missed - allowed, spread);
    Some(TargetInput { name: target.words(), allowed, missed, certainty })
}

/// By which fraction a value misses its target: 0.5 for twice a latency or half a throughput.
fn miss_fraction(value: f64, target: f64, wants_low: bool) -> f64 {
    let kept = if wants_low { target / value } else { value / target };
    if kept.is_finite() { (1.0 - kept).clamp(0.0, 1.0) } else { 0.0 }
}

/// Probability of a miss: certain when proven, else by how far the estimate lies beyond what is allowed, in units of its uncertainty.
fn certainty(verdict: Verdict, beyond: f64, spread: f64) -> f64 {
    match verdict {
        Verdict::Fail => 1.0,
        Verdict::Pass | Verdict::NoData => 0.0,
        Verdict::Undetermined => {
            let deviation = spread / (2.0 * Z95);
            if deviation > 0.0 && deviation.is_finite() { normal_cdf(beyond / deviation) } else { 0.5 }
        }
    }
}

/// The availability target that burns fastest.
fn worst(statuses: &[&SloStatus]) -> Option<AvailabilityInput> {
    let burn = |input: &AvailabilityInput| input.bad / input.total / (1.0 - input.objective).max(1e-9);
    statuses.iter().filter_map(|status| of_status(status)).max_by(|a, b| burn(a).total_cmp(&burn(b)))
}

fn of_status(status: &SloStatus) -> Option<AvailabilityInput> {
    let ((over, low, high), total) = status.over_share.zip(status.samples)?;
    let allowed = 1.0 - status.target.value;
    Some(AvailabilityInput {
        objective: status.target.value,
        bad: over * total,
        total,
        interval: (1.0 - high, 1.0 - low),
        certainty: certainty(status.verdict, over - allowed, high - low),
    })
}

fn default_availability(seen: &Observation, unmeasured: &mut Vec<String>) -> Option<AvailabilityInput> {
    match availability(seen, Rejections::Bad) {
        Ok(found) => {
            let proven = found.interval.1 < DEFAULT_AVAILABILITY;
            let verdict = if proven { Verdict::Fail } else { Verdict::Undetermined };
            let (total, beyond) = (found.total(), (1.0 - found.value) - (1.0 - DEFAULT_AVAILABILITY));
            Some(AvailabilityInput {
                objective: DEFAULT_AVAILABILITY,
                bad: found.bad,
                total,
                interval: found.interval,
                certainty: certainty(verdict, beyond, found.interval.1 - found.interval.0),
            })
        }
        Err(reason) => {
            unmeasured.push(format!("availability: {reason}"));
            None
        }
    }
}

fn sufficiency(seen: &Observation) -> f64 {
    let requests = [Distribution::Ttft, Distribution::E2e, Distribution::QueueTime]
        .into_iter()
        .filter_map(|distribution| seen.observations(distribution))
        .fold(0.0, f64::max);
    let mode = if seen.mode() == Mode::Snapshot { SNAPSHOT } else { 1.0 };
    let restart = if seen.window.is_some_and(|window| window.restarted) { RESTARTED } else { 1.0 };
    mode * restart * (requests / ENOUGH_REQUESTS).min(1.0)
}
