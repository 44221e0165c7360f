//! Snapshots to an observation: one, a window, or the present phase of a series; and two windows where the dumps fall into two parts.

use std::sync::Arc;

use super::focus::nothing_served_yet;
use super::service_levels::{ServiceLevels, judge, service_levels};
use super::{Options, Profile};
use crate::dataset::{Begin, Given, Life, lives, settle};
use crate::error::RequestError;
use crate::report::Note;
use crate::signal::{Moment, Observation, restarted};
use crate::sorted::sort_by;
use crate::timeline::Timeline;
use crate::trend::{self, OverTime};

/// Dumps that fall into two groups with a pause between them, at least this many times as long as any other, are two windows.
const PAUSE: f64 = 3.0;
/// The pause is longer than each group by this factor, or it is a hole in a series.
const APART: f64 = 2.0;

/// What is looked at, and what had to be said on the way.
#[derive(Debug)]
pub(super) struct Observed {
    pub seen: Observation,
    pub levels: ServiceLevels,
    /// Two windows to compare.
    pub parts: Option<Parts>,
    /// Of three and more dumps.
    pub series: Option<Series>,
    pub notes: Vec<Note>,
}

/// The dumps in the order of time, and what they say over time.
#[derive(Debug)]
pub(super) struct Series {
    pub moments: Vec<Moment>,
    pub timeline: Timeline,
    pub over_time: OverTime,
    /// First and last dump of the window that is looked at.
    pub window: [usize; 2],
    /// A person chose the window.
    pub chosen: bool,
}

/// The windows before and after a change.
#[derive(Debug)]
pub(super) struct Parts {
    pub before: Observation,
    pub after: Observation,
}

/// What the snapshots of one server amount to.
pub(super) fn observe(
    mut moments: Vec<Moment>,
    given: &[Given],
    mut notes: Vec<Note>,
    options: &Options,
) -> Result<Observed, RequestError> {
    sort_by(&mut moments, Moment::chronological);
    moments.extend(nothing_served_yet(given, &moments, &mut notes));
    sort_by(&mut moments, Moment::chronological);
    let no_times = settle(&mut moments).map(|remark| Note { id: remark.id.to_owned(), sentence: remark.sentence });
    let (Some(first), Some(last)) = (moments.first(), moments.last()) else {
        return Err(RequestError::new("empty-text", "There is nothing to analyse.", "Give the text of a /metrics page."));
    };
    if moments.len() < 2 {
        let seen = Observation::snapshot(Arc::clone(&last.snapshot));
        return Ok(Observed { levels: service_levels(&seen, options)?, seen, parts: None, series: None, notes });
    }
    if let Some(note) = no_times {
        notes.push(note);
    } else if first.at.is_none() || last.at.is_none() {
        notes.push(Note {
            id: "no-times".to_owned(),
            sentence: "The dumps carry no times, so they were ordered by their own counters and rates per second cannot be given."
                .to_owned(),
        });
    }
    if moments.len() == 2 || options.profile == Profile::Classic {
        return first_and_last(first, last, &moments, notes, options);
    }
    let anew = configured_anew(&moments);
    let apart = last_restart(&moments).or_else(|| longest_pause(&moments));
    let parts = apart.and_then(|at| {
        let (before, after) = moments.split_at_checked(at)?;
        Some(Parts { before: window(before)?, after: window(after)? })
    });
    notes.extend(in_parts(moments.len(), parts.is_some(), anew.as_deref()));
    let levels = service_levels(&window(&moments).unwrap_or_else(|| Observation::between(first, last)), options)?;
    let over_time = trend::over_time(&moments, &levels.targets);
    let timeline = Timeline::of(&moments, apart, &over_time.changes, &|seen| judge(seen, &levels).1);
    let Some(timeline) = timeline else {
        return first_and_last(first, last, &moments, notes, options);
    };
    let own = |at: Option<f64>, (from, to): (f64, f64)| at.is_some_and(|at| (from..=to).contains(&at));
    let of_span = |span: (f64, f64)| {
        let first = moments.iter().position(|moment| own(moment.at, span))?;
        let last = moments.iter().rposition(|moment| own(moment.at, span))?;
        (last > first).then_some([first, last])
    };
    let chosen = options.span.and_then(of_span);
    let present = timeline.phases.get(timeline.present);
    let window = chosen.or_else(|| present.map(|phase| [phase.first, phase.last])).unwrap_or([0, moments.len() - 1]);
    // A single dump under other settings has nothing in common with those before it.
    let alone = anew.is_some() && chosen.is_none() && last_restart(&moments) == Some(moments.len() - 1);
    let ends = moments.get(window[0]).zip(moments.get(window[1]));
    let seen = match ends {
        _ if alone => Observation::snapshot(Arc::clone(&last.snapshot)),
        Some((from, to)) if moments.get(window[0]..=window[1]).is_some_and(|part| last_restart(part).is_some()) => {
            Observation::restarted_window(from, to)
        }
        Some((from, to)) => Observation::between(from, to),
        None => Observation::between(first, last),
    };
    let chosen = chosen.is_some();
    Ok(Observed { seen, levels, parts, series: Some(Series { timeline, over_time, window, chosen, moments }), notes })
}

