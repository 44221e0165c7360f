//! A snapshot at its place in time, and the order of snapshots.

use std::cmp::Ordering;
use std::ops::Deref;
use std::sync::Arc;

use super::Snapshot;

/// Start times closer than this are the same start: exporters round, and `_created` stamps spread over the start-up.
pub const SAME_START_SECONDS: f64 = 1.0;

/// A snapshot in a series. It is shared: windows and series own none of their snapshots.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    pub snapshot: Arc<Snapshot>,
    /// Seconds on the clock of the series: the snapshot's own time, or the hinted one where the hints of the series fit its counters.
    pub at: Option<f64>,
    activity: f64,
}

impl Moment {
    #[must_use]
    pub fn of(snapshot: impl Into<Arc<Snapshot>>) -> Self {
        let snapshot = snapshot.into();
        Moment { at: snapshot.at, activity: activity(&snapshot), snapshot }
    }

    /// Orders two snapshots of one server: by time, else by process start, else by their own counters, which only grow; where nothing
    /// has happened in between, by the times that are hinted at.
    #[must_use]
    pub fn chronological(&self, other: &Moment) -> Ordering {
        self.place().compare(&other.place())
    }

    fn place(&self) -> Place {
        Place::of(self, self.at, self.activity)
    }
}

impl Deref for Moment {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.snapshot
    }
}

/// Orders two snapshots as [`Moment::chronological`] does.
#[must_use]
pub fn chronological(a: &Snapshot, b: &Snapshot) -> Ordering {
    let place = |snapshot: &Snapshot| Place::of(snapshot, snapshot.at, activity(snapshot));
    place(a).compare(&place(b))
}

/// What the order of snapshots is read from.
struct Place {
    at: Option<f64>,
    started: Option<f64>,
    activity: f64,
    hinted: f64,
}

impl Place {
    fn of(snapshot: &Snapshot, at: Option<f64>, activity: f64) -> Place {
        let started = snapshot.started_at.as_ref().map(|(started, _)| *started);
        Place { at, started, activity, hinted: snapshot.hint.map_or(0.0, |hint| hint.at) }
    }

    fn compare(&self, other: &Place) -> Ordering {
        if let (Some(at), Some(of_other)) = (self.at, other.at)
            && at != of_other
        {
            return at.total_cmp(&of_other);
        }
        if let (Some(start), Some(of_other)) = (self.started, other.started)
            && (start - of_other).abs() > SAME_START_SECONDS
        {
            return start.total_cmp(&of_other);
        }
        self.activity.total_cmp(&other.activity).then_with(|| self.hinted.total_cmp(&other.hinted))
    }
}

/// Grows with every counter and histogram; logarithms keep one huge counter from swallowing the others.
fn activity(snapshot: &Snapshot) -> f64 {
    let counters = snapshot.counters.values().map(|value| value.value);
    let observations = snapshot.distributions.values().filter_map(|spread| spread.histogram.observations());
    counters.chain(observations).filter(|value| *value > 0.0 && value.is_finite()).map(f64::ln_1p).sum()
}
