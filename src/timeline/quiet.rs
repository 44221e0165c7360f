//! Intervals in which nothing happened: by chance, between requests that come one by one, or because nobody asked for anything.

use super::Interval;
use super::verdict::HEALTHY;
use crate::rule::StateKind;
use crate::signal::{Counter, Distribution};

/// Neighbours on each side that say how often requests come.
const NEIGHBOURS: usize = 8;
/// So many requests would have come on average in a stretch without any. Of Poisson arrivals one such stretch in 150 is empty.
const EXPECTED: f64 = 5.0;
/// At an end of the series only one side tells, and a server that waits for its load is what one would see there.
const EXPECTED_AT_AN_END: f64 = 3.0;
/// What a lucky pause weighs.
const THIN: f64 = 0.3;

/// Takes stretches without any request for a part of what goes on around them, where that many would come by chance.
pub(super) fn settle(intervals: &mut [Interval]) {
    let idle = |interval: &Interval| interval.verdict.id == StateKind::Idle.id() && !interval.restarted;
    let mut start = 0;
    while let Some(begin) = intervals.iter().skip(start).position(&idle).map(|at| at + start) {
        let length = intervals.iter().skip(begin).take_while(|interval| idle(interval)).count();
        let end = begin + length;
        start = end;
        let around = || intervals.iter().take(begin).rev().take(NEIGHBOURS).chain(intervals.iter().skip(end).take(NEIGHBOURS));
        let (requests, seconds) = around()
            .fold((0.0, 0.0), |(requests, seconds), interval| (requests + arrived(interval), seconds + interval.seconds().unwrap_or(0.0)));
        let stretch: f64 = intervals.iter().skip(begin).take(length).filter_map(Interval::seconds).sum();
        let at_an_end = begin == 0 || end == intervals.len();
        let needed = if at_an_end { EXPECTED_AT_AN_END } else { EXPECTED };
        if requests > 0.0 && seconds > 0.0 && stretch > 0.0 && requests / seconds * stretch < needed {
            for interval in intervals.iter_mut().skip(begin).take(length) {
                interval.verdict.id = HEALTHY;
                interval.verdict.strength = THIN;
            }
        }
    }
}

fn arrived(interval: &Interval) -> f64 {
    let finished = interval.seen.count(Counter::Finished).map_or(0.0, |count| count.value);
    interval.seen.observations(Distribution::Ttft).map_or(finished, |first| first.max(finished))
}
