//! The score: known cases, and what must hold whatever the inputs are.

use crate::slo_support::{Fill, INF, snapshot, target};
use proptest::prelude::*;
use servescope::health::{
    AvailabilityInput, Band, Class, FindingInput, Health, Inputs, TargetInput, apdex, finding_inputs, health, rules_measured,
};
use servescope::rule::{Severity, StateKind, Thetas, diagnose};
use servescope::signal::{BackendId, Counter, Distribution, Gauge, Observation};
use servescope::slo::evaluate;

fn clean() -> Inputs {
    Inputs {
        state: StateKind::Active,
        targets: vec![missed(0.01)],
        targets_measured: 1.0,
        availability: Some(failing(0.0)),
        findings: Vec::new(),
        rules_measured: 1.0,
        sufficiency: 1.0,
        unmeasured: Vec::new(),
    }
}

/// A P95 target on TTFT that a share of the requests missed, proven.
fn missed(share: f64) -> TargetInput {
    TargetInput { name: "ttft.p95 <= 1".to_owned(), allowed: 0.05, missed: share, certainty: 1.0 }
}

/// A share of 10,000 requests failed, against 99.9 %.
fn failing(share: f64) -> AvailabilityInput {
    let interval = servescope::stats::wilson((1.0 - share) * 10_000.0, 10_000.0);
    AvailabilityInput { objective: 0.999, bad: share * 10_000.0, total: 10_000.0, interval, certainty: 1.0 }
}

fn finding(class: Class, severity: Severity, severity_score: f64, confidence: f64) -> FindingInput {
    FindingInput { id: format!("{class:?}-{severity:?}"), title: "A finding".to_owned(), severity, severity_score, confidence, class }
}

/// Latent risks of the known cases: a KV forecast and a cache that thrashes.
fn latent() -> Vec<FindingInput> {
    vec![finding(Class::Risk, Severity::Medium, 0.5, 0.7), finding(Class::Efficiency, Severity::Low, 0.25, 0.6)]
}

fn score(inputs: &Inputs) -> f64 {
    health(inputs).score.expect("a score")
}

#[test]
fn the_known_cases_score_as_published() {
    let confirmed = |severity| vec![finding(Class::Violating, severity, 0.8, 0.9)];
    let cases: [(&str, Inputs, f64); 8] = [
        ("clean", clean(), 100.0),
        ("latent risks, probable only", Inputs { findings: latent(), ..clean() }, 94.0),
        (
            "the forecast is confirmed",
            Inputs { findings: vec![finding(Class::Risk, Severity::Medium, 0.5, 0.8), latent().remove(1)], ..clean() },
            89.0,
        ),
        (
            "30 % over the TTFT target, a confirmed high cause",
            Inputs { targets: vec![missed(0.3)], findings: confirmed(Severity::High), ..clean() },
            74.0,
        ),
        (
            "98 % over, a confirmed critical cause",
            Inputs { targets: vec![missed(0.98)], findings: confirmed(Severity::Critical), ..clean() },
            49.0,
        ),
        ("5 % errors, critical", Inputs { availability: Some(failing(0.05)), findings: confirmed(Severity::Critical), ..clean() }, 49.0),
        (
            "slow, failing and at risk",
            Inputs {
                targets: vec![missed(0.3)],
                availability: Some(failing(0.05)),
                findings: latent().into_iter().chain(confirmed(Severity::Critical)).collect(),
                ..clean()
            },
            37.8,
        ),
        ("total outage", Inputs { targets: vec![missed(1.0)], availability: Some(failing(1.0)), ..clean() }, 10.0),
    ];
    for (name, inputs, expected) in cases {
        assert_eq!(score(&inputs), expected, "{name}");
    }
}

#[test]
fn deductions_and_caps_add_up_to_the_score() {
    let inputs = Inputs { targets: vec![missed(0.3)], availability: Some(failing(0.05)), findings: latent(), ..clean() };
    let found = health(&inputs);
    let kinds: Vec<&str> = found.deductions.iter().map(|deduction| deduction.kind.as_str()).collect();
    assert_eq!(kinds, ["latency", "availability", "risk", "efficiency"]);
    let taken: f64 = found.deductions.iter().map(|deduction| deduction.points).sum();
    assert!((100.0 - taken - found.score.expect("a score")).abs() < 0.05);
    assert!(found.deductions[0].reason.contains("30 %") && found.deductions[1].reason.contains("5 %"));
}

