//! Histogram and range functions agree with Prometheus, on the cases that Prometheus tests itself with.
//!
//! The cases come from `promql/promqltest/testdata/{histograms,functions}.test` of Prometheus (Apache-2.0), extracted to JSON with their input
//! samples. They lie beside the checkout in `../shared/conformance/derived`, or in `$SERVESCOPE_CORPUS/conformance/derived`.

use crate::support::corpus;

use serde_json::Value;
use servescope::stats::promql::{histogram_fraction, histogram_quantile, range_function};

#[needs::corpus]
#[test]
fn every_quantile_and_fraction_case_agrees() {
    let cases = cases("histogram_quantile_cases.json");
    assert_eq!(cases.len(), 69, "number of cases in the file");
    for case in &cases {
        let arguments: Vec<f64> = list(case, "args").iter().map(number).collect();
        let histograms = list(case, "histograms");
        for expected in list(case, "expected") {
            let histogram =
                histograms.iter().find(|histogram| histogram["labels"] == expected["labels"]).expect("a histogram for each answer");
            let buckets: Vec<(f64, f64)> = list(histogram, "buckets").iter().map(|pair| (number(&pair[0]), number(&pair[1]))).collect();
            let found = match case["kind"].as_str() {
                Some("quantile") => histogram_quantile(arguments[0], &buckets),
                _ => histogram_fraction(arguments[0], arguments[1], &buckets),
            };
            assert_same(found, number(&expected["value"]), case);
        }
    }
}

#[needs::corpus]
#[test]
fn every_range_function_case_agrees() {
    let cases = cases("range_function_cases.json");
    assert_eq!(cases.len(), 34, "number of cases in the file");
    for case in &cases {
        let name = case["fn"].as_str().expect("a function name");
        let (range, at, argument) = (number(&case["range_s"]), number(&case["eval_at_s"]), case["arg"].as_f64());
        let expected = list(case, "expected");
        let mut answers = 0;
        for input in list(case, "inputs") {
            let samples: Vec<(f64, f64)> = list(input, "window").iter().map(|pair| (number(&pair[0]), number(&pair[1]))).collect();
            let Some(found) = range_function(name, &samples, range, at, argument) else { continue };
            answers += 1;
            let answer = expected.iter().find(|answer| answer["labels"] == input["labels"]).expect("an answer that Prometheus gives too");
            assert_same(found, number(&answer["value"]), case);
        }
        assert_eq!(answers, expected.len(), "{}", case["expr"]);
    }
}

fn assert_same(found: f64, expected: f64, case: &Value) {
    let same = found == expected || (found.is_nan() && expected.is_nan()) || (found - expected).abs() <= 1e-9 * expected.abs().max(1.0);
    assert!(same, "{} gave {found}, Prometheus gives {expected}", case["expr"]);
}

fn cases(file: &str) -> Vec<Value> {
    let path = corpus().join("conformance/derived").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let document: Value = serde_json::from_str(&text).expect("valid JSON");
    list(&document, "cases").to_vec()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// A number, or a word for one that JSON cannot write.
fn number(value: &Value) -> f64 {
    match value.as_str() {
        Some("NaN") => f64::NAN,
        Some("+Inf") => f64::INFINITY,
        Some("-Inf") => f64::NEG_INFINITY,
        Some(other) => panic!("{other:?} is not a number"),
        None => value.as_f64().expect("a number"),
    }
}
