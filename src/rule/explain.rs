//! Causes explain symptoms: the smallest set of causes that covers what was felt wins, the rest contributes.

use super::{BottleneckType, Contributing, Finding, Outcome, PROBABLE_FROM, Role, Rule, State, StateKind, Symptom, SymptomSeen, Symptoms};

use crate::sorted::sort_by;

/// `by` makes `target` a mere consequence or confusion of it (handbook 1.5). Both must have fired.
const SUPPRESSES: &[(&str, &[&str])] = &[
    // Memory is full because it is reserved, or because its pools are out of balance.
    ("over-reservation", &["kv-capacity-bound", "kv-full-and-healthy", "compute-saturated", "at-capacity"]),
    ("hybrid-pool-imbalance", &["kv-capacity-bound", "kv-full-and-healthy", "at-capacity"]),
    ("kv-capacity-bound", &["kv-full-and-healthy", "at-capacity", "compute-saturated", "no-prefix-reuse"]),
    ("preemption-thrash", &["kv-full-and-healthy", "prefill-interference", "decode-stalls", "no-prefix-reuse"]),
    ("sequence-limit", &["at-capacity", "compute-saturated"]),
    ("token-budget-bound", &["at-capacity", "compute-saturated"]),
    ("compute-saturated", &["at-capacity"]),
    ("deferred-waiting", &["at-capacity"]),
    // What the deferred requests wait for is known better.
    ("lora-thrash", &["deferred-waiting", "at-capacity", "compute-saturated", "sequence-limit"]),
    ("grammar-bottleneck", &["deferred-waiting", "at-capacity"]),
    // The batch of a prefill worker is what it computes at the moment; the KV memory of a decode worker is what it lacks.
    ("prefill-workers-short", &["deferred-waiting", "at-capacity", "sequence-limit"]),
    ("decode-workers-short", &["deferred-waiting", "at-capacity", "kv-capacity-bound"]),
    ("kv-transfer-slow", &["deferred-waiting", "at-capacity"]),
    // Few giant prompts look like bursts, like interference and like stalls.
    ("long-prompt-tail", &["bursty-arrivals", "prefill-interference", "decode-stalls"]),
    ("slow-prefill", &["prefill-interference", "decode-stalls"]),
    // Compiled kernels and clocks aside, an empty server this slow is slow in everything.
    ("hardware-floor", &["slow-prefill"]),
    // Figures of all ranks together show what one overloaded rank lives through.
    ("rank-imbalance", &["long-prompt-tail", "prefill-interference", "decode-stalls"]),
    ("engine-stalled", &["stale-gauges", "deferred-waiting", "at-capacity", "kv-full-and-healthy"]),
];

/// A circumstance that makes one of these causes worse belongs below it, not beside it.
const BELONGS_TO: &[(&str, &[&str])] = &[
    ("kv-under-allocated", &["kv-capacity-bound", "preemption-thrash"]),
    ("prefix-cache-disabled", &["prefill-interference", "compute-saturated"]),
];

/// The result of explaining.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Explanation {
    /// Causes that cover symptoms (with contributing causes below them), symptoms nobody explains, risks and notes; worst first.
    pub findings: Vec<Finding>,
    pub unexplained: Vec<SymptomSeen>,
    /// `(suppressed rule, by which)`.
    pub suppressed: Vec<(&'static str, &'static str)>,
}