#[test]
fn idle_is_not_healthy_confirmed_and_nothing_is_no_score() {
    let idle = health(&Inputs { state: StateKind::Idle, ..clean() });
    assert_eq!((idle.score, idle.exercised), (Some(100.0), false));
    assert!(idle.confidence <= 0.3);
    let nothing = Inputs { targets: Vec::new(), availability: None, ..clean() };
    for state in [StateKind::Active, StateKind::NoData] {
        let found = health(&Inputs { state, ..nothing.clone() });
        assert_eq!((found.score, found.band, found.confidence), (None, Band::Unknown, 0.0));
    }
    let stalled = health(&Inputs { state: StateKind::Stalled, ..nothing });
    assert_eq!((stalled.score, stalled.band), (Some(0.0), Band::Outage));
}

#[test]
fn bands_follow_the_score() {
    for (score, band) in [
        (100.0, Band::Healthy),
        (90.0, Band::Healthy),
        (89.9, Band::Minor),
        (75.0, Band::Minor),
        (74.9, Band::Degraded),
        (50.0, Band::Degraded),
        (49.9, Band::Critical),
        (25.0, Band::Critical),
        (24.9, Band::Outage),
    ] {
        assert_eq!(Band::of(score), band, "{score}");
    }
}

#[test]
fn two_failures_cost_nothing_however_little_traffic_there_was() {
    let few = |bad: f64| AvailabilityInput { objective: 0.999, bad, total: 10.0, interval: (0.5, 0.95), certainty: 1.0 };
    assert_eq!(score(&Inputs { availability: Some(few(2.0)), ..clean() }), 100.0);
    assert_eq!(score(&Inputs { availability: Some(few(3.0)), ..clean() }), 60.0);
}

#[test]
fn a_median_costs_by_what_lies_over_it_beyond_half() {
    let median = |share| TargetInput { allowed: 0.5, ..missed(share) };
    for (share, expected) in [(0.5, 100.0), (0.55, 92.0), (0.75, 60.0), (1.0, 60.0)] {
        assert_eq!(score(&Inputs { targets: vec![median(share)], ..clean() }), expected, "{share}");
    }
}

#[test]
fn a_finding_that_explains_a_missed_target_costs_nothing_more() {
    let probable = vec![finding(Class::Violating, Severity::Critical, 1.0, 0.7)];
    let inputs = Inputs { targets: vec![missed(0.3)], ..clean() };
    assert_eq!(score(&inputs), score(&Inputs { findings: probable, ..inputs.clone() }));
}

#[test]
fn undetermined_targets_count_by_how_likely_they_are_missed() {
    let judged = |over: f64| {
        let within = (1.0 - over) * 200.0;
        let seen = snapshot(BackendId::Vllm)
            .spread(Distribution::Ttft, &[1.0, 10.0, INF], &[within, 200.0, 200.0], 100.0)
            .counter(Counter::FinishedStop, 200.0)
            .counter(Counter::FinishedError, 0.0)
            .seen();
        let statuses = evaluate(&seen, &[target("ttft.p95", "<=", 1.0)]);
        Inputs::of(&seen, StateKind::Active, &statuses, Vec::new(), 1.0)
    };
    // 6 % of 200 over: about two chances in three that more than 5 % are.
    let likely = judged(0.06).targets.remove(0);
    assert!(likely.certainty > 0.6 && likely.certainty < 0.8, "{likely:?}");
    assert!(score(&judged(0.06)) > 99.0);
    assert_eq!(judged(0.5).targets.remove(0).certainty, 1.0);
    assert_eq!(score(&judged(0.5)), 60.0);
    assert_eq!(judged(0.0).targets.remove(0).certainty, 0.0);
}

