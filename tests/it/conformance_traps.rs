//! Where the specifications of the formats disagree with each other or with what people paste: what was decided.

use servescope::exposition::{Format, Names, Parsed, ProblemKind, parse, parse_strict, verdict};
use servescope::metrics::Kind;

fn accepts(text: &str, format: Format) -> bool {
    verdict(text.as_bytes(), format, Names::Utf8).accept
}

/// Values that the forgiving reader finds, over all scrapes.
fn values(text: &str) -> Vec<f64> {
    parse(text.as_bytes()).scrapes.iter().flat_map(|scrape| scrape.samples().map(|sample| sample.value())).collect()
}

fn kinds(parsed: &Parsed) -> Vec<ProblemKind> {
    parsed.problems.iter().map(|problem| problem.kind).collect()
}

#[test]
fn negative_timestamps_are_accepted_as_expfmt_does_though_the_scraper_does_not() {
    let text = "something_weird{problem=\"division by zero\"} +Inf -3982045\n";
    assert!(accepts(text, Format::Text004));
    assert_eq!(values(text), [f64::INFINITY]);
}

#[test]
fn a_missing_last_line_end_is_a_deviation_that_loses_nothing() {
    assert!(!accepts("a 1", Format::Text004));
    assert_eq!(values("a 1"), [1.0]);
    assert!(parse(b"a 1").problems.is_empty());
}

#[test]
fn carriage_returns_and_byte_order_marks_are_deviations_that_lose_nothing() {
    for text in ["a 1\r\n# EOF\n", "\u{feff}a 1\n# EOF\n"] {
        assert!(!accepts(text, Format::OpenMetrics1), "{text:?}");
        assert!(!accepts(text, Format::Text004), "{text:?}");
        assert_eq!(values(text), [1.0]);
    }
    let utf16: Vec<u8> = "a 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(kinds(&parse_strict(&utf16, Format::Text004)), [ProblemKind::Utf16]);
}

#[test]
fn text_after_eof_is_a_deviation_of_openmetrics_and_another_scrape_of_a_paste() {
    let text = "a 1\n# EOF\na 2\n# EOF\n";
    assert_eq!(verdict(text.as_bytes(), Format::OpenMetrics1, Names::Utf8).line, Some(3));
    assert!(accepts(text, Format::Text004), "an ordinary comment there");
    assert_eq!(parse(text.as_bytes()).scrapes.len(), 2);
}

#[test]
fn the_example_without_a_value_in_the_document_is_no_sample() {
    let text = "{\"my.dotted.metric\", \"error.message\"=\"Not Found\"}\n";
    assert!(!accepts(text, Format::Text004));
    assert_eq!(kinds(&parse(text.as_bytes())), [ProblemKind::BadLine]);
    let whole = text.replace("}\n", "} 3\n");
    assert!(accepts(&whole, Format::Text004));
    let parsed = parse(whole.as_bytes());
    let sample = parsed.scrapes[0].named("my.dotted.metric").next().expect("the sample");
    assert_eq!((sample.label("error.message"), sample.value()), (Some("Not Found"), 3.0));
}

#[test]
fn numbers_that_go_reads_in_code_but_not_in_metrics_are_no_values() {
    for number in ["1_2", "0x1p-3", "0X1P-3", "true", "0b1", "0o7"] {
        let text = format!("a {number}\n");
        assert!(!accepts(&text, Format::Text004), "{number}");
        assert_eq!(kinds(&parse(text.as_bytes())), [ProblemKind::BadLine], "{number}");
    }
    for number in ["1e+010", "+Inf", "-inf", "Infinity", "nan", ".5", "5.", "08"] {
        assert!(accepts(&format!("a {number}\n"), Format::Text004), "{number}");
        assert_eq!(values(&format!("a {number}\n")).len(), 1, "{number}");
    }
}

#[test]
fn a_zero_byte_is_a_character_like_any_other() {
    assert!(accepts("# HELP a he\0lp\na{b=\"c\0d\"} 1\n# EOF\n", Format::OpenMetrics1));
    let parsed = parse(b"# HELP a he\0lp\na{b=\"c\0d\"} 1\n");
    assert_eq!(parsed.scrapes[0].named("a").next().and_then(|sample| sample.label("b")), Some("c\0d"));
}

#[test]
fn exemplars_are_of_openmetrics_only() {
    let text = "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1 # {trace_id=\"x\"} 0.3 1520879607.789\n# EOF\n";
    assert!(accepts(text, Format::OpenMetrics1));
    assert_eq!(verdict(text.as_bytes(), Format::Text004, Names::Utf8).line, Some(2));
    assert_eq!(values(text), [1.0]);
}

#[test]
fn counters_are_named_either_way_and_created_is_a_family_or_a_sample() {
    let openmetrics = parse(b"# TYPE vllm:x counter\nvllm:x_total 1\nvllm:x_created 1.7e9\n# EOF\n");
    let text = parse(b"# TYPE vllm:x_total counter\nvllm:x_total 1\n# TYPE vllm:x_created gauge\nvllm:x_created 1.7e9\n");
    let families = |parsed: &Parsed| -> Vec<(String, Kind, usize)> {
        parsed.scrapes[0].families().map(|family| (family.name().to_owned(), family.kind(), family.samples().count())).collect()
    };
    assert_eq!(families(&openmetrics), [("vllm:x".to_owned(), Kind::Counter, 2)]);
    assert_eq!(families(&text), [("vllm:x_total".to_owned(), Kind::Counter, 1), ("vllm:x_created".to_owned(), Kind::Gauge, 1)]);
}

#[test]
fn strict_reading_lists_every_deviation_with_its_line_and_place() {
    let text = "# TYPE a gauge\na 1\na{b='c'} 1\n\na x\n# EOF\n";
    let found: Vec<_> = parse_strict(text.as_bytes(), Format::OpenMetrics1)
        .problems
        .iter()
        .map(|problem| (problem.line, problem.kind, problem.span))
        .collect();
    assert_eq!(found, [(3, ProblemKind::BadLabel, [23, 29]), (4, ProblemKind::BadSpace, [30, 30]), (5, ProblemKind::BadValue, [33, 34])]);
}
