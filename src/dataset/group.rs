//! Which snapshots with the same labels are of one server.
//!
//! Snapshots that can follow one another without a restart make a track. A track goes on with another one as a restart of the same server
//! when that begins after it has ended; tracks that run side by side are of different servers.

use super::Given;
use super::life::Server;
use crate::signal::{Moment, SAME_START_SECONDS, Snapshot, dropped, restarted, same_instance, same_settings};
use crate::sorted::sort_by;

/// Start times this close are those of one process: the clock that they come from ticks every 10 ms.
const SAME_PROCESS_SECONDS: f64 = 0.02;

struct Track {
    /// With the place of each among all.
    moments: Vec<(usize, Moment)>,
}

/// The servers of these snapshots, all with the same model and labels, in the order in which they were first seen.
pub(super) fn servers(mut moments: Vec<Moment>, given: &[Given]) -> Vec<Server> {
    sort_by(&mut moments, Moment::chronological);
    let mut servers: Vec<Server> = by_name(moments, given).into_iter().flat_map(|moments| by_counters(moments, given)).collect();
    let first = |server: &Server| server.moments.iter().map(|moment| moment.text_index).min();
    sort_by(&mut servers, |a, b| first(a).cmp(&first(b)));
    servers
}

/// Apart by the words of a person, or by the names of the inputs where nothing better tells servers apart: no process says when it started,
/// and there are two rows of names, of two inputs or more each, that run side by side in time.
fn by_name(moments: Vec<Moment>, given: &[Given]) -> Vec<Vec<Moment>> {
    let named = |moment: &Moment| given.get(moment.text_index);
    let mut rows: Vec<(String, Vec<(usize, Moment)>)> = Vec::new();
    let starts_tell = moments.iter().any(|moment| moment.started_at.is_some());
    let corrected = moments.iter().any(|moment| named(moment).is_some_and(|given| given.server.is_some()));
    for (place, moment) in moments.into_iter().enumerate() {
        let row = match named(&moment) {
            Some(Given { server: Some(word), .. }) => format!("={word}"),
            Some(given) if !corrected => stem(&given.name).to_owned(),
            _ => String::new(),
        };
        match rows.iter_mut().find(|(known, _)| *known == row) {
            Some((_, moments)) => moments.push((place, moment)),
            None => rows.push((row, vec![(place, moment)])),
        }
    }
    let ends =
        |moments: &[(usize, Moment)]| (moments.first().map_or(0, |(place, _)| *place), moments.last().map_or(0, |(place, _)| *place));
    let mut spans: Vec<(usize, usize)> = rows.iter().map(|(_, moments)| ends(moments)).collect();
    sort_by(&mut spans, |a, b| a.cmp(b));
    let side_by_side = spans.windows(2).all(|pair| matches!(pair, [(_, end), (start, _)] if start < end));
    let tells = !starts_tell && rows.len() > 1 && side_by_side && rows.iter().all(|(_, moments)| moments.len() > 1);
    if corrected || tells {
        return rows.into_iter().map(|(_, moments)| moments.into_iter().map(|(_, moment)| moment).collect()).collect();
    }
    let mut all: Vec<(usize, Moment)> = rows.into_iter().flat_map(|(_, moments)| moments).collect();
    sort_by(&mut all, |(a, _), (b, _)| a.cmp(b));
    vec![all.into_iter().map(|(_, moment)| moment).collect()]
}

