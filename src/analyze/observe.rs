//! Snapshots to an observation: one, or a window between the first and the last; and two windows where the dumps fall into two parts.

use std::sync::Arc;

use super::focus::nothing_served_yet;
use crate::dataset::{Begin, Given, Life, lives, settle};
use crate::error::RequestError;
use crate::report::Note;
use crate::signal::{Moment, Observation, restarted};
use crate::sorted::sort_by;

/// Dumps that fall into two groups with a pause between them, at least this many times as long as any other, are two windows.
const PAUSE: f64 = 3.0;

/// What is looked at, and what had to be said on the way.
#[derive(Debug)]
pub(super) struct Observed {
    pub seen: Observation,
    /// Two windows to compare.
    pub parts: Option<Parts>,
    pub notes: Vec<Note>,
}

/// The windows before and after a change.
#[derive(Debug)]
pub(super) struct Parts {
    pub before: Observation,
    /// `None` when it is the one that is looked at anyway.
    pub after: Option<Observation>,
}

/// What the snapshots of one server amount to.
pub(super) fn observe(mut moments: Vec<Moment>, given: &[Given], mut notes: Vec<Note>) -> Result<Observed, RequestError> {
    sort_by(&mut moments, Moment::chronological);
    moments.extend(nothing_served_yet(given, &moments, &mut notes));
    sort_by(&mut moments, Moment::chronological);
    let no_times = settle(&mut moments).map(|remark| Note { id: remark.id.to_owned(), sentence: remark.sentence });
    let moments = moments.as_slice();
    let (Some(first), Some(last)) = (moments.first(), moments.last()) else {
        return Err(RequestError::new("empty-text", "There is nothing to analyse.", "Give the text of a /metrics page."));
    };
    if moments.len() < 2 {
        return Ok(Observed { seen: Observation::snapshot(Arc::clone(&last.snapshot)), parts: None, notes });
    }
    let configured_anew = configured_anew(moments);
    let restart = last_restart(moments);
    let parts = restart.or_else(|| longest_pause(moments)).and_then(|at| {
        let (before, after) = moments.split_at_checked(at)?;
        Some((window(before)?, window(after)?))
    });
    if let Some(note) = no_times {
        notes.push(note);
    } else if first.at.is_none() || last.at.is_none() {
        notes.push(Note {
            id: "no-times".to_owned(),
            sentence: "The dumps carry no times, so they were ordered by their own counters and rates per second cannot be given."
                .to_owned(),
        });
    }
    // After a pause or under other settings the later window alone is the present state. A restart under the same settings is an event
    // of one window, which the rules report.
    let later_alone = configured_anew.is_some() || (parts.is_some() && restart.is_none());
    if let Some(note) = how_many(moments.len(), parts.is_some(), later_alone, configured_anew) {
        notes.push(note);
    }
    let (seen, parts) = match parts {
        Some((before, after)) if later_alone => (after, Some(Parts { before, after: None })),
        None if later_alone => (window(moments).unwrap_or_else(|| Observation::snapshot(Arc::clone(&last.snapshot))), None),
        parts => {
            let all = if restart.is_some() { Observation::restarted_window(first, last) } else { Observation::between(first, last) };
            (all, parts.map(|(before, after)| Parts { before, after: Some(after) }))
        }
    };
    Ok(Observed { seen, parts, notes })
}

/// The setting that the last restart under other settings changed.
fn configured_anew(moments: &[Moment]) -> Option<String> {
    let settings = |life: Life<'_>| if let Begin::Settings(why) = life.begin { Some(why) } else { None };
    lives(moments).into_iter().rev().find_map(settings)
}

/// Index of the first dump after a pause that stands out.
fn longest_pause(moments: &[Moment]) -> Option<usize> {
    let pause = |pair: &[Moment]| Some(pair.last()?.at? - pair.first()?.at?);
    let mut pauses: Vec<(usize, f64)> =
        moments.windows(2).enumerate().map(|(index, pair)| Some((index + 1, pause(pair)?))).collect::<Option<_>>()?;
    sort_by(&mut pauses, |a, b| b.1.total_cmp(&a.1));
    let (at, longest) = *pauses.first()?;
    let (_, next) = *pauses.get(1)?;
    (next > 0.0 && longest >= PAUSE * next).then_some(at)
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

fn how_many(count: usize, compared: bool, later_alone: bool, anew: Option<String>) -> Option<Note> {
    let sentence = match (compared, later_alone) {
        (true, true) => {
            let why = anew.map(|why| format!(" {why}")).unwrap_or_default();
            format!("{count} dumps were given, in two parts.{why} This report is of the later part; “before and after” compares the two.")
        }
        (true, false) => {
            format!(
                "{count} dumps were given, with a restart between them. The window runs from the first to the last; “before and after” compares the two parts."
            )
        }
        (false, true) => {
            let why = anew.unwrap_or_default();
            format!("{why} The report is of the dumps since then. Two dumps of each configuration would compare them.")
        }
        (false, false) if count > 2 => {
            format!("{count} dumps were given. The window runs from the first to the last; those between are not used yet.")
        }
        (false, false) => return None,
    };
    let id = match (compared, later_alone) {
        (true, _) => "two-windows",
        (false, true) => "configured-anew",
        (false, false) => "first-and-last",
    };
    Some(Note { id: id.to_owned(), sentence })
}
