//! No advice names a flag that the detected releases lack.

use crate::support::corpus;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use servescope::backend::{self, Detection};
use servescope::exposition;
use servescope::rule::flags::{self, Availability};
use servescope::rule::{Diagnosis, Thetas, diagnose};
use servescope::signal::{BackendId, Observation, Snapshot, Version, VersionRange};
use servescope::slo;

const BACKENDS: [BackendId; 3] = [BackendId::Vllm, BackendId::Sglang, BackendId::Tgi];

/// Ranges of releases as the backends detect them, one per era, and one that says nothing.
fn eras(backend: BackendId) -> Vec<VersionRange> {
    let bounds: &[(Option<Version>, Option<Version>)] = match backend {
        BackendId::Vllm => &[
            (None, None),
            (Some(Version(0, 3, 3)), Some(Version(0, 6, 6))),
            (Some(Version(0, 8, 1)), Some(Version(0, 8, 5))),
            (Some(Version(0, 9, 2)), Some(Version(0, 10, 2))),
            (Some(Version(0, 11, 1)), Some(Version(0, 12, 0))),
            (Some(Version(0, 15, 0)), Some(Version(0, 17, 1))),
            (Some(Version(0, 20, 0)), Some(Version(0, 23, 0))),
            (Some(Version(0, 24, 0)), Some(Version(0, 26, 0))),
            (Some(Version(0, 30, 0)), Some(Version(0, 31, 0))),
            (Some(Version(0, 33, 0)), None),
        ],
        BackendId::Sglang => &[
            (None, None),
            (Some(Version(0, 3, 5)), Some(Version(0, 4, 3))),
            (Some(Version(0, 4, 9)), Some(Version(0, 5, 6))),
            (Some(Version(0, 5, 7)), Some(Version(0, 5, 10))),
            (Some(Version(0, 5, 12)), Some(Version(0, 5, 16))),
            (Some(Version(0, 5, 17)), Some(Version(0, 5, 20))),
            (Some(Version(0, 5, 21)), None),
        ],
        BackendId::Tgi => &[
            (None, None),
            (Some(Version(1, 0, 0)), Some(Version(2, 2, 0))),
            (Some(Version(2, 3, 0)), Some(Version(3, 3, 7))),
            (Some(Version(3, 0, 0)), Some(Version(3, 3, 7))),
        ],
    };
    bounds.iter().map(|(from, to)| VersionRange { from: *from, to: *to, why: Vec::new() }).collect()
}

/// Every flag and environment variable that the text of a rule names, wherever it stands: in an action or in a hint.
fn named_in_rules() -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for file in rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rule")) {
        // The table itself, and the tests of the lookups in it.
        if file.components().any(|part| part.as_os_str().to_string_lossy().starts_with("flags")) {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("a source file");
        for (start, _) in text.match_indices("--") {
            let flag: String = text[start..].chars().take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-').collect();
            if flag.len() > 3 && flag.as_bytes()[2].is_ascii_lowercase() {
                named.insert(flag.trim_end_matches('-').to_owned());
            }
        }
        for prefix in ["VLLM_", "SGLANG_", "PROMETHEUS_"] {
            for (start, _) in text.match_indices(prefix) {
                let name: String = text[start..].chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
                // Constants of the code, such as lists of backends, are no settings.
                if !["VLLM_SGLANG", "SGLANG_TGI", "SGLANG_CEILING"].contains(&name.as_str()) {
                    named.insert(name);
                }
            }
        }
    }
    named
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn every_flag_that_a_rule_names_is_in_the_table() {
    let named = named_in_rules();
    assert!(named.len() > 40, "the sources name {} flags: the search is broken", named.len());
    let unknown: Vec<&String> = named.iter().filter(|flag| BACKENDS.iter().all(|backend| flags::find(*backend, flag).is_none())).collect();
    assert!(unknown.is_empty(), "in no table: {unknown:?}");
}

