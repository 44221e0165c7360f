//! What stands beside the score: never a plain "healthy" where something is in doubt.

use crate::support::snapshots;
use servescope::analyze::{Input, Options, analyze};
use servescope::export::markdown;
use servescope::exposition;
use servescope::health::{Beside, agree};
use servescope::report::{Band, Deduction, Footing, Grounds, Report, Standing};
use servescope::request::report_json;
use servescope::rule::{ConfidenceWord, Role};
use servescope::slo::Verdict;
use servescope::view::look::of_footing;
use servescope::view::verdict;

fn report(texts: &[&str]) -> Report {
    let input = |(index, text): (usize, &&str)| Input {
        name: format!("{index}"),
        at: Some(1.8e9 + 60.0 * index as f64),
        hint: None,
        parsed: exposition::parse(text.as_bytes()),
    };
    analyze(&texts.iter().enumerate().map(input).collect::<Vec<_>>(), &Options::default()).expect("a report")
}

fn dump(path: &str) -> Report {
    report(&[&String::from_utf8_lossy(&snapshots::file(path))])
}

fn again(report: &Report) -> Standing {
    let Report { profile, health, bottlenecks, slo_statuses, .. } = report;
    Standing::of(Grounds { profile, health, bottlenecks, slo_statuses })
}

/// The page, the Markdown and the JSON say the same words.
fn footing(report: &Report) -> Footing {
    let Standing { footing, word, sentence } = &report.standing;
    assert_eq!(word, footing.word());
    let json: serde_json::Value = serde_json::from_str(&report_json(report)).unwrap();
    assert_eq!((json["standing"]["word"].as_str(), json["standing"]["sentence"].as_str()), (Some(word.as_str()), Some(sentence.as_str())));
    assert_eq!(of_footing(*footing).word, footing.word(), "the mark on the page");
    assert!(!sentence.is_empty());
    let text = markdown(report);
    assert!(text.contains(&format!("{}. {sentence}", footing.word())), "{text}");
    assert!(verdict::announcement(report)[0].contains(footing.word()));
    *footing
}

const HEALTHY: [&str; 2] =
    [include_str!("../../assets/samples/vllm-healthy-1.prom"), include_str!("../../assets/samples/vllm-healthy-2.prom")];

#[test]
fn a_server_that_meets_its_targets_and_has_no_finding_is_healthy() {
    let report = report(&HEALTHY);
    assert_eq!(footing(&report), Footing::Healthy);
    assert_eq!(report.standing.sentence, "No target missed, 1 of 6 cannot be decided.");
}

#[needs::corpus]
#[test]
fn a_possible_cause_that_breaks_no_target_is_no_plain_healthy() {
    let report = dump("dumps/vllm/er0080-vllm-0.25.1-loaded.prom");
    assert_eq!((report.health.band, report.health.score), (Band::Minor, Some(89.0)), "half of all requests wait");
    assert_eq!(footing(&report), Footing::LookCloser);
    let sentence = report.standing.sentence;
    assert_eq!(sentence, "No target missed, 1 of 6 cannot be decided; 1 possible cause, not confirmed and counted as a risk only.");
}

#[needs::corpus]
#[test]
fn a_symptom_without_a_cause_is_no_plain_healthy() {
    let mut report = report(&HEALTHY);
    let symptom = dump("dumps/sglang/gateway_aggregated_2workers_underscore.prom");
    report.bottlenecks = symptom.bottlenecks;
    report.standing = again(&report);
    assert_eq!(footing(&report), Footing::LookCloser);
    assert!(report.standing.sentence.contains("no cause found yet"));
}

#[needs::corpus]
#[test]
fn a_missed_target_is_named_in_a_part_of_a_page_that_has_no_score() {
    let report = dump("dumps/vllm/SYNTH-podwarden-0.25.1-trimmed.prom");
    assert_eq!((report.health.band, report.health.score), (Band::Unknown, None));
    assert_eq!(footing(&report), Footing::TargetMissed);
    assert!(report.standing.sentence.starts_with("1 of 6 targets missed, 5 cannot be decided"));
    assert!(report.standing.sentence.ends_with("only a part of the page is here."), "{}", report.standing.sentence);
}

