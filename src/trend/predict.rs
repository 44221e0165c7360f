//! When a course meets a limit: the distribution of the first meeting, by the scatter around the course and by what is not known of it.
//!
//! A quantity that scatters around a line (a gauge, a rate) is continued as that line; one that adds up (a queue) as a walk that drifts, for
//! its residuals say nothing of the next ones. Which of the two it is, the series' own memory says.

use super::Point;
use super::thin::thinned;
use crate::stats::{Line, lag_one, line, mean_and_variance, median, median_deviation, normal_cdf, normal_quantile, student_quantile};

/// A continued course.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Course {
    Line { line: Line, memory: f64, middle: f64 },
    Walk { level: f64, drift: f64, variance: f64, seconds: f64, steps: f64 },
}

/// When the limit is met first, in seconds from the end of the series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Meeting {
    /// In half of all courses; `None` beyond the horizon.
    pub middle: Option<f64>,
    /// 5 % and 95 %; `None` is later than is looked.
    pub earliest: Option<f64>,
    pub latest: Option<f64>,
}

/// How wrong a course was on the last quarter of the series, fitted to the rest: medians of absolute errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct HeldOut {
    pub error: f64,
    /// Of the forecast that nothing changes.
    pub last_value: f64,
    /// The scatter that it is held against.
    pub scatter: f64,
}

/// Courses are drawn from what is not known of the line at so many equal shares.
const COURSES: u32 = 20;
/// Moments that are looked at one by one.
const MOST_LOOKS: f64 = 300.0;
/// Residuals that resemble each other more than this add up (a walk).
const WALKS: f64 = 0.6;

impl Course {
    pub fn of(points: &[Point]) -> Option<Course> {
        let thin = thinned(points);
        let line = line(&thin)?;
        let residuals: Vec<f64> = thin.iter().map(|(x, y)| y - line.at(*x)).collect();
        let memory = lag_one(&residuals).clamp(0.0, 0.9);
        if memory >= WALKS {
            return walk(&thin);
        }
        Some(Course::Line { line, memory, middle: line.at(line.mean_x) })
    }

    /// A course of what adds up, whatever its memory.
    pub fn walking(points: &[Point]) -> Option<Course> {
        walk(&thinned(points))
    }

    /// Where it is at a moment. `end` is the time of the last point.
    pub fn at(&self, x: f64, end: f64) -> f64 {
        match self {
            Course::Line { line, .. } => line.at(x),
            Course::Walk { level, drift, .. } => level + drift * (x - end),
        }
    }

    /// When the limit is met first at one of the moments `step` apart, from `end` on, over at most `reach` seconds. With `scatters` a single
    /// value meets it, without only the course itself.
    pub fn meets(&self, limit: f64, end: f64, step: f64, reach: f64, scatters: bool) -> Meeting {
        // Far ahead several moments are looked at as one.
        let moments = (reach / step).ceil().max(1.0);
        let at_once = (moments / MOST_LOOKS).ceil().max(1.0);
        let step = step * at_once;
        let freedom = match self {
            Course::Line { line, .. } => line.points - 2.0,
            Course::Walk { steps, .. } => steps - 1.0,
        };
        let mut courses: Vec<(f64, f64)> =
            (0..COURSES).map(|place| (1.0, student_at((f64::from(place) + 0.5) / f64::from(COURSES), freedom))).collect();
        let mut meeting = Meeting { middle: None, earliest: None, latest: None };
        let (mut ahead, mut met_before) = (0.0, 0.0);
        while ahead < reach {
            let next = ahead + step;
            let mut met = 0.0;
            for (alive, off) in &mut courses {
                *alive = self.survives(*alive, *off, limit, (end, next), scatters.then_some(at_once));
                met += (1.0 - *alive) / f64::from(COURSES);
            }
            // Between two moments the meeting is where its share is reached, as if it grew evenly.
            let reached = |share: f64| {
                let part = if met > met_before { ((share - met_before) / (met - met_before)).clamp(0.0, 1.0) } else { 1.0 };
                (met >= share).then_some(ahead + part * step)
            };
            meeting.earliest = meeting.earliest.or_else(|| reached(0.05));
            meeting.middle = meeting.middle.or_else(|| reached(0.5));
            meeting.latest = meeting.latest.or_else(|| reached(0.95));
            if meeting.latest.is_some() {
                break;
            }
            (ahead, met_before) = (next, met);
        }
        meeting
    }

