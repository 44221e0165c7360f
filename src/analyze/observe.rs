//! Snapshots to an observation: one, or a window between the first and the last.

use super::snapshots::Chosen;
use crate::report::Note;
use crate::request::RequestError;
use crate::signal::{Observation, chronological, same_instance};
use crate::sorted::sort_by;

/// What is looked at, and what had to be said on the way.
#[derive(Debug)]
pub(super) struct Observed {
    pub seen: Observation,
    pub notes: Vec<Note>,
}

pub(super) fn observe(chosen: Chosen) -> Result<Observed, RequestError> {
    let Chosen { mut snapshots, mut notes } = chosen;
    sort_by(&mut snapshots, chronological);
    let count = snapshots.len();
    let Some(last) = snapshots.pop() else {
        return Err(RequestError::new("empty-text", "There is nothing to analyse.", "Give the text of a /metrics page."));
    };
    if snapshots.is_empty() {
        return Ok(Observed { seen: Observation::snapshot(last), notes });
    }
    for other in &snapshots {
        same_instance(other, &last).map_err(|why| {
            RequestError::new(
                "different-servers",
                format!("The texts are not of one server. {why}"),
                "Several texts are read as snapshots of one instance. Remove those of other servers, or analyse them one after the other.",
            )
        })?;
    }
    if count > 2 {
        notes.push(Note {
            id: "first-and-last".to_owned(),
            sentence: format!("{count} dumps were given. The window runs from the first to the last; those between are not used yet."),
        });
    }
    let first = snapshots.swap_remove(0);
    if first.at.is_none() || last.at.is_none() {
        notes.push(Note {
            id: "no-times".to_owned(),
            sentence: "The dumps carry no times, so they were ordered by their own counters and rates per second cannot be given."
                .to_owned(),
        });
    }
    Ok(Observed { seen: Observation::window(first, last), notes })
}
