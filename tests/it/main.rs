//! Every integration test, in one program that is linked once.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unreachable, clippy::unwrap_used)]

#[path = "../support/edits.rs"]
mod edits;
#[path = "../support/recordings.rs"]
mod recordings;
#[path = "../sim/mod.rs"]
mod sim;

mod backend_damage;
mod backend_detection;
mod backend_instances;
mod before_after;
mod classic;
mod command_line;
mod conformance;
mod conformance_traps;
mod corpus_facts;
mod corpus_lines;
mod corpus_ranges;
mod corpus_series;
mod cut_texts;
mod dataset;
mod diagnosis_edited;
mod diagnosis_every_window;
mod diagnosis_removal;
mod diagnosis_removal_simulated;
mod diagnosis_restart;
mod diagnosis_scenarios;
mod diagnosis_series;
mod diagnosis_variants;
mod empty_tgi;
mod field_features;
mod field_reports;
mod field_texts;
mod flags;
mod health;
mod hinted_times;
mod hypotheses;
mod layers;
mod markdown;
mod promql;
mod promql_bounds;
mod properties_exposition;
mod reading;
mod reading_field;
mod reading_labels;
mod reading_noise;
mod reading_quotes;
mod reading_support;
mod reading_values;
mod report_bytes;
mod rules_catalogue;
mod simulator;
mod slo_availability;
mod slo_goodput;
mod slo_latency;
mod slo_presets;
mod slo_rates;
mod slo_recorded;
mod slo_support;
mod slo_ttft_bounds;
mod standing;
mod support;
mod timeline;
mod timeline_simulated;
mod traps_everywhere;
mod traps_observed;
mod traps_sglang;
mod traps_tgi;
mod traps_vllm;
mod units;
mod verdicts;
mod verdicts_left;
mod vllm_edited;
mod vllm_features;

/// A file beside this one that no line above names would be compiled by nobody, and one beside the folder linked by itself.
#[test]
fn every_file_of_tests_is_a_module_of_this_program() {
    let main = include_str!("main.rs");
    let names = |folder: &str| -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder of tests").map(|entry| entry.expect("an entry").path());
        let rust = entries.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
        rust.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect()
    };
    assert_eq!(names("tests"), Vec::<String>::new(), "they belong into tests/it");
    for name in names("tests/it").iter().filter(|name| *name != "main") {
        assert!(main.contains(&format!("\nmod {name};\n")), "tests/it/{name}.rs is not named in main.rs");
    }
}
