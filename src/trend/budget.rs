//! When the error budget is used up at the present pace.

use super::forecasts::{Aim, Forecast, What};
use super::{Measure, Points};
use crate::metrics::{Unit, duration};
use crate::slo::burn::{ALERTS, Events, burn, is_evidence, raised, seconds_to_exhaustion};
use crate::slo::{Metric, Target};
use crate::stats::wilson;

/// Budgets are of 30 days (handbook 3.5).
const PERIOD: f64 = 30.0 * 24.0 * 3600.0;

/// The pace of an availability target over all dumps of the life; `None` for other targets and where nothing counts failures.
pub(super) fn forecast(points: &Points, target: &Target) -> Option<Forecast> {
    let objective = target.value;
    let series = points.series(Measure::ErrorShare).filter(|_| target.metric == Metric::Availability)?;
    let budget = Some(1.0 - objective).filter(|budget| *budget > 0.0)?;
    let aim = Aim {
        what: What::BudgetExhaustion,
        measure: Measure::ErrorShare,
        target: Some(target),
        limit: budget,
        scatters: false,
        walks: false,
    };
    let newest = |seconds: f64| {
        let since = points.to - seconds;
        (points.to - points.from >= seconds).then(|| {
            let inside = series.points.iter().filter(|point| point.to > since);
            inside.fold(Events { bad: 0.0, total: 0.0 }, |sum, point| Events {
                bad: sum.bad + point.value * point.count,
                total: sum.total + point.count,
            })
        })
    };
    let span = points.to - points.from;
    let all = newest(span)?;
    let pace = burn(all, objective)?;
    if pace <= 1.0 || !is_evidence(all, 1.0, objective) {
        return Some(aim.withheld(points, "Failures are within the budget's pace."));
    }
    let eta = |share: f64| seconds_to_exhaustion(1.0, share / budget, PERIOD).map(|seconds| (seconds - span).max(0.0));
    let (least, most) = wilson(all.bad, all.total);
    let times = Unit::Multiple.show(pace);
    let found = Forecast { interval: (eta(most), eta(least)), horizon: span, ..aim.withheld(points, "") };
    let why = match (raised(objective, newest), eta(all.bad / all.total)) {
        (Some(_), Some(seconds)) if seconds <= span => return Some(Forecast { eta: Some(seconds), withheld: None, ..found }),
        (Some(alert), Some(seconds)) => format!(
            "The budget of 30 days burns {times} as fast as it may, above {} over {} and {}; at that pace it lasts {}, beyond what the dumps cover.",
            Unit::Multiple.show(alert.factor),
            duration(alert.long_seconds),
            duration(alert.short_seconds),
            duration(seconds)
        ),
        _ => {
            let shortest = ALERTS.iter().map(|alert| alert.long_seconds).fold(f64::INFINITY, f64::min);
            let covered = duration(span);
            format!(
                "The budget of 30 days burns {times} as fast as it may, but the dumps cover {covered}; an alert needs {} or more.",
                duration(shortest)
            )
        }
    };
    Some(Forecast { withheld: Some(why), ..found })
}
