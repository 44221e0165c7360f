//! Words and choices of the page, on reports of the samples.

use super::findings::{Advice, advice, against, nothing_found, standing};
use super::{jumps, numbers, possible, verdict};
use crate::analyze::{Input, Options, Profile, analyze};
use crate::exposition;
use crate::metrics::Unit;
use crate::report::{BucketView, QuantileView, Report};

const TGI: &str = include_str!("../../assets/samples/tgi-overload-1.prom");
const HEALTHY: [&str; 2] =
    [include_str!("../../assets/samples/vllm-healthy-1.prom"), include_str!("../../assets/samples/vllm-healthy-2.prom")];
const SLOTS: [&str; 2] =
    [include_str!("../../assets/samples/vllm-slot-bound-1.prom"), include_str!("../../assets/samples/vllm-slot-bound-2.prom")];

fn report_of(texts: &[&str], profile: Profile) -> Report {
    let input = |(index, text): (usize, &&str)| Input {
        name: format!("dump {index}"),
        at: Some(1_795_500_000.0 + 60.0 * index as f64),
        hint: None,
        parsed: exposition::parse(text.as_bytes()),
    };
    let inputs: Vec<Input> = texts.iter().enumerate().map(input).collect();
    analyze(&inputs, &Options { profile, ..Options::default() }).expect("a sample gives a report")
}

fn links(report: &Report) -> Vec<String> {
    jumps::jumps(report).into_iter().map(|(part, label)| format!("#{part} {label}")).collect()
}

#[test]
fn links_lead_to_the_parts_that_are_there_and_count_what_is_in_them() {
    let clean = report_of(&HEALTHY, Profile::Default);
    assert!(links(&clean).contains(&"#wrong Findings 0".to_owned()), "{:?}", links(&clean));
    assert!(!links(&clean).iter().any(|link| link.starts_with("#problems") || link.starts_with("#comparison")));
    let damaged = report_of(&[&format!("{TGI}\nsome words\n")], Profile::Default);
    let missed = damaged.slo_statuses.iter().filter(|status| status.verdict == crate::slo::Verdict::Fail).count();
    assert!(missed > 0, "an overloaded server misses targets");
    for link in [format!("#services Service levels {missed} missed"), "#problems Problems in the text 1".to_owned()] {
        assert!(links(&damaged).contains(&link), "{link}: {:?}", links(&damaged));
    }
}

#[test]
fn a_finding_says_what_it_is_how_sure_and_what_it_explains() {
    let report = report_of(&SLOTS, Profile::Default);
    let [finding] = report.bottlenecks.as_slice() else { panic!("one cause: {:?}", links(&report)) };
    assert_eq!(standing(finding), "cause, probable · explains TTFT, queue");
    assert_eq!((advice(finding), against(finding)), (Advice::Actions, String::new()));
}

#[test]
fn classic_findings_hold_a_number_against_a_threshold_and_change_something() {
    let report = report_of(&[TGI], Profile::Classic);
    let finding = report.bottlenecks.first().expect("an overloaded server crosses a threshold");
    assert!(against(finding).starts_with('`') && against(finding).contains(" against a threshold of "), "{}", against(finding));
    assert_eq!(advice(finding), Advice::Change);
    assert!(!verdict::only_finds_out(finding));
}

#[test]
fn silence_says_how_much_was_looked_at() {
    let report = report_of(&HEALTHY, Profile::Default);
    let said = nothing_found(&report);
    let unknown = report.not_measurable.iter().flat_map(|missing| &missing.rules).count();
    assert!(unknown > 0 && said.contains(&format!("{} of {}", report.rules.len() - unknown, report.rules.len())), "{said}");
    let judged = Report { rules: Vec::new(), ..report };
    assert_eq!(nothing_found(&judged), "No rule fired.");
}

#[test]
fn the_first_thing_to_do_asks_for_dumps_only_where_there_is_one() {
    let one = report_of(&SLOTS[..1], Profile::Default);
    assert!(verdict::first_to_do(&one).is_some() && !verdict::asks_for_dumps(&one), "a cause is not a call for more dumps");
    let healthy = report_of(&HEALTHY, Profile::Default);
    assert_eq!(verdict::first_to_do(&healthy), None);
    let [score, headline] = verdict::announcement(&healthy);
    assert!(score.starts_with("Health: ") && score.ends_with('.') && headline == healthy.headline.text, "{score}");
}