#[test]
fn a_throughput_target_costs_by_its_shortfall() {
    let dump = |finished: f64, at: f64| {
        snapshot(BackendId::Vllm).counter(Counter::Finished, finished).gauge(Gauge::Waiting, 5.0).gauge(Gauge::Running, 5.0).at(at)
    };
    let seen = Observation::window(dump(0.0, 0.0), dump(600.0, 60.0));
    let statuses = evaluate(&seen, &[target("requests_per_second", ">=", 20.0)]);
    let inputs = Inputs::of(&seen, StateKind::Active, &statuses, Vec::new(), 1.0);
    assert_eq!((inputs.targets[0].missed, inputs.targets[0].allowed), (0.5, 0.0));
    assert_eq!(score(&inputs), 60.0);
}

#[test]
fn what_was_not_measured_lowers_the_confidence_and_is_listed() {
    let seen = snapshot(BackendId::Tgi).seen();
    let statuses = evaluate(&seen, &[target("ttft.p95", "<=", 1.0), target("availability", ">=", 0.999)]);
    let found = health(&Inputs::of(&seen, StateKind::Active, &statuses, Vec::new(), 0.0));
    assert_eq!(found.score, None);
    assert_eq!(found.coverage.len(), 2);
    let half = Inputs { availability: None, ..clean() };
    assert!((health(&half).confidence - 0.6).abs() < 1e-12);
    assert!((health(&clean()).confidence - 1.0).abs() < 1e-12);
}

#[test]
fn apdex_weighs_satisfied_tolerating_and_failed() {
    // 60 within 1 s, 30 more within 4 s, 10 beyond: 0.6 + 0.15. One in ten failed: times 0.9.
    let latencies = snapshot(BackendId::Vllm).spread(Distribution::Ttft, &[1.0, 4.0, INF], &[60.0, 90.0, 100.0], 200.0);
    let found: Health = apdex(&latencies.clone().seen(), StateKind::Active, &[target("ttft.p95", "<=", 1.0)]);
    assert_eq!((found.score, found.profile.as_str()), (Some(75.0), "apdex"));
    let failing = latencies.counter(Counter::FinishedStop, 90.0).counter(Counter::FinishedError, 10.0).seen();
    assert_eq!(apdex(&failing, StateKind::Active, &[target("ttft.p95", "<=", 1.0)]).score, Some(67.5));
    assert_eq!(apdex(&failing, StateKind::Active, &[]).score, None);
}

#[test]
fn findings_of_the_rules_are_scored_by_what_they_break() {
    let slow = |queue: f64| {
        snapshot(BackendId::Vllm)
            .spread(Distribution::Ttft, &[1.0, 10.0, INF], &[0.0, 200.0, 200.0], 1000.0)
            .counter(Counter::Finished, 200.0)
            .gauge(Gauge::Running, 8.0)
            .gauge(Gauge::Waiting, queue)
            .seen()
    };
    let classes = |seen: &Observation, asked: f64| {
        let statuses = evaluate(seen, &[target("ttft.p95", "<=", asked)]);
        let diagnosis = diagnose(seen, &statuses, &Thetas::of(&statuses, "request"));
        let measured = rules_measured(&diagnosis);
        assert!(measured > 0.0 && measured < 1.0, "one dump decides some rules and not others: {measured}");
        finding_inputs(&diagnosis).into_iter().map(|finding| (finding.id, finding.class)).collect::<Vec<_>>()
    };
    assert!(classes(&slow(0.0), 1.0).contains(&("ttft-target-missed".to_owned(), Class::Violating)));
    let queue_only = classes(&slow(20.0), 60.0);
    assert!(!queue_only.is_empty() && queue_only.iter().all(|(_, class)| *class != Class::Violating), "{queue_only:?}");
}

fn any_findings() -> impl Strategy<Value = Vec<FindingInput>> {
    let class = prop_oneof![Just(Class::Violating), Just(Class::Risk), Just(Class::Efficiency), Just(Class::Note)];
    let severity =
        prop_oneof![Just(Severity::Info), Just(Severity::Low), Just(Severity::Medium), Just(Severity::High), Just(Severity::Critical)];
    let one = (class, severity, 0.0..=1.0f64, 0.0..=1.0f64, 0u8..5).prop_map(|(class, severity, score, confidence, id)| FindingInput {
        id: format!("rule-{id}"),
        ..finding(class, severity, score, confidence)
    });
    prop::collection::vec(one, 0..5)
}

