//! What stands beside the score: never a plain "healthy" where something is in doubt.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/snapshots.rs"]
mod snapshots;

use servescope::analyze::{Input, Options, analyze};
use servescope::export::markdown;
use servescope::exposition;
use servescope::report::{Band, Footing, Report, Standing};
use servescope::view::card;

fn report(texts: &[&str]) -> Report {
    let input = |(index, text): (usize, &&str)| Input {
        name: format!("{index}"),
        at: Some(1.8e9 + 60.0 * index as f64),
        hint: None,
        parsed: exposition::parse(text.as_bytes()),
    };
    analyze(&texts.iter().enumerate().map(input).collect::<Vec<_>>(), &Options::default()).expect("a report")
}

fn dump(path: &str) -> Option<Report> {
    Some(report(&[&String::from_utf8_lossy(&snapshots::file(path)?)]))
}

/// The page and the Markdown say the same words.
fn footing(report: &Report) -> Footing {
    let Standing { footing, sentence } = Standing::of(report);
    let page = card::headline(report).all_text();
    assert!(page.contains(footing.word()) && page.contains(&sentence), "{page}");
    let text = markdown(report);
    assert!(text.contains(&format!("{}. {sentence}", footing.word())), "{text}");
    assert_eq!(footing.word() == "Healthy", card::headline(report).all_text().contains("Healthy"));
    assert!(card::announcement(report).contains(footing.word()));
    footing
}

const HEALTHY: [&str; 2] = [include_str!("../assets/samples/vllm-healthy-1.prom"), include_str!("../assets/samples/vllm-healthy-2.prom")];

#[test]
fn a_server_that_meets_its_targets_and_has_no_finding_is_healthy() {
    let report = report(&HEALTHY);
    assert_eq!(footing(&report), Footing::Band(Band::Healthy));
    assert_eq!(Standing::of(&report).sentence, "No target missed, 1 of 6 cannot be decided.");
}

#[test]
fn a_possible_cause_that_breaks_no_target_is_no_plain_healthy() {
    let Some(report) = dump("dumps/vllm/er0080-vllm-0.25.1-loaded.prom") else { return };
    assert_eq!(report.health.band, Band::Healthy, "the number follows its own rules");
    assert_eq!(footing(&report), Footing::LookCloser);
    let sentence = Standing::of(&report).sentence;
    assert_eq!(sentence, "No target missed, 1 of 6 cannot be decided; 1 possible cause, not confirmed and counted as a risk only.");
}

#[test]
fn a_symptom_without_a_cause_is_no_plain_healthy() {
    let mut report = report(&HEALTHY);
    let Some(symptom) = dump("dumps/sglang/gateway_aggregated_2workers_underscore.prom") else { return };
    report.bottlenecks = symptom.bottlenecks;
    assert_eq!(footing(&report), Footing::LookCloser);
    assert!(Standing::of(&report).sentence.contains("no cause found yet"));
}

#[test]
fn a_high_score_beside_a_missed_target_names_it() {
    let Some(report) = dump("dumps/vllm/SYNTH-podwarden-0.25.1-trimmed.prom") else { return };
    assert_eq!(report.health.band, Band::Healthy);
    assert_eq!(footing(&report), Footing::TargetMissed);
    assert!(Standing::of(&report).sentence.starts_with("1 of 6 targets missed, 5 cannot be decided"));
}

#[test]
fn idle_and_undecided_are_called_so() {
    let idle = report(&[include_str!("../assets/samples/vllm-idle-1.prom"), include_str!("../assets/samples/vllm-idle-2.prom")]);
    assert_eq!((idle.overall_health_score, footing(&idle)), (Some(100.0), Footing::Untested));
    // Three running, one waiting, and not one request finished: nothing to decide a target by.
    let Some(undecided) = dump("dumps/vllm/SYNTH-belonghim-multi-pod.prom") else { return };
    assert_eq!(footing(&undecided), Footing::NotProven);
    assert!(Standing::of(&undecided).sentence.starts_with("None of 2 targets can be decided"));
}

#[test]
fn low_bands_keep_their_word() {
    let bound = report(&[include_str!("../assets/samples/vllm-kv-bound-1.prom"), include_str!("../assets/samples/vllm-kv-bound-2.prom")]);
    assert_eq!(footing(&bound), Footing::Band(bound.health.band));
    assert!(bound.health.band != Band::Healthy);
}
