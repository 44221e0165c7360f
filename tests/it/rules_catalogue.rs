//! The catalogue is whole: every rule file is registered, documented and tested, and what it advises exists.

use crate::support::corpus;
use crate::support::diagnosis as support;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use servescope::rule::flags::{Availability, available};
use servescope::rule::{Role, Rule, SYMPTOM_RULES, catalogue};
use servescope::signal::Observation;

/// Rules that one or two snapshots can serve, by code. Those that need a series or a fleet come with these.
const RULES: &[(&str, &str)] = &[
    ("DQ1", "counter-reset"),
    ("DQ2", "stale-gauges"),
    ("DQ3", "ttft-mixes-nonstreaming"),
    ("DQ4", "survivor-bias"),
    ("DQ5", "request-count-doubled"),
    ("DQ6", "latencies-contradict"),
    ("A01", "engine-stalled"),
    ("A02", "idle"),
    ("A03", "warming-up"),
    ("Q01", "kv-capacity-bound"),
    ("Q02", "sequence-limit"),
    ("Q03", "token-budget-bound"),
    ("Q04", "compute-saturated"),
    ("Q08", "deferred-waiting"),
    ("Q09", "over-reservation"),
    ("P01", "slow-prefill"),
    ("P02", "long-prompt-tail"),
    ("F01", "frontend-bound"),
    ("K01", "preemption-thrash"),
    ("K02", "kv-full-and-healthy"),
    ("K03", "kv-under-allocated"),
    ("K04", "hybrid-pool-imbalance"),
    ("I01", "prefill-interference"),
    ("I03", "decode-stalls"),
    ("I04", "host-overhead"),
    ("I05", "cuda-graph-miss"),
    ("I07", "hardware-floor"),
    ("I08", "poor-speculation"),
    ("C01", "no-prefix-reuse"),
    ("C03", "prefix-cache-disabled"),
    ("C05", "cache-tier-ineffective"),
    ("C06", "multimodal-cache-miss"),
    ("T02", "at-capacity"),
    ("E01", "server-errors"),
    ("E02", "capacity-rejections"),
    ("E03", "client-disconnects"),
    ("E04", "client-errors"),
    ("E05", "length-truncation"),
    ("E06", "output-corruption"),
    ("E07", "kv-transfer-failures"),
    ("D01", "rank-imbalance"),
    ("D04", "lora-thrash"),
    ("D05", "grammar-bottleneck"),
    ("D06", "prefill-workers-short"),
    ("D07", "decode-workers-short"),
    ("D08", "kv-transfer-slow"),
    ("D09", "expert-imbalance"),
];

#[test]
fn every_rule_has_the_id_and_code_of_the_handbook_once() {
    let found: BTreeSet<(&str, &str)> = catalogue::all().map(|rule| (rule.code, rule.id)).collect();
    assert_eq!(found, RULES.iter().copied().collect());
    assert_eq!(catalogue::all().count(), RULES.len(), "a rule is registered twice");
    for (_, id) in RULES {
        assert_eq!(catalogue::find(id).map(|rule| rule.id), Some(*id));
    }
}

#[test]
fn every_rule_says_what_it_sees_why_what_to_do_and_what_would_prove_it_wrong() {
    for rule in catalogue::all().chain(SYMPTOM_RULES.iter().copied()) {
        let texts = &rule.texts;
        for text in [texts.sees, texts.why, texts.what_to_do, texts.falsifier] {
            assert!(text.len() >= 20 || text.ends_with("Nothing."), "{}: {text:?}", rule.id);
            assert!(text.ends_with('.'), "{}: {text:?} is no sentence", rule.id);
        }
        assert!(!texts.sources.is_empty() && texts.sources.iter().all(|source| !source.is_empty()), "{}", rule.id);
        assert!(!rule.title.is_empty() && !rule.backends.is_empty(), "{}", rule.id);
        assert!(rule.role != Role::Cause || !rule.explains.is_empty(), "{}: a cause explains something", rule.id);
    }
}

#[test]
fn every_rule_file_is_registered_and_has_a_case_for_each_answer() {
    let mut files = 0;
    for path in rule_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rule/catalogue")) {
        let source = std::fs::read_to_string(&path).unwrap();
        if !source.contains("static RULE: Rule") {
            continue;
        }
        files += 1;
        let id = path.file_stem().unwrap().to_str().unwrap().replace('_', "-");
        let rule: &Rule = catalogue::find(&id).unwrap_or_else(|| panic!("{} is not registered", path.display()));
        let (_, tests) = source.split_once("mod tests").unwrap_or_else(|| panic!("{} has no tests", rule.id));
        for answer in [["fired(", "Outcome::Fired"], ["Outcome::Clear", "clear("], ["Outcome::NotMeasurable", "not_measurable("]] {
            assert!(answer.iter().any(|word| tests.contains(word)), "{} has no test that sees {answer:?}", rule.id);
        }
    }
    assert_eq!(files, RULES.len());
}

#[needs::corpus]
#[test]
fn every_advised_flag_is_one_that_the_detected_releases_have() {
    let root = corpus();
    let mut advised = 0;
    for folder in ["dumps/vllm", "dumps/sglang", "dumps/tgi", "dumps/scenarios"] {
        for path in rule_files(&root.join(folder)) {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            let Some(snapshot) = support::server(&text, None) else { continue };
            let found = support::diagnosis(&Observation::snapshot(snapshot.clone()));
            for action in found.findings.iter().flat_map(|finding| &finding.actions).filter(|action| !action.flag.is_empty()) {
                advised += 1;
                let answer = available(snapshot.backend, &action.flag, &snapshot.version);
                assert_eq!(answer, Availability::Yes, "{}: {}", path.display(), action.flag);
                assert!(
                    !action.change.is_empty() && !action.tradeoff.is_empty() && !action.verify.is_empty() && !action.versions.is_empty()
                );
            }
        }
    }
    assert!(advised > 5, "the dumps call for some advice");
}

/// Files below a folder: rule sources, or dumps.
fn rule_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(rule_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "prom") {
            found.push(path);
        }
    }
    found.sort();
    found
}
