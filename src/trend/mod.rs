//! What changes over time: trends, changes of level with their reason, and forecasts.

mod budget;
mod cause;
mod changes;
mod forecasts;
mod levels;
mod measure;
mod points;
mod predict;
mod slots;
mod thin;
mod totals;
mod trends;

pub use changes::{Change, Kind, changes};
pub use forecasts::{Forecast, What, forecasts};
pub use levels::{Level, levels};
pub use measure::Measure;
pub use points::{Point, Points, Series};
pub use trends::{Trend, trend, trends};

use crate::dataset::lives;
use crate::signal::Moment;
use crate::slo::Target;
use crate::sorted::sort_by;

/// What is said of a server over time. Times are seconds on the clock of the dumps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OverTime {
    /// The first dump of the server.
    pub start: Option<f64>,
    /// Of the last life.
    pub trends: Vec<Trend>,
    /// Of all lives, with the restarts between them.
    pub changes: Vec<Change>,
    /// Of the last life.
    pub forecasts: Vec<Forecast>,
}

/// Dumps of a life below which nothing is said.
const LEAST_DUMPS: usize = 4;

/// All dumps of one server, in the order of time. Empty where they carry no times.
#[must_use]
pub fn over_time(moments: &[Moment], targets: &[Target]) -> OverTime {
    let lives = lives(moments);
    let points: Vec<Option<Points>> =
        lives.iter().map(|life| Points::of(life.moments).filter(|points| points.dumps >= LEAST_DUMPS)).collect();
    let mut found = OverTime { start: moments.iter().find_map(|moment| moment.at), ..OverTime::default() };
    if points.iter().any(Option::is_some) {
        found.changes = changes::restarts(&lives, &points);
        found.changes.extend(points.iter().flatten().flat_map(changes));
        sort_by(&mut found.changes, |a, b| a.at.total_cmp(&b.at));
    }
    if let Some(Some(last)) = points.last() {
        found.trends = trends(last);
        found.forecasts = forecasts(last, targets);
    }
    found
}