/// Picks winners among the fired findings, which are given in the catalogue's order: upstream causes first.
#[must_use]
pub fn explain(fired: Vec<Finding>, symptoms: &Symptoms, state: &State) -> Explanation {
    let mut explanation = Explanation::default();
    let felt = |finding: &Finding| finding.explains.iter().any(|symptom| symptoms.get(*symptom).is_some());
    // A mere possibility that nobody feels does not explain away a surer cause.
    let strong = |by: &Finding, target: &Finding| {
        target.role != Role::Cause || felt(by) || by.confidence.value >= PROBABLE_FROM.min(target.confidence.value)
    };
    let edge = |target: &Finding| {
        let names = SUPPRESSES.iter().filter(|(_, targets)| targets.contains(&target.rule.id)).map(|(by, _)| *by);
        names.into_iter().find(|name| fired.iter().any(|by| by.rule.id == *name && strong(by, target)))
    };
    explanation.suppressed = fired.iter().filter_map(|finding| Some((finding.rule.id, edge(finding)?))).collect();
    let kept = |finding: &Finding| !explanation.suppressed.iter().any(|(target, _)| *target == finding.rule.id);
    let candidates: Vec<Finding> = fired.iter().filter(|finding| kept(finding)).cloned().collect();
    let (mut causes, others): (Vec<Finding>, Vec<Finding>) = candidates.into_iter().partition(|finding| finding.role == Role::Cause);
    let mut uncovered: Vec<&SymptomSeen> = symptoms.seen.iter().collect();
    let mut winners: Vec<Finding> = Vec::new();
    while let Some(best) = strongest(&causes, &uncovered) {
        let winner = causes.remove(best);
        uncovered.retain(|seen| !winner.explains.contains(&seen.symptom));
        winners.push(winner);
    }
    for cause in causes {
        let shares = |winner: &&mut Finding| {
            symptoms.seen.iter().any(|seen| winner.explains.contains(&seen.symptom) && cause.explains.contains(&seen.symptom))
        };
        // Pauses that lengthen the answers of the running requests let others wait longer for their places.
        let lengthens = |winner: &&mut Finding| {
            winner.explains.contains(&Symptom::Queue)
                && winner.confidence.value >= PROBABLE_FROM
                && cause.rule.kind == BottleneckType::HighLatency
                && cause.explains.contains(&Symptom::Itl)
                && symptoms.get(Symptom::Queue).is_some()
        };
        match winners.iter_mut().find(|winner| shares(winner) || lengthens(winner)) {
            Some(winner) => winner.contributing.push(Contributing {
                rule: cause.rule,
                sentence: cause.sentence.clone(),
                confidence: cause.confidence.clone(),
            }),
            // Nobody feels it yet: a risk of its own.
            None => explanation.findings.push(Finding { role: Role::Risk, ..cause }),
        }
    }
    let mut rest = Vec::new();
    for other in others {
        let parents = BELONGS_TO.iter().find(|(child, _)| *child == other.rule.id).map_or(&[][..], |(_, parents)| parents);
        match winners.iter_mut().find(|winner| parents.contains(&winner.rule.id)) {
            Some(winner) => {
                winner.actions.extend(other.actions);
                winner.contributing.push(Contributing { rule: other.rule, sentence: other.sentence, confidence: other.confidence });
            }
            None => rest.push(other),
        }
    }
    for winner in &mut winners {
        winner.explains.retain(|symptom| symptoms.get(*symptom).is_some());
    }
    explanation.findings.extend(winners);
    explanation.findings.extend(rest);
    // A queue that stood between the dumps and is gone is a reason for a cause, and nothing to announce by itself.
    let gone = |seen: &SymptomSeen| seen.symptom == Symptom::Queue && seen.value < 1.0;
    explanation.unexplained = uncovered.into_iter().filter(|seen| !gone(seen)).cloned().collect();
    if state.kind != StateKind::Stalled {
        explanation.findings.extend(explanation.unexplained.iter().map(super::symptom::finding));
    }
    sort_by(&mut explanation.findings, |a, b| {
        (b.severity, std::cmp::Reverse(rank(b.role)))
            .cmp(&(a.severity, std::cmp::Reverse(rank(a.role))))
            .then(b.confidence.value.total_cmp(&a.confidence.value))
    });
    explanation
}

/// Index of the cause that covers most uncovered harm, weighted by its confidence. The first one wins a tie.
fn strongest(causes: &[Finding], uncovered: &[&SymptomSeen]) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (index, cause) in causes.iter().enumerate() {
        let gain: f64 =
            uncovered.iter().filter(|seen| cause.explains.contains(&seen.symptom)).map(|seen| seen.score * cause.confidence.value).sum();
        if gain > 0.0 && best.is_none_or(|(_, highest)| gain > highest + 1e-12) {
            best = Some((index, gain));
        }
    }
    best.map(|(index, _)| index)
}

fn rank(role: Role) -> u8 {
    match role {
        Role::Cause => 0,
        Role::Symptom => 1,
        Role::Risk => 2,
        Role::Note => 3,
    }
}

