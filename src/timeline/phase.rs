//! A phase: consecutive intervals of one verdict, judged as a whole.

use super::segment::{family, smooth};
use super::verdict::{HEALTHY, UNKNOWN, Verdict};
use super::{Interval, is_quiet, lasting};
use crate::rule::{Diagnosis, Severity, StateKind};
use crate::signal::{Counter, Distribution, Gauge, Moment, Observation};

#[derive(Debug, Clone)]
pub struct Phase {
    /// Index of the dump at which it begins.
    pub first: usize,
    /// Index of the dump at which it ends.
    pub last: usize,
    pub verdict: Verdict,
    /// From its first dump to its last one.
    pub seen: Observation,
    /// Title of the rule that leads, for people.
    pub title: Option<&'static str>,
    /// Highest number of waiting requests at any of its dumps.
    pub most_waiting: f64,
    /// Least number of requests inside at any of its dumps.
    pub least_inside: f64,
    pub restarted: bool,
    /// Requests that got their first token or ended in it.
    pub requests: f64,
}

/// Requests, or seconds, from which a calm phase says something of the present.
const ENOUGH_REQUESTS: f64 = 10.0;
const ENOUGH_SECONDS: f64 = 30.0;
/// Seconds without any request from which the server is idle at present, rather than between two requests.
const IDLE_SECONDS: f64 = 60.0;

/// Adds the phases of a part of the series that no restart interrupts, or of the interval with the restart.
pub(super) fn add(phases: &mut Vec<Phase>, part: &[Interval], moments: &[Moment], judge: &dyn Fn(&Observation) -> Diagnosis) {
    let verdicts: Vec<Verdict> = part.iter().map(|interval| interval.verdict).collect();
    let families = smooth(&verdicts);
    let labelled: Vec<(&Interval, &'static str)> = part.iter().zip(families).collect();
    let begin = phases.len();
    for run in labelled.chunk_by(|a, b| a.1 == b.1) {
        let (Some((first, label)), Some((last, _))) = (run.first(), run.last()) else { continue };
        let inside: Vec<&Interval> = run.iter().map(|(interval, _)| *interval).collect();
        let Some(phase) = phase(first.end - 1, last.end, label, &inside, moments, judge) else { continue };
        let before = if phases.len() > begin { phases.last_mut() } else { None };
        match before.filter(|before| family(before.verdict.id) == family(phase.verdict.id)) {
            Some(before) => join(before, phase, moments, judge),
            None => phases.push(phase),
        }
    }
}

/// Two phases that were found to be of one kind when each was looked at as a whole.
fn join(before: &mut Phase, next: Phase, moments: &[Moment], judge: &dyn Fn(&Observation) -> Diagnosis) {
    let (Some(first), Some(last)) = (moments.get(before.first), moments.get(next.last)) else { return };
    let seen = Observation::between(first, last);
    let diagnosis = judge(&seen);
    let whole = Verdict::of(&seen, &diagnosis);
    let worse = if next.verdict.severity > before.verdict.severity { next.verdict } else { before.verdict };
    let same = family(whole.id) == family(worse.id);
    before.title = title(&diagnosis).filter(|_| same).or(before.title);
    before.verdict = if same { whole } else { worse };
    before.last = next.last;
    before.seen = seen;
    before.most_waiting = before.most_waiting.max(next.most_waiting);
    before.least_inside = before.least_inside.min(next.least_inside);
    before.requests += next.requests;
}

fn phase(
    first: usize,
    last: usize,
    label: &'static str,
    inside: &[&Interval],
    moments: &[Moment],
    judge: &dyn Fn(&Observation) -> Diagnosis,
) -> Option<Phase> {
    let (from, to) = (moments.get(first)?, moments.get(last)?);
    let seen = Observation::between(from, to);
    let diagnosis = judge(&seen);
    let whole = Verdict::of(&seen, &diagnosis);
    let verdict = settle(label, whole, inside);
    let own_title = || title(&diagnosis).filter(|_| family(whole.id) == family(verdict.id));
    let of_an_interval =
        || inside.iter().find(|interval| interval.verdict.id == verdict.id).and_then(|interval| title(&judge(&interval.seen)));
    let at = |gauge: Gauge| move |moment: &Moment| moment.gauges.get(&gauge).map_or(0.0, |value| value.value);
    let dumps = moments.get(first..=last).unwrap_or_default();
    Some(Phase {
        first,
        last,
        verdict,
        title: lasting::title(verdict.id).or_else(own_title).or_else(of_an_interval),
        most_waiting: dumps.iter().map(at(Gauge::Waiting)).fold(0.0, f64::max),
        least_inside: dumps.iter().map(|moment| at(Gauge::Waiting)(moment) + at(Gauge::Running)(moment)).fold(f64::INFINITY, f64::min),
        restarted: seen.restarted(),
        requests: requests(&seen),
        seen,
    })
}

/// The verdict of a phase from that of its intervals and that of the whole.
fn settle(label: &'static str, whole: Verdict, inside: &[&Interval]) -> Verdict {
    let is_cause = whole.is_trouble() && whole.id != UNKNOWN;
    let of_family = || inside.iter().map(|interval| interval.verdict).filter(move |verdict| family(verdict.id) == label);
    let strongest = || of_family().max_by(|a, b| a.severity.cmp(&b.severity).then(a.strength.total_cmp(&b.strength)));
    let serious = whole.severity >= Severity::Medium;
    if lasting::title(label).is_some()
        || label == StateKind::Stalled.id()
        || label == StateKind::Sleeping.id()
        || label == StateKind::Idle.id()
    {
        return strongest().unwrap_or(whole);
    }
    if family(whole.id) == label || ((label == HEALTHY || label == UNKNOWN) && is_cause && serious) {
        return whole;
    }
    if label == HEALTHY && whole.id == UNKNOWN && serious {
        return whole;
    }
    strongest().unwrap_or(Verdict { id: label, ..whole })
}

fn title(diagnosis: &Diagnosis) -> Option<&'static str> {
    diagnosis.headline.rule.map(|rule| rule.title)
}

fn requests(seen: &Observation) -> f64 {
    let first = seen.observations(Distribution::Ttft).unwrap_or(0.0);
    seen.count(Counter::Finished).map_or(first, |finished| finished.value.max(first))
}

/// The last phase that says enough to be the present; the last of all when none does.
pub(super) fn present(phases: &[Phase]) -> Option<usize> {
    let last = phases.len().checked_sub(1)?;
    Some(phases.iter().rposition(Phase::says_enough).unwrap_or(last))
}

impl Phase {
    /// Its length in seconds; `None` when the dumps carry no times.
    #[must_use]
    pub fn seconds(&self) -> Option<f64> {
        self.seen.window.and_then(|window| window.seconds)
    }

    fn says_enough(&self) -> bool {
        if self.verdict.is_trouble() || self.restarted {
            return true;
        }
        let long = |least: f64| self.seconds().is_some_and(|seconds| seconds >= least);
        if is_quiet(&self.seen) && self.requests == 0.0 {
            return long(IDLE_SECONDS);
        }
        self.requests >= ENOUGH_REQUESTS || long(ENOUGH_SECONDS)
    }

    /// Orders phases from calm to worst.
    #[must_use]
    pub fn badness(&self) -> f64 {
        f64::from(self.verdict.severity as u8) + if self.verdict.id == StateKind::Stalled.id() { 1.0 } else { 0.0 }
    }
}
