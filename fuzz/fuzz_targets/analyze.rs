//! Any two texts are analysed in either profile: a report with finite numbers and a score between 0 and 100, or an error with an id.
#![no_main]

use libfuzzer_sys::fuzz_target;
use servescope::analyze::{Input, Options, Profile, analyze};
use servescope::exposition::parse;

fuzz_target!(|bytes: &[u8]| {
    let half = bytes.split(|byte| *byte == 0).next().map_or(0, <[u8]>::len);
    let texts = [&bytes[..half], &bytes[half..]];
    let inputs: Vec<Input> = texts
        .iter()
        .filter(|text| !text.is_empty())
        .map(|text| Input { name: "fuzz".to_owned(), at: None, hint: None, parsed: parse(text) })
        .collect();
    for profile in [Profile::Default, Profile::Classic] {
        match analyze(&inputs, &Options { profile, ..Options::default() }) {
            Ok(report) => {
                assert!(report.overall_health_score.is_none_or(|score| (0.0..=100.0).contains(&score)));
                assert!(serde_json::to_string(&report).is_ok_and(|json| !json.contains("\"NaN\"")));
            }
            Err(error) => assert!(!error.id.is_empty() && error.sentence.ends_with(['.', '…'])),
        }
    }
});
