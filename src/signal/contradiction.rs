//! Latencies that cannot all be true.

use super::{BackendId, Distribution, Observation, Snapshot};

/// A latency that was recorded wrongly, and the one that it contradicts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contradiction {
    pub broken: Distribution,
    /// Mean in seconds; negative where the sum is.
    pub mean: f64,
    pub other: Distribution,
    pub other_mean: f64,
}

/// Sums that differ by less than this are of requests that one of them does not hold yet, or were rounded.
const FACTOR: f64 = 3.0;
/// Observations below which nothing is said.
const ENOUGH: f64 = 10.0;
/// No engine takes in a prompt and gives a first token within less, own judgement: a forward pass alone takes longer.
const LEAST_TTFT: f64 = 1e-3;
/// Requests that take at least this long are of a real engine, not of one that answers at once.
const REAL_E2E: f64 = 0.1;

impl Observation {
    /// The first latency that contradicts another. Over the life of the process, for a window may hold the end of a request and not its
    /// beginning.
    #[must_use]
    pub fn contradiction(&self) -> Option<Contradiction> {
        of(&self.last)
    }
}

fn of(snapshot: &Snapshot) -> Option<Contradiction> {
    use Distribution::{E2e, PrefillTime, QueueTime, Ttft};
    let spent = |key| Spent::of(snapshot, key);
    let pair =
        |broken: Spent, other: Spent| Contradiction { broken: broken.of, mean: broken.mean(), other: other.of, other_mean: other.mean() };
    let [ttft, e2e, queue, prefill] = [Ttft, E2e, QueueTime, PrefillTime].map(spent);
    let all = [ttft, e2e, queue, prefill];
    let sound = |of: Distribution| all.into_iter().flatten().find(|found| found.of != of && found.seconds > 0.0);
    if let Some(negative) = all.into_iter().flatten().find(|found| found.seconds < 0.0) {
        return Some(pair(negative, sound(negative.of)?));
    }
    if let Some(ttft) = ttft.filter(|ttft| ttft.mean() < LEAST_TTFT) {
        let beside = [e2e, queue, prefill].into_iter().flatten().filter(|found| found.mean() >= REAL_E2E);
        if let Some(longest) = beside.max_by(|a, b| a.mean().total_cmp(&b.mean())) {
            return Some(pair(ttft, longest));
        }
    }
    // A request of vLLM that has its phases on record has its first token there too. Other servers time other things by these names.
    let beyond = |part: Spent, whole: Spent| part.seconds > FACTOR * whole.seconds && part.mean() >= REAL_E2E;
    let phases = if snapshot.backend == BackendId::Vllm { [queue, prefill] } else { [None, None] };
    for part in phases.into_iter().flatten() {
        let within_whole = e2e.is_none_or(|e2e| !beyond(part, e2e));
        match (ttft.filter(|ttft| beyond(part, *ttft)), within_whole) {
            (Some(ttft), true) => return Some(pair(ttft, part)),
            (Some(ttft), false) => return Some(pair(part, ttft)),
            (None, false) => return Some(pair(part, e2e?)),
            (None, true) => {}
        }
    }
    // Requests that are inside have a first token and no end: only where few are can the one be held against the other.
    let (ttft, e2e) = (ttft?, e2e?);
    (ttft.count <= 1.1 * e2e.count && beyond(ttft, e2e)).then(|| pair(ttft, e2e))
}

/// Seconds that requests spent, over the life of the process.
#[derive(Clone, Copy)]
struct Spent {
    of: Distribution,
    seconds: f64,
    count: f64,
}

impl Spent {
    fn of(snapshot: &Snapshot, key: Distribution) -> Option<Spent> {
        let histogram = &snapshot.distributions.get(&key)?.histogram;
        let count = histogram.observations().filter(|count| *count >= ENOUGH)?;
        Some(Spent { of: key, seconds: histogram.sum?, count })
    }

    fn mean(self) -> f64 {
        self.seconds / self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::BackendId;
    use crate::signal::testing::{Build, snapshot};

    fn broken(latencies: &[(Distribution, f64, f64)]) -> Option<(Distribution, Distribution)> {
        let build = latencies.iter().fold(Build::new(BackendId::Vllm), |build, (of, count, mean)| build.latency(*of, *count, *mean));
        snapshot(build).contradiction().map(|found| (found.broken, found.other))
    }

    #[test]
    fn the_latency_that_disagrees_with_the_others_is_the_broken_one() {
        use Distribution::{E2e, PrefillTime, QueueTime, Ttft};
        assert_eq!(broken(&[(Ttft, 400.0, 2e-5), (E2e, 400.0, 9.0)]), Some((Ttft, E2e)));
        assert_eq!(broken(&[(Ttft, 400.0, 0.02), (QueueTime, 400.0, 5.0), (E2e, 400.0, 9.0)]), Some((Ttft, QueueTime)));
        assert_eq!(broken(&[(Ttft, 400.0, 0.4), (QueueTime, 400.0, 5e3), (E2e, 400.0, 9.0)]), Some((QueueTime, Ttft)));
        assert_eq!(broken(&[(PrefillTime, 400.0, 800.0), (E2e, 400.0, 9.0)]), Some((PrefillTime, E2e)));
        assert_eq!(broken(&[(Ttft, 400.0, 700.0), (E2e, 400.0, 9.0)]), Some((Ttft, E2e)));
        assert_eq!(broken(&[(Ttft, 400.0, -3.0), (E2e, 400.0, 9.0)]), Some((Ttft, E2e)));
    }

    #[test]
    fn latencies_that_can_be_true_together_are_left_alone() {
        use Distribution::{E2e, Itl, QueueTime, Ttft};
        // A queue that grows: first tokens of requests that have not ended came later than those of requests that have.
        assert_eq!(broken(&[(Ttft, 900.0, 60.0), (QueueTime, 400.0, 20.0), (E2e, 400.0, 24.0)]), None);
        assert_eq!(broken(&[(Ttft, 400.0, 0.05), (Itl, 4000.0, 0.02), (QueueTime, 400.0, 1e-5), (E2e, 400.0, 0.25)]), None);
        // A server that answers at once, as a simulator does.
        assert_eq!(broken(&[(Ttft, 400.0, 2e-5), (E2e, 400.0, 4e-4)]), None);
        assert_eq!(broken(&[(Ttft, 4.0, 2e-5), (E2e, 4.0, 9.0)]), None, "too few");
    }
}
