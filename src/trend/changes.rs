//! Events: changes of level that come together, with what changed: the server, the traffic, the cache, or the process itself.

use super::cause::{Cause, cause};
use super::levels::{Level, levels};
use super::{Measure, Points};
use crate::dataset::{Begin, Life};
use crate::signal::Moment;
use crate::sorted::sort_by;
use crate::stats::median;

/// What kind of thing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The same work, slower or faster.
    Server,
    /// Rate or lengths of the requests.
    Traffic,
    /// How much of the prompts comes from the prefix cache.
    Cache,
    /// The process is another one.
    Restart,
    /// Something moved, and nothing tells what for.
    Unclear,
}

/// An event. Times are seconds on the clock of the dumps.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What shows it best.
    pub measure: Measure,
    pub at: f64,
    /// `None` where one side has no value.
    pub before: Option<f64>,
    pub after: Option<f64>,
    pub kind: Kind,
    pub reason: Option<String>,
    /// What else changed at the same time.
    pub also: Vec<Measure>,
}

/// Changes within so many steps of each other are one event.
const TOGETHER: f64 = 3.0;

/// The events inside one life, in the order of time.
#[must_use]
pub fn changes(points: &Points) -> Vec<Change> {
    let mut all: Vec<Level> = points.series.iter().filter(|series| series.measure.is_shown()).flat_map(levels).collect();
    sort_by(&mut all, |a, b| a.at.total_cmp(&b.at));
    let mut groups: Vec<Vec<Level>> = Vec::new();
    for level in all {
        match groups.last_mut() {
            Some(group) if group.first().is_some_and(|first| level.at - first.at <= TOGETHER * points.step) => group.push(level),
            _ => groups.push(vec![level]),
        }
    }
    let places: Vec<f64> = groups.iter().map(|group| of_group(group)).collect();
    let ends = |place: usize| {
        let before = place.checked_sub(1).and_then(|place| places.get(place)).copied().unwrap_or(points.from);
        (before, places.get(place + 1).copied().unwrap_or(points.to))
    };
    groups.into_iter().enumerate().filter_map(|(place, group)| event(points, group, ends(place))).collect()
}

/// When the event happened: the change that is surest says it.
fn of_group(group: &[Level]) -> f64 {
    group.iter().min_by(|a, b| a.p.total_cmp(&b.p)).map_or(0.0, |level| level.at)
}

fn event(points: &Points, group: Vec<Level>, (from, to): (f64, f64)) -> Option<Change> {
    let at = of_group(&group);
    let Cause { kind, reason, shown_by } = cause(points, &group, at, (from, to));
    let lead = shown_by.iter().find_map(|measure| group.iter().find(|level| level.measure == *measure)).or(group.first())?;
    let also = group.iter().map(|level| level.measure).filter(|measure| *measure != lead.measure).collect();
    Some(Change { measure: lead.measure, at: lead.at, before: Some(lead.before), after: Some(lead.after), kind, reason, also })
}

/// The restarts between the lives of a server. `points` are those of each life, where it has any.
#[must_use]
pub(super) fn restarts(lives: &[Life<'_>], points: &[Option<Points>]) -> Vec<Change> {
    let pairs = lives.iter().zip(points).zip(lives.iter().zip(points).skip(1));
    pairs.filter_map(|(before, after)| restart(before, after)).collect()
}

fn restart(before: (&Life<'_>, &Option<Points>), after: (&Life<'_>, &Option<Points>)) -> Option<Change> {
    let (last, first) = (before.0.moments.last()?, after.0.moments.first()?);
    let (from, to) = (last.at?, first.at?);
    let started = started(first).filter(|started| (from..=to).contains(started));
    let reason = match &after.0.begin {
        Begin::Settings(why) => why.clone(),
        Begin::First | Begin::Restart => "The process started anew; which settings it was given is in no metric.".to_owned(),
    };
    let of = |side: &Option<Points>, measure| side.as_ref()?.series(measure).and_then(|series| median(&series.values()));
    // What people feel comes first, where both sides have it.
    let felt = [Measure::TtftMean, Measure::E2e, Measure::Gap, Measure::Waiting, Measure::Running];
    let both = felt.into_iter().find(|measure| of(before.1, *measure).is_some() && of(after.1, *measure).is_some());
    let measure = both.unwrap_or(Measure::Running);
    Some(Change {
        measure,
        at: started.unwrap_or((from + to) / 2.0),
        before: of(before.1, measure),
        after: of(after.1, measure),
        kind: Kind::Restart,
        reason: Some(reason),
        also: Vec::new(),
    })
}

fn started(moment: &Moment) -> Option<f64> {
    moment.started_at.as_ref().map(|(at, _)| *at)
}
