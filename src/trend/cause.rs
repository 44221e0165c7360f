//! What changed: a server that does the same work slower is told apart from traffic that asks for more.

use super::changes::Kind;
use super::levels::Level;
use super::{Measure, Points};
use crate::metrics::capital;
use crate::stats::{mean, plane, welch};

/// The reason of an event.
pub(super) struct Cause {
    pub kind: Kind,
    pub reason: Option<String>,
    /// Quantities that show it, the best one first.
    pub shown_by: &'static [Measure],
}

/// Traffic that moved by less is not what made the difference.
const TRAFFIC_MOVED: f64 = 0.1;
const BY_CHANCE: f64 = 0.05;
/// Preemptions a minute from which gaps hold the waits of preempted requests.
const PREEMPTING: f64 = 1.0;

const BY_LATENCY: &[Measure] =
    &[Measure::TtftMean, Measure::E2e, Measure::Gap, Measure::QueueTime, Measure::Waiting, Measure::KvUsage, Measure::TtftP95];
const BY_TRAFFIC: &[Measure] = &[Measure::Arrivals, Measure::OutputLength, Measure::PromptLength];

pub(super) fn cause(points: &Points, group: &[Level], at: f64, (from, to): (f64, f64)) -> Cause {
    let of = |measure: Measure| group.iter().find(|level| level.measure == measure);
    let sides = Sides { points, from, at, to };
    if let Some(hits) = of(Measure::HitShare).filter(|_| of(Measure::PromptLength).is_none()) {
        let same = sides.traffic_moved().is_empty();
        let steady = if same { " Rate and lengths stayed." } else { "" };
        let reason = format!("{}.{steady}", capital(&moved(hits)));
        return Cause { kind: Kind::Cache, reason: Some(reason), shown_by: &[Measure::HitShare] };
    }
    let of_traffic: Vec<String> = group.iter().filter(|level| level.measure.is_traffic()).map(moved).collect();
    if !of_traffic.is_empty() {
        return Cause { kind: Kind::Traffic, reason: Some(format!("{}.", capital(&of_traffic.join("; ")))), shown_by: BY_TRAFFIC };
    }
    if let Some(gap) = of(Measure::Gap).filter(|gap| sides.is_unexplained(gap)) {
        let share = gap.after / gap.before - 1.0;
        let word = if share > 0.0 { "slower" } else { "faster" };
        let size = crate::metrics::Unit::Ratio.show(share.abs()).replace(' ', "");
        let reason = format!("The same work, {size} {word}: neither batch nor prefill explains it.");
        return Cause { kind: Kind::Server, reason: Some(reason), shown_by: &[Measure::Gap] };
    }
    let meanwhile = sides.traffic_moved();
    if !meanwhile.is_empty() {
        return Cause { kind: Kind::Traffic, reason: Some(format!("{}.", capital(&meanwhile.join("; ")))), shown_by: BY_LATENCY };
    }
    if sides.preempted() {
        let reason = "Requests were preempted: their waits are in these latencies.".to_owned();
        return Cause { kind: Kind::Unclear, reason: Some(reason), shown_by: BY_LATENCY };
    }
    Cause { kind: Kind::Unclear, reason: None, shown_by: BY_LATENCY }
}

/// `arrival rate 2.1 → 4.3 req/s`.
fn moved(level: &Level) -> String {
    format!("{} {}", level.measure.words(), level.measure.unit().show_change(level.before, level.after))
}

/// The spans before and after an event, each up to its neighbour.
struct Sides<'a> {
    points: &'a Points,
    from: f64,
    at: f64,
    to: f64,
}

impl Sides<'_> {
    fn means(&self, measure: Measure) -> Option<(f64, f64)> {
        let of = |from, to| mean(&self.points.within(measure, from, to).iter().map(|point| point.value).collect::<Vec<_>>());
        Some((of(self.from, self.at)?, of(self.at, self.to)?))
    }

    /// What the clients asked for differently, as far as means tell.
    fn traffic_moved(&self) -> Vec<String> {
        let moved = |measure: &Measure| {
            let (before, after) = self.means(*measure)?;
            let words = || format!("{} {}", measure.words(), measure.unit().show_change(before, after));
            let values = |from, to| self.points.within(*measure, from, to).iter().map(|point| point.value).collect::<Vec<_>>();
            let test = welch(&values(self.from, self.at), &values(self.at, self.to))?;
            (test.p < BY_CHANCE && (after - before).abs() >= TRAFFIC_MOVED * before.max(after) && (after - before).abs() >= measure.least())
                .then(words)
        };
        BY_TRAFFIC.iter().filter_map(moved).collect()
    }

    fn preempted(&self) -> bool {
        self.means(Measure::Preemptions).is_some_and(|(before, after)| before.max(after) >= PREEMPTING)
    }

    /// The gap changed by more than a larger batch and more prefill can make it: as far as the windows before tell how the gap follows the
    /// two, with three standard errors. Where the windows after are far from any before, nothing is claimed.
    fn is_unexplained(&self, gap: &Level) -> bool {
        const ERRORS: f64 = 3.0;
        /// How far beyond what was seen a law is believed.
        const BEYOND: f64 = 2.0;
        if self.preempted() {
            return false;
        }
        let (before, after) = (self.work(self.from, self.at), self.work(self.at, self.to));
        let Some(now) = mean_of(&after) else { return false };
        let ([batch, prefill, seen], Some(fitted)) = (now, plane(&before)) else { return false };
        let most = |place: usize| before.iter().filter_map(|point| point.get(place)).copied().fold(0.0, f64::max);
        if batch > BEYOND * most(0) || prefill > BEYOND * most(1) {
            return false;
        }
        let (expected, error) = fitted.at([batch, prefill]);
        // Half of what happened must remain without an explanation.
        let left = (seen - expected).abs() - ERRORS * error;
        left >= 0.5 * (gap.after - gap.before).abs() && (seen - expected).signum() == (gap.after - gap.before).signum()
    }

    /// (batch, prefill rate, gap) of the windows of a span.
    fn work(&self, from: f64, to: f64) -> Vec<[f64; 3]> {
        let gaps = self.points.within(Measure::Gap, from, to);
        let (batches, prefills) = (self.points.within(Measure::Batch, from, to), self.points.within(Measure::PrefillRate, from, to));
        let of_window = |gap: &super::Point| {
            let inside = |list: &[super::Point]| {
                let values: Vec<f64> =
                    list.iter().filter(|point| point.from >= gap.from && point.to <= gap.to).map(|point| point.value).collect();
                mean(&values)
            };
            Some([inside(&batches)?, inside(&prefills).unwrap_or(0.0), gap.value])
        };
        gaps.iter().filter_map(of_window).collect()
    }
}

fn mean_of(points: &[[f64; 3]]) -> Option<[f64; 3]> {
    let of = |place: usize| mean(&points.iter().filter_map(|point| point.get(place)).copied().collect::<Vec<_>>());
    Some([of(0)?, of(1)?, of(2)?])
}
