//! What bound a server when: a verdict for each interval between neighbouring dumps, and phases of equal verdicts.
//!
//! An interval is judged like any window, by the rules. Neighbours are then weighed against each other ([`segment`]), so that a single thin
//! interval makes no phase, and each phase is judged once more as a whole, with all its requests. A restart parts phases.

mod clock;
mod lasting;
mod phase;
mod quiet;
mod segment;
mod still;
mod verdict;

pub use clock::{span_words, when};
pub use lasting::title as lasting_title;
pub use phase::Phase;
pub use segment::family;
pub use verdict::{HEALTHY, UNKNOWN, Verdict, is_quiet};

use crate::rule::Diagnosis;
use crate::signal::{Moment, Observation};
use crate::trend::Change;

/// The window between two neighbouring dumps.
#[derive(Debug, Clone)]
pub struct Interval {
    /// Index of the dump at its end; the one before is at its beginning.
    pub end: usize,
    pub seen: Observation,
    pub verdict: Verdict,
    /// The process restarted inside.
    pub restarted: bool,
}

/// Three or more dumps of one server, in the order of time.
#[derive(Debug, Clone)]
pub struct Timeline {
    pub intervals: Vec<Interval>,
    /// In the order of time; each begins where the one before ends.
    pub phases: Vec<Phase>,
    /// Index of the phase that the present is judged by.
    pub present: usize,
    /// Indices of the intervals in which dumps are missing: much longer than the others.
    pub gaps: Vec<usize>,
}

/// An interval this many times as long as the middle one is a gap.
const GAP: f64 = 3.0;

impl Timeline {
    /// `judge` applies the rules to a window. `apart`: index of a dump that begins another set of dumps, with a long pause before it. `changes`: of level, in the order
    /// of time. `None` for
    /// fewer than three dumps.
    #[must_use]
    pub fn of(moments: &[Moment], apart: Option<usize>, changes: &[Change], judge: &dyn Fn(&Observation) -> Diagnosis) -> Option<Self> {
        if moments.len() < 3 {
            return None;
        }
        let mut intervals: Vec<Interval> = moments
            .windows(2)
            .enumerate()
            .filter_map(|(before, pair)| {
                let [first, last] = pair else { return None };
                let seen = Observation::between(first, last);
                let verdict = Verdict::of(&seen, &judge(&seen));
                Some(Interval { end: before + 1, restarted: seen.restarted(), verdict, seen })
            })
            .collect();
        still::settle(&mut intervals, moments, judge);
        quiet::settle(&mut intervals);
        lasting::settle(&mut intervals, moments, changes);
        let is_between = |interval: &Interval| interval.restarted || apart == Some(interval.end);
        let mut phases = Vec::new();
        for part in intervals.chunk_by(|a, b| !is_between(a) && !is_between(b)) {
            phase::add(&mut phases, part, moments, judge);
        }
        let present = phase::present(&phases)?;
        let gaps = gaps(&intervals);
        Some(Timeline { intervals, phases, present, gaps })
    }

    /// The worst phase before the present one, where it is worse than that.
    #[must_use]
    pub fn worst_before(&self) -> Option<&Phase> {
        let present = self.phases.get(self.present)?;
        let earlier = self.phases.get(..self.present)?.iter().filter(|phase| phase.verdict.is_trouble());
        let worst = earlier.max_by(|a, b| a.badness().total_cmp(&b.badness()))?;
        (worst.badness() > present.badness()).then_some(worst)
    }
}

fn gaps(intervals: &[Interval]) -> Vec<usize> {
    let lengths: Vec<f64> = intervals.iter().filter_map(Interval::seconds).collect();
    let mut sorted = lengths.clone();
    crate::sorted::sort_by(&mut sorted, f64::total_cmp);
    let Some(middle) = sorted.get(sorted.len() / 2).filter(|_| sorted.len() >= 3) else { return Vec::new() };
    let long = |(index, interval): (usize, &Interval)| interval.seconds().filter(|length| *length > GAP * middle).map(|_| index);
    intervals.iter().enumerate().filter_map(long).collect()
}

impl Interval {
    /// Its length in seconds; `None` when the dumps carry no times.
    #[must_use]
    pub fn seconds(&self) -> Option<f64> {
        self.seen.window.and_then(|window| window.seconds)
    }
}