#[test]
fn possible_causes_are_worth_a_card_where_the_findings_leave_them_open() {
    let claimed = report_of(&SLOTS[..1], Profile::Default);
    let [first, ..] = claimed.hypotheses.as_slice() else { panic!("one dump proves nothing: {:?}", claimed.headline) };
    assert!(possible::is_found(&claimed, first), "the cause that is claimed comes first");
    assert_eq!(possible::likeliest(&claimed), None, "its finding says what to do");
    let only = Report { hypotheses: vec![first.clone()], ..claimed.clone() };
    assert!(!possible::leads(&only), "the finding has said it");
    let silent = Report { bottlenecks: Vec::new(), ..only };
    assert!(possible::leads(&silent));
    assert_eq!(possible::likeliest(&silent), silent.hypotheses.first());
    assert!(links(&silent).contains(&"#possible Possible causes 1".to_owned()));
    assert!(!possible::leads(&report_of(&HEALTHY, Profile::Default)));
}

#[test]
fn the_tab_is_called_by_the_verdict_and_the_server() {
    let report = report_of(&SLOTS, Profile::Default);
    let title = verdict::title(&report);
    let score = report.shown_score().map(|score| format!("{score:.0}")).unwrap_or_default();
    assert!(title.starts_with(&format!("{} {score} · vLLM ", report.standing.word)), "{title}");
    assert!(title.ends_with(&report.headline.lead), "{title}");
}

#[test]
fn quantiles_and_bounds_are_written_as_they_are_known() {
    assert_eq!([0.5, 0.95, 0.99, 0.999].map(numbers::quantile), ["P50", "P95", "P99", "P99.9"]);
    assert_eq!([0.0, 0.04, 10.0, 12.34, 40.0].map(numbers::points), ["0", "0", "10", "12.3", "40"]);
    let open = QuantileView { q: 0.99, point: 10.0, bracket: [Some(10.0), None], interval: [None, None], shown: "≥ 10 s".to_owned() };
    assert_eq!(numbers::point(&open, Unit::Seconds), "≥ 10 s");
    assert_eq!(numbers::interval(&open, Unit::Seconds), "0 s – ∞");
    let buckets = [(Some(1.0), 3.0), (Some(2.0), 1.0), (None, 0.0)].map(|(upper, count)| BucketView { upper, count });
    assert_eq!(numbers::shares_below(&buckets), [0.75, 1.0, 1.0]);
    assert_eq!(numbers::shares_below(&buckets[2..]), [0.0]);
    assert_eq!((numbers::samples(1.0), numbers::samples(2500.0)), ("1 sample".to_owned(), "2,500 samples".to_owned()));
}

#[test]
fn a_change_points_where_the_number_went() {
    let report = report_of(&SLOTS, Profile::Default);
    let signal = report.signals.iter().find(|signal| signal.before.is_some()).expect("a gauge with both ends");
    let changed = |before: f64, value: f64| numbers::change(&crate::report::SignalView { before: Some(before), value, ..signal.clone() });
    let was = |value: f64| format!("was {}", signal.unit.show(value));
    assert_eq!(changed(3.0, 5.0), Some(("↗", was(3.0))));
    assert_eq!(changed(5.0, 3.0), Some(("↘", was(5.0))));
    assert_eq!(changed(3.0, 3.0), Some(("→", "unchanged".to_owned())));
    assert_eq!(numbers::change(&crate::report::SignalView { before: None, ..signal.clone() }), None);
}

#[test]
fn samples_stand_beside_a_value_that_does_not_count_them_itself() {
    let report = report_of(&SLOTS, Profile::Default);
    for status in &report.slo_statuses {
        let is_told = status.shown.contains("n = ") || numbers::samples_beside(status).is_some();
        assert_eq!(is_told, status.samples.is_some(), "{}: {}", status.target.goal, status.shown);
        assert!(!(status.shown.contains("n = ") && numbers::samples_beside(status).is_some()), "once: {}", status.shown);
    }
    let tally = numbers::tally(&report.slo_statuses);
    let counted: usize = tally.split(" · ").filter_map(|part| part.split(' ').next()?.parse::<usize>().ok()).sum();
    assert_eq!(counted, report.slo_statuses.len(), "{tally}");
}