fn any_inputs() -> impl Strategy<Value = Inputs> {
    let targets = prop::collection::vec(
        (0.0..=1.0f64, prop_oneof![Just(0.0), Just(0.01), Just(0.05), Just(0.5)], 0.0..=1.0f64)
            .prop_map(|(share, allowed, certainty)| TargetInput { allowed, certainty, ..missed(share) }),
        0..4,
    );
    (targets, prop::option::of(0.0..=1.0f64), any_findings()).prop_map(|(targets, errors, findings)| Inputs {
        targets,
        availability: errors.map(failing),
        findings,
        ..clean()
    })
}

proptest! {
    #[test]
    fn the_score_stays_in_its_bounds_and_worse_inputs_never_raise_it(inputs in any_inputs(), more in 0.0..=0.5f64, which in 0usize..4) {
        prop_assume!(health(&inputs).score.is_some());
        let before = score(&inputs);
        prop_assert!((0.0..=100.0).contains(&before));
        let mut worse = inputs.clone();
        if let Some(target) = worse.targets.get_mut(which) {
            target.missed = (target.missed + more).min(1.0);
        }
        prop_assert!(score(&worse) <= before, "more requests over the target");
        let mut worse = inputs.clone();
        if let Some(target) = worse.targets.get_mut(which) {
            target.certainty = (target.certainty + more).min(1.0);
        }
        prop_assert!(score(&worse) <= before, "a surer miss");
        let mut worse = inputs.clone();
        worse.availability = worse.availability.map(|found| failing((found.bad / found.total + more).min(1.0)));
        prop_assert!(score(&worse) <= before, "more failures");
        let mut worse = inputs.clone();
        if let Some(finding) = worse.findings.get_mut(which) {
            finding.severity_score = (finding.severity_score + more).min(1.0);
            finding.confidence = (finding.confidence + more).min(1.0);
        }
        prop_assert!(score(&worse) <= before, "a graver or surer finding");
    }

    #[test]
    fn another_cause_never_raises_the_score_and_their_order_is_nothing(inputs in any_inputs(), extra in any_findings()) {
        prop_assume!(health(&inputs).score.is_some());
        let mut more = inputs.clone();
        more.findings.extend(extra);
        prop_assert!(score(&more) <= score(&inputs));
        let mut turned = more.clone();
        turned.findings.reverse();
        turned.targets.reverse();
        prop_assert_eq!(score(&turned), score(&more));
    }

    #[test]
    fn one_cause_felt_in_two_latencies_is_punished_once(share in 0.0..=1.0f64, findings in any_findings()) {
        let one = Inputs { targets: vec![missed(share)], findings, ..clean() };
        let mut two = one.clone();
        two.targets.push(TargetInput { name: "e2e.p95 <= 10".to_owned(), ..missed(share) });
        prop_assert_eq!(score(&one), score(&two));
        let mut with_a_passing_target = one.clone();
        with_a_passing_target.targets.push(TargetInput { name: "itl.p95 <= 1".to_owned(), certainty: 0.0, ..missed(0.0) });
        prop_assert_eq!(score(&one), score(&with_a_passing_target));
    }

    #[test]
    fn ten_times_the_traffic_costs_the_same(over in 60u32..190, errors in 30u32..500) {
        let judged = |scale: f64| {
            let (within, good) = (f64::from(200 - over) * scale, f64::from(1000 - errors) * scale);
            let seen = snapshot(BackendId::Vllm)
                .spread(Distribution::Ttft, &[1.0, 10.0, INF], &[within, 200.0 * scale, 200.0 * scale], 100.0 * scale)
                .counter(Counter::FinishedStop, good)
                .counter(Counter::FinishedError, f64::from(errors) * scale)
                .seen();
            let statuses = evaluate(&seen, &[target("ttft.p95", "<=", 1.0), target("availability", ">=", 0.999)]);
            score(&Inputs::of(&seen, StateKind::Active, &statuses, Vec::new(), 1.0))
        };
        prop_assert!((judged(1.0) - judged(10.0)).abs() < 0.11, "the score has one decimal");
    }
}