#[needs::corpus]
#[test]
fn idle_and_undecided_are_called_so() {
    let idle = report(&[include_str!("../../assets/samples/vllm-idle-1.prom"), include_str!("../../assets/samples/vllm-idle-2.prom")]);
    assert_eq!((idle.overall_health_score, footing(&idle)), (Some(100.0), Footing::Untested));
    let mut undecided = report(&HEALTHY);
    undecided.slo_statuses.iter_mut().for_each(|status| status.verdict = Verdict::Undetermined);
    undecided.standing = again(&undecided);
    assert_eq!(footing(&undecided), Footing::NotProven);
    assert!(undecided.standing.sentence.starts_with("None of 6 targets can be decided"));
    // Three running, one waiting, and no prompt tokens: a part of a page.
    let part = dump("dumps/vllm/SYNTH-belonghim-multi-pod.prom");
    assert_eq!((footing(&part), part.health.score), (Footing::Unknown, None));
}

#[test]
fn what_only_costs_money_is_called_waste_and_no_risk() {
    let mut report = report(&[include_str!("../../assets/samples/vllm-slot-bound-1.prom")]);
    let cause = report.bottlenecks.iter_mut().find(|finding| finding.role == Role::Cause).expect("a cause");
    cause.confidence.word = ConfidenceWord::Possible;
    let rule = Some(cause.id.clone());
    for (kinds, words) in [
        (vec!["risk"], "1 possible cause, not confirmed and counted as a risk only."),
        (vec!["efficiency"], "1 possible cause, not confirmed and counted as waste only."),
        (vec!["risk", "efficiency"], "1 possible cause, not confirmed and counted as risk and as waste only."),
    ] {
        let deduction = |kind: &&str| Deduction { reason: String::new(), points: 1.0, kind: (*kind).to_owned(), rule: rule.clone() };
        report.health.deductions = kinds.iter().map(deduction).collect();
        let sentence = again(&report).sentence;
        assert!(sentence.ends_with(words), "{sentence}");
    }
}

/// The score of an idle server is 100 by its rules; large and alone it would be read as a good mark.
#[test]
fn an_idle_server_that_missed_its_targets_before_shows_no_number() {
    let mut idle = report(&[include_str!("../../assets/samples/vllm-idle-1.prom"), include_str!("../../assets/samples/vllm-idle-2.prom")]);
    assert!(verdict::is_unearned(&idle) && idle.shown_score() == Some(100.0), "nothing was missed, so it is there, and stands back");
    assert!(markdown(&idle).contains("## Health: 100 of 100, not exercised"));
    idle.slo_statuses[0].verdict = Verdict::Fail;
    idle.health = agree(idle.health, Beside { missed: 1, felt: None, lacks: &[], unjudged: None });
    idle.overall_health_score = idle.health.score;
    idle.standing = again(&idle);
    assert_eq!((idle.overall_health_score, footing(&idle)), (None, Footing::TargetMissed));
    assert_eq!(idle.shown_score(), None);
    assert!(idle.standing.sentence.contains("missed while it was busy"), "{}", idle.standing.sentence);
    for text in [markdown(&idle), verdict::announcement(&idle).concat()] {
        assert!(!text.contains("100 of 100") && !text.contains("→ 100"), "{text}");
    }
}

#[test]
fn low_bands_keep_their_word() {
    let bound =
        report(&[include_str!("../../assets/samples/vllm-kv-bound-1.prom"), include_str!("../../assets/samples/vllm-kv-bound-2.prom")]);
    assert_eq!(footing(&bound), Footing::from(bound.health.band));
    assert!(bound.health.band != Band::Healthy);
}
