//! Verdicts of intervals to phases: the fewest changes that the evidence bears out.

use super::verdict::{CERTAIN, HEALTHY, STRONG, UNKNOWN, Verdict};
use crate::rule::StateKind;

/// Rules that are one trouble seen from several sides: in one interval the full cache is seen, in the next one what it throws out.
const FAMILIES: &[&[&str]] = &[
    &["kv-capacity-bound", "preemption-thrash", "over-reservation", "kv-under-allocated"],
    &["sequence-limit", "at-capacity"],
    &["prefill-interference", "slow-prefill", "long-prompt-tail", "decode-stalls"],
    &["server-errors", "capacity-rejections"],
];

/// What a change of phase costs, in units of [`Verdict::strength`].
const CHANGE: f64 = 1.0;

/// The first of the rules that are one trouble, or the verdict itself.
#[must_use]
pub fn family(id: &'static str) -> &'static str {
    FAMILIES.iter().find(|family| family.contains(&id)).and_then(|family| family.first()).copied().unwrap_or(id)
}

/// The family that each interval belongs to: of all sequences the one with the least sum of overruled strengths and changes.
#[must_use]
pub fn smooth(verdicts: &[Verdict]) -> Vec<&'static str> {
    let mut labels: Vec<&'static str> = vec![UNKNOWN, HEALTHY];
    for verdict in verdicts {
        let family = family(verdict.id);
        if !labels.contains(&family) {
            labels.push(family);
        }
    }
    // Least cost of a sequence that ends in each label, and for each interval the label before it on the way there.
    let mut costs = vec![0.0; labels.len()];
    let mut ways: Vec<Vec<usize>> = Vec::with_capacity(verdicts.len());
    for verdict in verdicts {
        let (best, least) = costs.iter().copied().enumerate().fold((0, f64::INFINITY), |a, b| if b.1 < a.1 { b } else { a });
        let own = family(verdict.id);
        let mut way = Vec::with_capacity(labels.len());
        for (place, (cost, label)) in costs.iter_mut().zip(&labels).enumerate() {
            let stays = *cost <= least + CHANGE;
            way.push(if stays { place } else { best });
            *cost = cost.min(least + CHANGE) + if *label == own { 0.0 } else { price(label, verdict) };
        }
        ways.push(way);
    }
    let mut place = costs.iter().enumerate().fold((0, f64::INFINITY), |a, (at, cost)| if *cost < a.1 { (at, *cost) } else { a }).0;
    let mut families = Vec::with_capacity(verdicts.len());
    for way in ways.iter().rev() {
        families.push(labels.get(place).copied().unwrap_or(UNKNOWN));
        place = way.get(place).copied().unwrap_or(0);
    }
    families.reverse();
    families
}

/// What it costs to overrule a verdict by this label. An interval in which something moved is no part of a stall, and hardly one of idleness.
fn price(label: &str, verdict: &Verdict) -> f64 {
    if label == StateKind::Stalled.id() {
        CERTAIN
    } else if label == StateKind::Idle.id() {
        verdict.strength.max(STRONG)
    } else {
        verdict.strength
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Severity;

    fn verdicts(of: &[(&'static str, f64)]) -> Vec<Verdict> {
        of.iter().map(|(id, strength)| Verdict { id, strength: *strength, severity: Severity::Info }).collect()
    }

    #[test]
    fn a_weak_verdict_between_others_is_noise_and_a_strong_one_is_a_phase() {
        let calm = ("healthy", 1.2);
        assert_eq!(smooth(&verdicts(&[calm, ("sequence-limit", 0.6), calm])), ["healthy"; 3]);
        assert_eq!(smooth(&verdicts(&[calm, ("sequence-limit", 2.5), calm])), ["healthy", "sequence-limit", "healthy"]);
    }

    #[test]
    fn two_calm_intervals_part_two_troubles_and_one_does_not() {
        let full = ("kv-capacity-bound", 2.5);
        let calm = ("healthy", 1.2);
        assert_eq!(smooth(&verdicts(&[full, calm, full])), ["kv-capacity-bound"; 3]);
        assert_eq!(smooth(&verdicts(&[full, calm, calm, full]))[1], "healthy");
    }

    #[test]
    fn a_thin_interval_beside_a_stall_is_none() {
        assert_eq!(smooth(&verdicts(&[("healthy", 0.6), ("stalled", 10.0), ("unknown", 0.0)])), ["healthy", "stalled", "unknown"]);
    }

    #[test]
    fn one_trouble_under_two_names_is_one_phase_and_the_unknown_follows_its_neighbours() {
        let run = verdicts(&[("kv-capacity-bound", 2.5), ("unknown", 0.6), ("preemption-thrash", 2.5)]);
        assert_eq!(smooth(&run), ["kv-capacity-bound"; 3]);
        assert!(smooth(&[]).is_empty());
    }
}
