//! What to collect or look at next when a symptom has no cause.

use super::explain::Explanation;
use super::queueing::{queued_between, seen_throughout};
use super::{Action, Context, Finding, Missing, NotMeasurable, Role, StateKind, Symptom};
use crate::metrics::first_sentence;

/// Gives every symptom that nobody explains one step: the one that is likeliest to show its cause.
pub(super) fn give_steps(ctx: &Context<'_>, explanation: &mut Explanation, missing: &[NotMeasurable]) {
    for finding in explanation.findings.iter_mut().filter(|finding| finding.role == Role::Symptom) {
        finding.actions = vec![Action::plain(step(ctx, finding, missing), "", "")];
        let of_latency = finding.explains.iter().any(|symptom| matches!(symptom, Symptom::Ttft | Symptom::E2e));
        if let Some(queued) = queued_between(ctx).filter(|_| of_latency) {
            finding.sentence = format!("{} {queued}", finding.sentence);
        }
    }
}

fn step(ctx: &Context<'_>, finding: &Finding, missing: &[NotMeasurable]) -> String {
    if ctx.state.kind == StateKind::Idle {
        return "Take two dumps 30 to 60 s apart while the server is busy.".to_owned();
    }
    if !ctx.is_window() {
        return "Take a second dump 30 to 60 s later and add it.".to_owned();
    }
    let seen_once = queued_between(ctx).is_some() && !seen_throughout(ctx);
    if seen_once && finding.explains.iter().any(|symptom| matches!(symptom, Symptom::Ttft | Symptom::E2e)) {
        return "Take dumps during the load, 5 to 10 s apart: they show whether slots, memory or the token budget make requests wait."
            .to_owned();
    }
    let may_tell = |group: &&NotMeasurable| !group.missing.of_a_feature && waiting(group, &finding.explains) > 0;
    match missing.iter().filter(may_tell).rev().max_by_key(|group| waiting(group, &finding.explains)) {
        Some(group) if group.missing == Missing::times() => group.missing.how_to_enable.clone(),
        Some(group) => format!("Get {}. {}", group.missing.what, first_sentence(&group.missing.how_to_enable).0),
        None => "Read the server’s log of these seconds: every rule that could explain it was judged, and none does.".to_owned(),
    }
}

/// How many causes of these symptoms wait for it.
fn waiting(group: &NotMeasurable, symptoms: &[Symptom]) -> usize {
    let could = |symptom: &Symptom| symptoms.contains(symptom);
    group.rules.iter().filter(|rule| rule.role == Role::Cause && rule.explains.iter().any(could)).count()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Build, snapshot, window};
    use super::super::{Diagnosis, Thetas, diagnose};
    use crate::signal::{BackendId, Distribution, Gauge, Observation};
    use crate::slo::{Target, evaluate};

    fn slow(requests: f64) -> Build {
        let buckets = [(1.0, requests / 2.0), (30.0, requests / 2.0), (f64::INFINITY, 0.0)];
        Build::new(BackendId::Vllm).gauge(Gauge::Running, 4.0).gauge(Gauge::Waiting, 0.0).histogram(
            Distribution::Ttft,
            &buckets,
            requests * 5.0,
        )
    }

    fn diagnosed(seen: &Observation) -> Diagnosis {
        let target = Target::new(None, "ttft.p95", "<=", 1.0, None).expect("a target");
        let statuses = evaluate(seen, &[target]);
        diagnose(seen, &statuses, &Thetas::of(&statuses, "test"))
    }

    fn step(found: &Diagnosis) -> &str {
        let symptom = found.findings.iter().find(|finding| finding.rule.id == "ttft-target-missed").expect("nothing explains it");
        assert_eq!(symptom.actions.len(), 1);
        &symptom.actions[0].change
    }

    #[test]
    fn after_one_dump_the_step_is_a_second_one() {
        assert_eq!(step(&diagnosed(&snapshot(slow(200.0)))), "Take a second dump 30 to 60 s later and add it.");
    }

    #[test]
    fn after_two_it_is_the_number_that_most_causes_of_the_symptom_wait_for() {
        let found = diagnosed(&window(slow(200.0), slow(900.0)));
        let step = step(&found);
        let named = found.not_measurable.iter().find(|group| step.contains(&group.missing.what)).expect("something that is missing");
        assert!(named.rules.iter().any(|rule| rule.explains.contains(&super::Symptom::Ttft)), "{step}");
        assert!(step.len() < 200, "{step}");
    }
}
