//! Times that are only hinted at: what may be taken from them, and what may not.

use crate::report::Note;
use crate::report::build::duration;
use crate::rule::Laws;
use crate::signal::{Distribution, Gauge, Hint, HintedBy, Observation, Snapshot};

/// Files closer than this were written in one go, by a copy or an archive; texts, pasted one right after the other.
pub(super) const ONE_GO_SECONDS: f64 = 1.0;
/// How far apart the requests inside by the counters (L1, Little's law) and by the gauges may be. Measured side by side they differ by a
/// fifth at most (handbook 0.4); gauges of two instants can be off by far more, times of copies by orders of magnitude.
const ABSURD: f64 = 10.0;
/// Bursts of this many requests between two dumps are no wonder, whatever ran at the dumps.
const BURST: f64 = 8.0;

/// Gives several snapshots the times that are hinted at, when these fit the counters; else leaves them without, and says why. Of one
/// snapshot a hint is not used: its age and everything per second since start would rest on it. `snapshots` are in the order of their
/// counters.
pub(super) fn settle(snapshots: &mut [Snapshot]) -> Option<Note> {
    if snapshots.len() < 2 || snapshots.iter().all(|snapshot| snapshot.hint.is_none()) {
        return None;
    }
    let doubt = snapshots.windows(2).filter_map(|pair| pair.first().zip(pair.last())).find_map(|(first, last)| doubt(first, last));
    if let Some(why) = doubt {
        let sentence = format!("{why} So rates per second are not given; set the time of each dump to get them.");
        return Some(Note { id: "times-do-not-fit".to_owned(), sentence });
    }
    for snapshot in snapshots {
        snapshot.at = snapshot.at.or(snapshot.hint.map(|hint| hint.at));
    }
    None
}

/// Why the times of two neighbours cannot be those of their scrapes.
fn doubt(first: &Snapshot, last: &Snapshot) -> Option<String> {
    let (Some(start), Some(end)) = (moment(first), moment(last)) else {
        return Some("Not every dump has a time.".to_owned());
    };
    // Told times are not doubted.
    let whose = whose([first, last].iter().find_map(|end| end.hint)?);
    let seconds = end - start;
    if seconds.abs() < ONE_GO_SECONDS {
        return Some(format!("{whose} lie within a second."));
    }
    if seconds < 0.0 {
        return Some(format!("{whose} run against the counters: the dump with the later time counted less."));
    }
    let early =
        |end: &&Snapshot| end.hint.zip(end.started_at.as_ref()).is_some_and(|(hint, (started, _))| hint.at < started - ONE_GO_SECONDS);
    if [first, last].iter().any(early) {
        return Some(format!("{whose} lie before the start of the process."));
    }
    absurd(first, last, seconds).map(|why| format!("{whose} are {} apart, but {why}.", duration(seconds)))
}

fn moment(snapshot: &Snapshot) -> Option<f64> {
    snapshot.at.or(snapshot.hint.map(|hint| hint.at))
}

fn whose(hint: Hint) -> &'static str {
    match hint.by {
        HintedBy::Paste => "The times of pasting",
        HintedBy::File => "The times of the files",
    }
}

/// Holds the requests that were inside on average, by these times, against those that the gauges saw at both ends.
fn absurd(first: &Snapshot, last: &Snapshot, seconds: f64) -> Option<String> {
    let (mut first, mut last) = (first.clone(), last.clone());
    (first.at, last.at) = (Some(0.0), Some(seconds));
    let seen = Observation::window(first, last);
    if seen.restarted() {
        return None;
    }
    let laws = Laws::of(&seen);
    let running = seen.gauge_span(Gauge::Running)?;
    let waiting = seen.gauge_span(Gauge::Waiting).unwrap_or_default();
    let whole = seen.sum(Distribution::E2e).map(|sum| (sum / seconds, running.0 + waiting.0, running.1 + waiting.1));
    let decoding = laws.decode_concurrency.as_ref().map(|law| (law.value, running.0, running.1));
    let (inside, least, most) = decoding.or(whole).filter(|(inside, ..)| *inside > 0.0)?;
    if inside > ABSURD * most.max(BURST) {
        return Some(format!("{inside:.0} requests would have been inside on average and {most:.0} were at the dumps"));
    }
    (inside * ABSURD < least)
        .then(|| format!("hardly a request would have been inside on average and {least:.0} or more were at the dumps"))
}