    /// The share that has not met the limit `ahead` seconds from the end, of what had not before. `off` is how many standard errors the course
    /// is away from the best one, `looks` how many values scatter around it since then.
    fn survives(&self, alive: f64, off: f64, limit: f64, (end, ahead): (f64, f64), looks: Option<f64>) -> f64 {
        match self {
            Course::Line { line, memory, middle } => {
                let x = end + ahead;
                let widened = (1.0 + memory) / (1.0 - memory);
                let error = line.scatter * ((1.0 / line.points + (x - line.mean_x).powi(2) / line.spread_x) * widened).sqrt();
                let value = line.at(x) + off * error;
                let Some(looks) = looks else { return if value >= limit { 0.0 } else { alive } };
                // What counts requests scatters by the root of how many there are.
                let grows = if *middle > 0.0 { (line.at(x) / middle).clamp(0.25, 4.0).sqrt() } else { 1.0 };
                let below = normal_cdf((limit - value) / (line.scatter * grows).max(1e-12));
                alive * below.powf(looks * (1.0 - memory) / (1.0 + memory))
            }
            Course::Walk { level, drift, variance, seconds, .. } => {
                let drift = drift + off * (variance / seconds).sqrt();
                let (rest, spread) = (limit - level, (variance * ahead).sqrt().max(1e-12));
                if rest <= 0.0 {
                    return 0.0;
                }
                // The first passage of a walk with a drift (inverse Gaussian).
                let mirrored = (2.0 * drift * rest / variance.max(1e-12)).min(500.0).exp() * normal_cdf((-rest - drift * ahead) / spread);
                let met = normal_cdf((drift * ahead - rest) / spread) + if mirrored.is_finite() { mirrored } else { 0.0 };
                alive.min(1.0 - met.clamp(0.0, 1.0))
            }
        }
    }
}

fn walk(thin: &[(f64, f64)]) -> Option<Course> {
    let (first, last) = (thin.first()?, thin.last()?);
    let seconds = last.0 - first.0;
    let drift = (last.1 - first.1) / seconds;
    let strays = thin.iter().zip(thin.iter().skip(1)).map(|(a, b)| (b.1 - a.1 - drift * (b.0 - a.0)) / (b.0 - a.0).sqrt());
    let strays: Vec<f64> = strays.filter(|stray| stray.is_finite()).collect();
    let (_, variance) = mean_and_variance(&strays)?;
    let sound = seconds > 0.0 && drift.is_finite() && variance.is_finite();
    sound.then_some(Course::Walk { level: last.1, drift, variance, seconds, steps: strays.len() as f64 })
}

/// The value that a Student-t variable stays below with a probability from 0 to 1; beyond 30 degrees of freedom that of the normal one.
fn student_at(share: f64, freedom: f64) -> f64 {
    if freedom > 30.0 {
        return normal_quantile(share);
    }
    let upper = student_quantile(share.max(1.0 - share), freedom.max(1.0));
    if share < 0.5 { -upper } else { upper }
}

/// Fits the first three quarters and looks at the last one (handbook 5.4).
pub(super) fn held_out(points: &[Point], walking: bool) -> Option<HeldOut> {
    let (known, rest) = points.split_at_checked(points.len() * 3 / 4)?;
    let course = if walking { Course::walking(known) } else { Course::of(known) }?;
    let last = known.last()?;
    let end = last.at();
    let errors = |guess: &dyn Fn(&Point) -> f64| median(&rest.iter().map(|point| (point.value - guess(point)).abs()).collect::<Vec<_>>());
    let residuals: Vec<f64> = match &course {
        Course::Line { line, .. } => known.iter().map(|point| point.value - line.at(point.at())).collect(),
        Course::Walk { drift, level, .. } => known.iter().map(|point| point.value - level - drift * (point.at() - end)).collect(),
    };
    // A single last value carries its own scatter: what people mean by it is the level of the last few.
    let few: Vec<f64> = known.iter().rev().take(3).map(|point| point.value).collect();
    let level = median(&few)?;
    Some(HeldOut {
        error: errors(&|point| course.at(point.at(), end))?,
        last_value: errors(&|_| level)?,
        scatter: median_deviation(&residuals)?,
    })
}
