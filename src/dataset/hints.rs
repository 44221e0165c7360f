//! Times that are only hinted at: what may be taken from them, and what may not.

use crate::metrics::duration;
use crate::signal::{Distribution, Gauge, Hint, HintedBy, Moment, restarted, spent};
use crate::sorted::sort_by;

/// Files closer than this were written in one go, by a copy or an archive; texts, pasted one right after the other.
pub const ONE_GO_SECONDS: f64 = 1.0;
/// How far apart the requests inside by the counters (L1, Little's law) and by the gauges may be. Measured side by side they differ by a
/// fifth at most (handbook 0.4); gauges of two instants can be off by far more, times of copies by orders of magnitude.
const ABSURD: f64 = 10.0;
/// Bursts of this many requests between two dumps are no wonder, whatever ran at the dumps.
const BURST: f64 = 8.0;

/// Something about the inputs that a report says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Stable, kebab-case.
    pub id: &'static str,
    pub sentence: String,
}

/// Gives several snapshots the times that are hinted at, when these fit the counters; else leaves them without, and says why. Of one
/// snapshot a hint is not used: its age and everything per second since start would rest on it. `snapshots` are in the order of their
/// counters, and in that of their times afterwards where these tell of a restart.
pub fn settle(snapshots: &mut [Moment]) -> Option<Remark> {
    if snapshots.len() < 2 || snapshots.iter().all(|snapshot| snapshot.hint.is_none()) {
        return None;
    }
    let doubted = doubts(snapshots);
    for snapshot in &mut *snapshots {
        snapshot.at = snapshot.at.or(snapshot.hint.map(|hint| hint.at));
    }
    let why = doubted?;
    // A counter that went back while every time goes forward was reset. Where the process tells its start, it is known whether it was.
    if snapshots.iter().all(|snapshot| snapshot.at.is_some() && snapshot.started_at.is_none()) {
        sort_by(snapshots, Moment::chronological);
        if doubts(snapshots).is_none() {
            let whose = whose(snapshots.iter().find_map(|snapshot| snapshot.hint)?);
            let sentence = format!(
                "{whose} say that a dump which counted less is the later one, so the server is taken to have restarted between them. If it \
                 was the earlier one, set the time of each dump."
            );
            return Some(Remark { id: "restart-by-times", sentence });
        }
    }
    for snapshot in &mut *snapshots {
        snapshot.at = snapshot.told_at();
    }
    sort_by(snapshots, Moment::chronological);
    let sentence = format!("{why} So rates per second are not given; set the time of each dump to get them.");
    Some(Remark { id: "times-do-not-fit", sentence })
}

fn doubts(snapshots: &[Moment]) -> Option<String> {
    snapshots.windows(2).filter_map(|pair| pair.first().zip(pair.last())).find_map(|(first, last)| doubt(first, last))
}

/// Why the times of two neighbours cannot be those of their scrapes.
fn doubt(first: &Moment, last: &Moment) -> Option<String> {
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
        |end: &&Moment| end.hint.zip(end.started_at.as_ref()).is_some_and(|(hint, (started, _))| hint.at < started - ONE_GO_SECONDS);
    if [first, last].iter().any(early) {
        return Some(format!("{whose} lie before the start of the process."));
    }
    absurd(first, last, seconds).map(|why| format!("{whose} are {} apart, but {why}.", duration(seconds)))
}

fn moment(snapshot: &Moment) -> Option<f64> {
    snapshot.at.or(snapshot.hint.map(|hint| hint.at))
}

fn whose(hint: Hint) -> &'static str {
    match hint.by {
        HintedBy::Paste => "The times of pasting",
        HintedBy::File => "The times of the files",
    }
}

/// Holds the requests that were inside on average, by these times, against those that the gauges saw at both ends. After a restart the
/// counts are of a part of the time, so that they can only be too many for it; where nothing but the times tells of that restart, bursts
/// are no excuse, because dumps in the wrong order look the same.
fn absurd(first: &Moment, last: &Moment, seconds: f64) -> Option<String> {
    let restarted = restarted(first, last);
    let burst = if restarted && last.started_at.is_none() { 1.0 } else { BURST };
    let seen = |gauge| {
        let after = last.gauges.get(&gauge)?.value;
        let before = first.gauges.get(&gauge).map_or(after, |value| value.value);
        Some((before.min(after), before.max(after)))
    };
    let average = |key| spent(first, last, key, restarted).map(|sum| sum / seconds);
    let running = seen(Gauge::Running)?;
    let waiting = seen(Gauge::Waiting).unwrap_or_default();
    let whole = average(Distribution::E2e).map(|inside| (inside, running.0 + waiting.0, running.1 + waiting.1));
    let decoding = average(Distribution::Itl).or_else(|| average(Distribution::DecodeTime));
    let decoding = decoding.map(|inside| (inside, running.0, running.1));
    let (inside, least, most) = decoding.or(whole).filter(|(inside, ..)| *inside > 0.0)?;
    if inside > ABSURD * most.max(burst) {
        return Some(format!("{inside:.0} requests would have been inside on average and {most:.0} were at the dumps"));
    }
    (!restarted && inside * ABSURD < least)
        .then(|| format!("hardly a request would have been inside on average and {least:.0} or more were at the dumps"))
}