#[test]
fn rules_build_advice_on_flags_only_through_the_table() {
    for file in rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rule/catalogue")) {
        let text = std::fs::read_to_string(&file).expect("a source file");
        assert!(!text.contains("Action {"), "{} builds an action by hand", file.display());
    }
}

#[test]
fn in_every_era_advice_on_every_named_flag_is_given_only_where_all_releases_have_it() {
    for backend in BACKENDS {
        for range in eras(backend) {
            for flag in named_in_rules() {
                if let Some(action) = flags::advise(backend, &range, &flag, "change", "price", "check") {
                    assert_eq!(flags::available(backend, &action.flag, &range), Availability::Yes, "{backend:?} {range:?} {flag}");
                    assert!(!action.versions.is_empty());
                }
            }
        }
    }
}

#[test]
fn whatever_release_a_sample_or_own_recording_came_from_its_advice_can_be_followed() {
    advice_can_be_followed(observations(&["assets/samples".into()], Path::new("tests/recordings")));
}

#[needs::corpus]
#[test]
fn whatever_release_a_dump_came_from_its_advice_can_be_followed() {
    let dumps = ["vllm", "sglang", "tgi", "scenarios"].map(|server| corpus().join("dumps").join(server));
    advice_can_be_followed(observations(&dumps, &corpus().join("series")));
}

fn advice_can_be_followed(observations: Vec<Observation>) {
    let mut advised = BTreeSet::new();
    for seen in observations {
        for range in eras(seen.last.backend).into_iter().chain([VersionRange::clone(&seen.last.version)]) {
            let mut seen = seen.clone();
            std::sync::Arc::make_mut(&mut seen.last).version = range.clone().into();
            for finding in diagnosis(&seen).findings {
                for action in finding.actions.iter().filter(|action| !action.flag.is_empty()) {
                    let found = flags::available(seen.last.backend, &action.flag, &range);
                    assert_eq!(found, Availability::Yes, "{} advises {} for {range:?}", finding.rule.id, action.flag);
                    advised.insert(action.flag.clone());
                }
            }
        }
    }
    assert!(advised.len() >= 5, "only {advised:?} was advised: the walk sees too little");
}

fn diagnosis(seen: &Observation) -> Diagnosis {
    let assumed = slo::assume(seen);
    let statuses = slo::evaluate(seen, &assumed.preset.targets_for(seen));
    diagnose(seen, &statuses, &Thetas::of(&statuses, "preset"))
}

/// Every dump by itself, and the first and last scrape of every recording as a window.
fn observations(dumps: &[PathBuf], series: &Path) -> Vec<Observation> {
    let texts = |folder: &Path| -> Vec<String> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .expect("a folder of the corpus")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "prom"))
            .collect();
        files.sort();
        files.iter().map(|file| String::from_utf8_lossy(&std::fs::read(file).expect("a dump")).into_owned()).collect()
    };
    let mut found = Vec::new();
    for folder in dumps {
        found.extend(texts(folder).iter().filter_map(|text| first(text)).map(Observation::snapshot));
    }
    for server in std::fs::read_dir(series).expect("recordings").flatten().filter(|entry| entry.path().is_dir()) {
        for recording in std::fs::read_dir(server.path()).expect("recordings").flatten() {
            let scrapes: Vec<Snapshot> = texts(&recording.path()).iter().filter_map(|text| first(text)).collect();
            if let [early, .., late] = scrapes.as_slice() {
                let mut ends = (early.clone(), late.clone());
                ends.0.at = Some(0.0);
                ends.1.at = Some(60.0);
                found.push(Observation::window(ends.0, ends.1));
            }
        }
    }
    found
}

fn first(text: &str) -> Option<Snapshot> {
    let parsed = exposition::parse(text.as_bytes());
    let scrape = parsed.scrapes.first()?;
    match backend::detect(scrape) {
        Detection::Supported { backend, .. } => backend::read(scrape, backend).into_iter().next(),
        Detection::Other { .. } | Detection::Unknown => None,
    }
}
