//! Labels that somebody left out or masked before pasting.

use crate::reading_support::samples;
use servescope::exposition::ProblemKind::{self, *};
use servescope::exposition::parse;

/// Name, labels and value.
type Read = (String, Vec<(String, String)>, f64);

fn read(text: &str) -> (Vec<Read>, Vec<ProblemKind>) {
    let parsed = parse(text.as_bytes());
    let found = parsed.scrapes.iter().flat_map(samples);
    let found =
        found.map(|(name, labels, bits)| (name, labels.into_iter().filter(|(key, _)| key != "left_out").collect(), f64::from_bits(bits)));
    (found.collect(), parsed.problems.iter().map(|problem| problem.kind).collect())
}

#[test]
fn a_line_with_labels_left_out_keeps_its_value_and_its_other_labels() {
    for labels in [
        "{...}",
        "{\u{2026}}",
        "{ ... }",
        "{..}",
        "{***}",
        "{<labels>}",
        "{model_name=<redacted>}",
        "{model_name=***}",
        "{model_name=}",
        "{model_name=[REDACTED]}",
        "{model_name={{ model }}}",
        "{model_name=xxxxx}",
        "{model_name=redacted}",
        "{model_name=\"Qwen/...}",
        "{model_name=\"Qwen\"...}",
        "{...same labels...}",
        "{#####}",
    ] {
        let (found, kinds) = read(&format!("vllm:num_requests_running{labels} 3.0\n"));
        assert_eq!(found, [("vllm:num_requests_running".to_owned(), vec![], 3.0)], "{labels}");
        assert_eq!(kinds, [LabelsLeftOut], "{labels}");
    }
    let engine = vec![("engine".to_owned(), "1".to_owned())];
    for labels in [
        "{engine=\"1\", ...}",
        "{engine=\"1\",\u{2026}}",
        "{..., engine=\"1\"}",
        "{engine=\"1\",model_name=<m>}",
        "{model_name=<a, b>,engine=\"1\"}",
        "{model_name=\"Qwen/..., engine=\"1\"}",
        "{engine=\"1\",...,}",
        "{engine=\"1\", ...",
    ] {
        let (found, kinds) = read(&format!("vllm:num_requests_running{labels} 3.0\n"));
        assert_eq!(found, [("vllm:num_requests_running".to_owned(), engine.clone(), 3.0)], "{labels}");
        assert_eq!(kinds, [LabelsLeftOut], "{labels}");
    }
}

#[test]
fn values_whose_quotes_a_shell_took_are_kept() {
    let (found, kinds) = read("a_bucket{engine=0,le=+Inf,model_name=Qwen/Qwen3-8B} 3\n");
    let labels = [("engine", "0"), ("le", "+Inf"), ("model_name", "Qwen/Qwen3-8B")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!((found, kinds), (vec![("a_bucket".to_owned(), labels.to_vec(), 3.0)], vec![MissingQuotes]));
}

#[test]
fn left_out_labels_are_read_behind_marks_and_prefixes_too() {
    for line in
        ["> x_y{...} 4\r", "- `x_y{...} 4`", "12: x_y{\u{2026}} 4", "| x_y{...} | 4 |", "x_y{...} 4  # waiting", "\u{2022} x_y{...} 4"]
    {
        let (found, kinds) = read(&format!("{line}\n"));
        assert_eq!(found, [("x_y".to_owned(), vec![], 4.0)], "{line}");
        assert!(kinds.contains(&LabelsLeftOut), "{line}: {kinds:?}");
    }
}

#[test]
fn neighbours_whose_labels_were_left_out_are_different_series_of_one_scrape() {
    let text = "r{...} 3\nr{...} 5\nw{...} 0\nw{...} 7\nt_bucket{...,le=\"1\"} 1\nt_bucket{...,le=\"+Inf\"} 2\nt_count{...} 2\nt_sum{...} 3\n\
                t_bucket{...,le=\"1\"} 4\nt_bucket{...,le=\"+Inf\"} 4\nt_count{...} 4\nt_sum{...} 1\n";
    let parsed = parse(text.as_bytes());
    assert_eq!((parsed.scrapes.len(), parsed.scrapes[0].len()), (1, 12));
    let histograms = parsed.scrapes[0].histograms("t");
    let read: Vec<_> = histograms.iter().map(|found| (found.histogram.count, found.histogram.sum)).collect();
    assert_eq!(read, [(Some(2.0), Some(3.0)), (Some(4.0), Some(1.0))]);
    let twice = "r{...} 3\nw{...} 0\nr{...} 4\nw{...} 1\n";
    assert_eq!(parse(twice.as_bytes()).scrapes.len(), 2, "a later page");
}

#[test]
fn a_line_quoted_without_its_labels_is_read_once() {
    let page = "r_x{engine=\"0\",model_name=\"m\"} 3\nw_x{engine=\"0\",model_name=\"m\"} 8\nk_x{engine=\"0\",model_name=\"m\"} 0.5\n";
    for quote in ["w_x{...} 8", "w_x{engine=\"0\",...} 8.0", "w_x 8", "w_x{model_name=<m>} 8"] {
        for text in [format!("{quote}\n{page}"), format!("{page}\n{quote}\n"), format!("Look:\n{quote}\n\n```\n{page}```\n")] {
            let parsed = parse(text.as_bytes());
            assert_eq!((parsed.scrapes.len(), parsed.scrapes[0].len()), (1, 3), "{text}");
        }
    }
    let other = parse(format!("w_x 9\n{page}").as_bytes());
    assert_eq!(other.scrapes[0].len(), 4, "another number is not the same line");
}

#[test]
fn what_is_only_broken_is_no_sample_still() {
    for line in ["x_y{a=\"b} 1", "x_y{a} 1", "x_y{a=\"b\" 1", "x_y{7=\"b\"} 1", "x_y{a='b'} 1", "x_y{...} many", "{...} 3"] {
        let (found, kinds) = read(&format!("{line}\n"));
        assert!(found.is_empty() && !kinds.contains(&LabelsLeftOut), "{line}: {found:?}");
    }
}