/// Findings among outcomes, in their order.
#[must_use]
pub fn fired(outcomes: &[(&'static Rule, Outcome)]) -> Vec<Finding> {
    outcomes
        .iter()
        .filter_map(|(_, outcome)| match outcome {
            Outcome::Fired(finding) => Some((**finding).clone()),
            Outcome::Clear(_) | Outcome::NotMeasurable(_) => None,
        })
        .collect()
}

/// Symptoms that any latency cause explains along with its own.
pub(crate) const QUEUE_SYMPTOMS: &[Symptom] = &[Symptom::Ttft, Symptom::E2e, Symptom::Queue, Symptom::Throughput];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{finding, symptom};

    fn explained(fired: Vec<Finding>, seen: Vec<SymptomSeen>) -> Explanation {
        let state = State { kind: StateKind::Active, sentence: String::new() };
        explain(fired, &Symptoms { seen }, &state)
    }

    fn ids(explanation: &Explanation) -> Vec<&'static str> {
        explanation.findings.iter().map(|finding| finding.rule.id).collect()
    }

    #[test]
    fn the_cause_that_covers_most_wins_and_the_rest_contributes() {
        let fired = vec![finding("preemption-thrash", 0.9), finding("kv-capacity-bound", 0.9)];
        let found = explained(fired, vec![symptom(Symptom::Ttft, 1.0), symptom(Symptom::Itl, 0.5), symptom(Symptom::Queue, 0.5)]);
        assert_eq!(ids(&found), ["kv-capacity-bound"]);
        assert_eq!(found.findings[0].contributing[0].rule.id, "preemption-thrash");
        assert!(found.unexplained.is_empty());
    }

    #[test]
    fn two_causes_of_different_symptoms_both_stand() {
        let found = explained(
            vec![finding("sequence-limit", 0.7), finding("server-errors", 0.8)],
            vec![symptom(Symptom::Ttft, 1.0), symptom(Symptom::Availability, 1.0)],
        );
        assert_eq!(ids(&found), ["server-errors", "sequence-limit"], "equal severity, the surer one first");
    }

    #[test]
    fn a_symptom_without_a_cause_is_a_finding_of_its_own() {
        let found = explained(vec![finding("sequence-limit", 0.7)], vec![symptom(Symptom::Ttft, 1.0), symptom(Symptom::Itl, 1.0)]);
        assert_eq!(found.unexplained.len(), 1);
        assert!(ids(&found).contains(&"itl-target-missed"));
    }

    #[test]
    fn a_cause_that_nobody_feels_is_a_risk() {
        let found = explained(vec![finding("preemption-thrash", 0.9)], Vec::new());
        assert_eq!(found.findings[0].role, Role::Risk);
    }

    #[test]
    fn pauses_that_nobody_feels_contribute_to_the_queue_that_they_lengthen() {
        let found = |queue: f64| {
            let fired = vec![finding("over-reservation", queue), finding("prefill-interference", 0.8)];
            explained(fired, vec![symptom(Symptom::Ttft, 1.0), symptom(Symptom::Queue, 0.5)])
        };
        assert_eq!(ids(&found(0.7)), ["over-reservation"]);
        assert_eq!(found(0.7).findings[0].contributing[0].rule.id, "prefill-interference");
        assert_eq!(found(0.4).findings.len(), 2, "a mere possibility hides nothing");
    }

    #[test]
    fn a_consequence_is_not_told_beside_its_cause() {
        let found = explained(vec![finding("kv-capacity-bound", 0.9), finding("at-capacity", 0.9)], vec![symptom(Symptom::Queue, 0.5)]);
        assert_eq!(ids(&found), ["kv-capacity-bound"]);
        assert_eq!(found.suppressed, [("at-capacity", "kv-capacity-bound")]);
    }

    #[test]
    fn a_cause_that_nobody_feels_does_not_explain_away_a_surer_one() {
        let fired = || vec![finding("slow-prefill", 0.4), finding("prefill-interference", 0.85)];
        let itl = explained(fired(), vec![symptom(Symptom::Itl, 0.5)]);
        assert_eq!(ids(&itl), ["prefill-interference", "slow-prefill"]);
        let ttft = explained(fired(), vec![symptom(Symptom::Ttft, 0.5)]);
        assert_eq!(ttft.suppressed, [("prefill-interference", "slow-prefill")]);
    }

    #[test]
    fn a_circumstance_goes_below_the_cause_that_it_worsens_with_its_advice() {
        let found =
            explained(vec![finding("kv-capacity-bound", 0.4), finding("kv-under-allocated", 0.6)], vec![symptom(Symptom::Queue, 0.5)]);
        assert_eq!(ids(&found), ["kv-capacity-bound"]);
        assert_eq!(found.findings[0].contributing[0].rule.id, "kv-under-allocated");
    }

    #[test]
    fn the_order_in_which_rules_fired_does_not_change_who_wins() {
        let seen = || vec![symptom(Symptom::Ttft, 1.0), symptom(Symptom::Itl, 0.5)];
        let one = explained(vec![finding("frontend-bound", 0.9), finding("long-prompt-tail", 0.8)], seen());
        let other = explained(vec![finding("long-prompt-tail", 0.8), finding("frontend-bound", 0.9)], seen());
        assert_eq!(ids(&one), ids(&other));
    }

    #[test]
    fn every_edge_names_rules_of_the_catalogue_or_of_the_handbook() {
        const LATER: &[&str] = &["bursty-arrivals"];
        for id in SUPPRESSES.iter().flat_map(|(by, targets)| [by].into_iter().chain(targets.iter())) {
            assert!(LATER.contains(id) || crate::rule::catalogue::find(id).is_some(), "{id}");
        }
    }
}