/// The window from the first to the last dump: two dumps, and the classic profile, which knows no series.
fn first_and_last(
    first: &Moment,
    last: &Moment,
    moments: &[Moment],
    mut notes: Vec<Note>,
    options: &Options,
) -> Result<Observed, RequestError> {
    let anew = configured_anew(moments);
    notes.extend(in_parts(moments.len(), false, anew.as_deref()));
    let seen = match anew {
        Some(_) => Observation::snapshot(Arc::clone(&last.snapshot)),
        None if last_restart(moments).is_some() => Observation::restarted_window(first, last),
        None => Observation::between(first, last),
    };
    Ok(Observed { levels: service_levels(&seen, options)?, seen, parts: None, series: None, notes })
}

/// The setting that the last restart under other settings changed.
fn configured_anew(moments: &[Moment]) -> Option<String> {
    let settings = |life: Life<'_>| if let Begin::Settings(why) = life.begin { Some(why) } else { None };
    lives(moments).into_iter().rev().find_map(settings)
}

/// Index of the first dump after a pause that stands out and is longer than what was taken before it and after it.
fn longest_pause(moments: &[Moment]) -> Option<usize> {
    let pause = |pair: &[Moment]| Some(pair.last()?.at? - pair.first()?.at?);
    let mut pauses: Vec<(usize, f64)> =
        moments.windows(2).enumerate().map(|(index, pair)| Some((index + 1, pause(pair)?))).collect::<Option<_>>()?;
    sort_by(&mut pauses, |a, b| b.1.total_cmp(&a.1));
    let (at, longest) = *pauses.first()?;
    let (_, next) = *pauses.get(1)?;
    let (before, after) = moments.split_at_checked(at)?;
    let is_apart = [before, after].into_iter().all(|part| part.len() > 1 && pause(part).is_some_and(|length| longest >= APART * length));
    (next > 0.0 && longest >= PAUSE * next && is_apart).then_some(at)
}

/// Index of the first dump after the last restart.
fn last_restart(moments: &[Moment]) -> Option<usize> {
    let between = |pair: &[Moment]| pair.first().zip(pair.last()).is_some_and(|(first, last)| restarted(first, last));
    moments.windows(2).rposition(between).map(|index| index + 1)
}

/// From the last restart inside this part, if there is one, to its end; a window needs two dumps.
fn window(part: &[Moment]) -> Option<Observation> {
    let first = part.get(last_restart(part).unwrap_or(0))?;
    let last = part.last()?;
    (!std::ptr::eq(first, last)).then(|| Observation::between(first, last))
}

/// What the report is of, where the dumps fall into parts.
fn in_parts(count: usize, compared: bool, anew: Option<&str>) -> Option<Note> {
    let because = anew.map(|why| format!(" {why}")).unwrap_or_default();
    let (id, sentence) = match (compared, anew) {
        (true, _) => (
            "two-windows",
            format!("{count} dumps in two parts.{because} This report is of the present; “before and after” compares the two parts."),
        ),
        (false, Some(why)) => {
            ("configured-anew", format!("{why} The report is of the dumps since then. Two dumps of each configuration would compare them."))
        }
        (false, None) => return None,
    };
    Some(Note { id: id.to_owned(), sentence })
}