/// A name without its last number and what follows it: `s1_t012.prom` and `s1_t013.prom` are of one row.
fn stem(name: &str) -> &str {
    let end = name.rfind(|c: char| c.is_ascii_digit()).map_or(name.len(), |at| at + 1);
    name.get(..end).map_or(name, |name| name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
}

fn by_counters(moments: Vec<Moment>, given: &[Given]) -> Vec<Server> {
    let stem_of = |moment: &Moment| given.get(moment.text_index).map(|given| stem(&given.name));
    let tracks = tracks(moments, &stem_of);
    // Each server is a chain of tracks.
    let mut chains: Vec<(Vec<Track>, Option<String>)> = Vec::new();
    for track in tracks {
        let Some((begin, first)) = track.moments.first() else { continue };
        let goes_on = |chain: &(Vec<Track>, Option<String>)| {
            let (end, last) = chain.0.last().and_then(|track| track.moments.last())?;
            (end < begin && restarts(last, first)).then(|| (stem_of(last) == stem_of(first), *end))
        };
        let fitting = chains.iter().enumerate().filter_map(|(place, chain)| Some((place, goes_on(chain)?)));
        let count = fitting.clone().count();
        let best = fitting.max_by(|(_, a), (_, b)| a.cmp(b)).map(|(place, _)| place);
        match best.and_then(|place| chains.get_mut(place)) {
            Some((tracks, doubt)) => {
                *doubt = doubt.take().or(restart_doubt(tracks.last(), &track, count));
                tracks.push(track);
            }
            None => chains.push((vec![track], None)),
        }
    }
    let moments = |tracks: Vec<Track>| tracks.into_iter().flat_map(|track| track.moments).map(|(_, moment)| moment).collect();
    chains.into_iter().filter_map(|(tracks, doubt)| Server::new(moments(tracks), doubt)).collect()
}

fn tracks<'g>(moments: Vec<Moment>, stem_of: &dyn Fn(&Moment) -> Option<&'g str>) -> Vec<Track> {
    let mut tracks: Vec<Track> = Vec::new();
    for (place, moment) in moments.into_iter().enumerate() {
        let fit = |track: &Track| {
            let (end, last) = track.moments.last()?;
            follows(last, &moment).then(|| (stem_of(last) == stem_of(&moment), *end))
        };
        let best = tracks.iter().enumerate().filter_map(|(at, track)| Some((at, fit(track)?))).max_by(|(_, a), (_, b)| a.cmp(b));
        match best.and_then(|(at, _)| tracks.get_mut(at)) {
            Some(track) => track.moments.push((place, moment)),
            None => tracks.push(Track { moments: vec![(place, moment)] }),
        }
    }
    tracks
}

/// The later snapshot can be of the same process under the same settings.
fn follows(first: &Snapshot, last: &Snapshot) -> bool {
    let apart = first.started_at.as_ref().zip(last.started_at.as_ref()).map(|((a, _), (b, _))| (a - b).abs());
    let process = match apart {
        Some(apart) if apart <= SAME_PROCESS_SECONDS => true,
        Some(apart) if apart > SAME_START_SECONDS => false,
        _ => !dropped(first, last),
    };
    process && same_settings(first, last).is_ok()
}

/// The later snapshot can be of the same server after a restart.
fn restarts(first: &Snapshot, last: &Snapshot) -> bool {
    same_instance(first, last).is_ok() && (restarted(first, last) || same_settings(first, last).is_ok())
}

/// A restart that could as well be a second server.
fn restart_doubt(before: Option<&Track>, after: &Track, candidates: usize) -> Option<String> {
    let ((_, last), (_, first)) = (before?.moments.last()?, after.moments.first()?);
    if candidates > 1 {
        return Some("Several servers with these labels could have restarted here; the one that was seen last is taken.".to_owned());
    }
    let told = last.told_at().is_some() && first.started_at.is_some();
    (!told).then(|| {
        "The later dumps are taken to be of the same server after a restart. If they are of a second server, say which dump is of which."
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn names_that_differ_in_their_last_number_are_of_one_row() {
        for (a, b) in [("s1_t012.prom", "s1_t013.prom"), ("metrics-1.prom", "metrics-12.prom"), ("a 10.5.txt", "a 11.txt"), ("x", "x")] {
            assert_eq!(stem(a), stem(b));
        }
        assert_ne!(stem("s1_t012.prom"), stem("s2_t012.prom"));
        assert_ne!(stem("before.prom"), stem("after.prom"));
    }
}
