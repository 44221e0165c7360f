//! What is read from a text: samples, families, several scrapes.

use crate::reading_support::{files, samples};
use crate::support::corpus;
use servescope::exposition::{ProblemKind, parse};
use servescope::metrics::{Kind, Scrape};

fn dump(path: &str) -> String {
    std::fs::read_to_string(corpus().join("dumps").join(path)).expect("a dump of the corpus")
}

#[needs::corpus]
#[test]
fn every_dump_of_the_corpus_is_one_scrape_without_a_problem() {
    let folder = corpus();
    for path in files(&folder.join("dumps"), ".prom") {
        let parsed = parse(&std::fs::read(&path).expect("a readable dump"));
        assert_eq!(parsed.scrapes.len(), 1, "{}", path.display());
        // The README excerpt has three dots where it leaves buckets out.
        let left_out = if path.ends_with("EXCERPT-triton-vllm_backend-README.prom") { vec![(ProblemKind::LeftOut, 6)] } else { Vec::new() };
        assert_eq!(parsed.problem_counts, left_out.into_iter().collect(), "{}", path.display());
    }
}

#[needs::corpus]
#[test]
fn two_scrapes_after_one_another_are_read_as_two_and_equal_each_by_itself() {
    let before = dump("vllm/alint77-glm52-phase3-s4-mtp3-exact-r5-before.prom");
    let after = dump("vllm/alint77-glm52-phase3-s4-mtp3-exact-r5-after.prom");
    let parsed = parse(format!("{before}{after}").as_bytes());
    assert_eq!(parsed.scrapes.len(), 2);
    assert_eq!(samples(&parsed.scrapes[0]), samples(&parse(before.as_bytes()).scrapes[0]));
    assert_eq!(samples(&parsed.scrapes[1]), samples(&parse(after.as_bytes()).scrapes[0]));
    let families = |scrape: &Scrape| scrape.families().map(|family| (family.name().to_owned(), family.kind())).collect::<Vec<_>>();
    assert_eq!(families(&parsed.scrapes[1]), families(&parse(after.as_bytes()).scrapes[0]));
}

#[test]
fn families_are_found_whether_or_not_they_are_declared() {
    let text = "\
a_bucket{le=\"1\"} 1
a_bucket{le=\"+Inf\"} 2
a_sum 3
a_count 2
tgi_request_count 7
tgi_batch_inference_count{method=\"decode\"} 4
sglang:routing_key_running_req_count{gt=\"1\",le=\"2\"} 0
q{quantile=\"0.5\"} 1
q_sum 1
q_count 1
late 5
vllm:iteration_tokens_total_bucket{le=\"+Inf\"} 1
vllm:iteration_tokens_total_sum 1
vllm:iteration_tokens_total_count 1
vllm:prompt_tokens_total 3
# TYPE late gauge
";
    let scrape = &parse(text.as_bytes()).scrapes[0];
    let kinds: Vec<(&str, Kind, usize)> =
        scrape.families().map(|family| (family.name(), family.kind(), family.samples().count())).collect();
    assert_eq!(
        kinds,
        [
            ("a", Kind::Histogram, 4),
            ("tgi_request_count", Kind::Counter, 1),
            ("tgi_batch_inference_count", Kind::Counter, 1),
            ("sglang:routing_key_running_req_count", Kind::Gauge, 1),
            ("q", Kind::Summary, 3),
            ("late", Kind::Gauge, 1),
            ("vllm:iteration_tokens_total", Kind::Histogram, 3),
            ("vllm:prompt_tokens_total", Kind::Counter, 1),
        ]
    );
    assert_eq!(scrape.histograms("a").len(), 1);
    assert!(scrape.histograms("tgi_request").is_empty());
}

#[test]
fn a_stray_duplicate_keeps_its_first_value_and_is_reported() {
    let mut lines: Vec<String> = (0..100).map(|index| format!("m{index} {index}")).collect();
    lines.insert(50, "m3 77".to_owned());
    let parsed = parse(lines.join("\n").as_bytes());
    assert_eq!(parsed.scrapes.len(), 1);
    assert_eq!(parsed.scrapes[0].len(), 100);
    assert_eq!(parsed.scrapes[0].named("m3").next().map(|sample| sample.value()), Some(3.0));
    let reported: Vec<_> = parsed.problems.iter().map(|problem| (problem.kind, problem.line)).collect();
    assert_eq!(reported, [(ProblemKind::RepeatedSeries, 51)]);
}

#[needs::corpus]
#[test]
fn python_openmetrics_declares_colons_and_writes_underscores_and_they_find_each_other() {
    let text = dump("vllm/GEN-vllm-0.33.0-python-openmetrics-negotiated.prom");
    let scrape = &parse(text.as_bytes()).scrapes[0];
    let family = scrape.family("vllm_prompt_tokens").expect("the family of vllm_prompt_tokens_total");
    assert_eq!((family.kind(), family.is_declared()), (Kind::Counter, true));
    assert_eq!(family.help(), Some("Number of prefill tokens processed."));
    let mut names: Vec<&str> = family.samples().map(|sample| sample.name()).collect();
    names.sort();
    assert_eq!(names, ["vllm_prompt_tokens_created", "vllm_prompt_tokens_total"]);
    assert!(scrape.family("vllm:prompt_tokens").is_none());
}

#[test]
fn histograms_are_put_together_from_parts_in_any_order() {
    let text = "\
h_count{a=\"1\"} 5
h_bucket{a=\"2\",le=\"1\"} 1
h_bucket{le=\"+Inf\",a=\"1\"} 5
h_bucket{a=\"2\",le=\"+Inf\"} 3
h_bucket{a=\"1\",le=\"1\"} 4
h_sum{a=\"1\"} 2.5
s_sum 1
s_count 1
";
    let scrape = &parse(text.as_bytes()).scrapes[0];
    let found: Vec<_> = scrape
        .histograms("h")
        .into_iter()
        .map(|one| {
            let counts: Vec<f64> = one.histogram.buckets.iter().map(|bucket| bucket.cumulative).collect();
            (one.labels, counts, one.histogram.sum, one.histogram.count, one.lines)
        })
        .collect();
    assert_eq!(found[0], (vec![("a", "2")], vec![1.0, 3.0], None, None, [2, 4].into()));
    assert_eq!(found[1], (vec![("a", "1")], vec![4.0, 5.0], Some(2.5), Some(5.0), [1, 3, 5, 6].into()));
    assert_eq!(found.len(), 2);
    assert!(scrape.histograms("s").is_empty());
}

#[test]
fn timestamps_are_milliseconds_in_the_text_format_and_seconds_in_openmetrics() {
    let time = |text: &str| parse(text.as_bytes()).scrapes[0].samples().next().and_then(|sample| sample.timestamp_ms());
    assert_eq!(time("up 1 1395066363000\n"), Some(1_395_066_363_000));
    // The example of the format's own document, which the scraper's lexer refuses.
    assert_eq!(time("something_weird{problem=\"division by zero\"} +Inf -3982045\n"), Some(-3_982_045));
    assert_eq!(time("up 1 1395066363\n# EOF\n"), Some(1_395_066_363_000));
    assert_eq!(time("up 1 1520879607.789\n"), Some(1_520_879_607_789), "a fraction is of OpenMetrics, also when the end is cut off");
    assert_eq!(
        time("HTTP/1.1 200 OK\nContent-Type: application/openmetrics-text; version=1.0.0\n\nup 1 1395066363\n"),
        Some(1_395_066_363_000)
    );
    assert_eq!(time("up 1\n"), None);
}

#[test]
fn federated_scrapes_of_other_times_are_scrapes_of_their_own() {
    let text = "\
# TYPE vllm:num_requests_running untyped
vllm:num_requests_running{instance=\"a\"} 1 1000
vllm:num_requests_running{instance=\"b\"} 2 1500
# TYPE vllm:num_requests_running untyped
vllm:num_requests_running{instance=\"a\"} 3 2000
vllm:num_requests_running{instance=\"b\"} 4 2500
";
    let parsed = parse(text.as_bytes());
    let values: Vec<Vec<f64>> = parsed.scrapes.iter().map(|scrape| scrape.samples().map(|sample| sample.value()).collect()).collect();
    assert_eq!(values, [[1.0, 2.0], [3.0, 4.0]]);
    assert_eq!(
        parsed.scrapes[1].family("vllm:num_requests_running").map(|family| (family.kind(), family.is_declared())),
        Some((Kind::Gauge, false))
    );
}

#[test]
fn series_that_are_listed_over_time_give_one_scrape_for_each_time() {
    let text = "\
# TYPE a counter
a_total{x=\"1\"} 1 60
a_total{x=\"1\"} 2 120
a_total{x=\"2\"} 3 60
a_total{x=\"2\"} 4 120
# TYPE b gauge
b 5 120
# EOF
";
    let parsed = parse(text.as_bytes());
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    let values: Vec<Vec<(f64, Option<i64>)>> =
        parsed.scrapes.iter().map(|scrape| scrape.samples().map(|sample| (sample.value(), sample.timestamp_ms())).collect()).collect();
    assert_eq!(
        values,
        [vec![(1.0, Some(60_000)), (3.0, Some(60_000))], vec![(2.0, Some(120_000)), (4.0, Some(120_000)), (5.0, Some(120_000))]]
    );
    for scrape in &parsed.scrapes {
        assert_eq!(scrape.family("a").map(|family| family.kind()), Some(Kind::Counter));
    }
}

#[test]
fn a_header_of_a_second_answer_begins_a_scrape_even_when_nothing_repeats() {
    let parsed = parse(b"HTTP/1.1 200 OK\n\na{pod=\"1\"} 1\nHTTP/1.1 200 OK\n\na{pod=\"2\"} 2\n");
    assert_eq!(parsed.scrapes.iter().map(Scrape::len).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn families_that_appeared_in_between_go_with_the_scrape_after_the_prompt() {
    // TGI writes families in another order each time and only after their first event.
    let text = "\
# TYPE tgi_queue_size gauge
tgi_queue_size 3
# TYPE tgi_request_count counter
tgi_request_count 7
$ curl -s localhost:8080/metrics
# TYPE tgi_request_failure counter
tgi_request_failure{err=\"overloaded\"} 1
# TYPE tgi_request_count counter
tgi_request_count 9
# TYPE tgi_queue_size gauge
tgi_queue_size 5
";
    let parsed = parse(text.as_bytes());
    assert_eq!(parsed.scrapes.iter().map(Scrape::len).collect::<Vec<_>>(), [2, 3]);
    assert!(parsed.scrapes[1].has("tgi_request_failure"));
}

#[test]
fn a_stray_duplicate_does_not_hide_where_the_next_scrape_begins() {
    let scrape = |offset: usize| -> Vec<String> {
        (0..40)
            .flat_map(|family| {
                vec![
                    format!("# TYPE m{family} gauge"),
                    format!("m{family}{{x=\"1\"}} {}", family + offset),
                    format!("m{family}{{x=\"2\"}} 0"),
                ]
            })
            .collect()
    };
    let mut first = scrape(0);
    first.insert(60, "m3{x=\"1\"} 99".to_owned());
    let text = [first, scrape(1000), scrape(2000)].concat().join("\n");
    let parsed = parse(text.as_bytes());
    assert_eq!(parsed.scrapes.iter().map(Scrape::len).collect::<Vec<_>>(), [80, 80, 80]);
    assert_eq!(
        parsed.scrapes.iter().map(|scrape| scrape.named("m3").next().map(|sample| sample.value())).collect::<Vec<_>>(),
        [Some(3.0), Some(1003.0), Some(2003.0)]
    );
    assert_eq!(parsed.problems.iter().map(|problem| (problem.kind, problem.line)).collect::<Vec<_>>(), [(ProblemKind::RepeatedSeries, 61)]);
}

#[test]
fn a_block_that_was_pasted_twice_is_not_a_second_scrape() {
    let lines: Vec<String> = (0..200).map(|index| format!("m{index}{{x=\"1\"}} {index}")).collect();
    let text = [&lines[..100], &lines[80..]].concat().join("\n");
    let parsed = parse(text.as_bytes());
    assert_eq!((parsed.scrapes.len(), parsed.scrapes[0].len()), (1, 200));
    assert_eq!(parsed.problem_counts.get(&ProblemKind::RepeatedSeries), Some(&20));
}

#[test]
fn two_types_for_one_family_keep_the_first_and_say_so() {
    let parsed = parse(b"# TYPE a counter\na 1\n# TYPE a gauge\n");
    assert_eq!(parsed.scrapes[0].family("a").map(|family| family.kind()), Some(Kind::Counter));
    assert_eq!(
        parsed.problems.iter().map(|problem| (problem.kind, problem.line, problem.span)).collect::<Vec<_>>(),
        [(ProblemKind::ConflictingType, 3, [21, 35])]
    );
}

#[test]
fn a_large_log_keeps_a_thousand_problems_and_counts_the_rest() {
    let parsed = parse("this is no metric at all\n".repeat(5000).as_bytes());
    assert_eq!(parsed.problems.len(), 1000);
    assert_eq!(parsed.problem_counts.get(&ProblemKind::BadLine), Some(&5000));
}

#[test]
fn a_line_with_very_many_labels_and_a_text_of_ends_take_no_time_to_speak_of() {
    let labels: Vec<String> = (0..50_000).map(|index| format!("l{index}=\"v\"")).collect();
    let line = format!("m{{{}}} 1\n", labels.join(","));
    let parsed = parse(line.as_bytes());
    assert_eq!(parsed.scrapes[0].samples().next().map(|sample| sample.labels().count()), Some(50_000));
    let twice = line.replace("l49999=", "l7=");
    assert_eq!(parse(twice.as_bytes()).problem_counts.get(&ProblemKind::BadLine), Some(&1));
    assert!(parse("# EOF\n".repeat(100_000).as_bytes()).scrapes[0].is_empty());
    assert_eq!(parse("a 1 1\n$ x\n".repeat(50_000).as_bytes()).problem_counts.get(&ProblemKind::TooManyScrapes), Some(&1));
}

#[test]
fn a_histogram_is_that_of_its_labels_whatever_stands_between_its_lines() {
    // What is in braces, or a line that is not one: buckets of two servers, as neighbours, in turns, around lines that cannot be read.
    let orders: [&[&str]; 6] = [
        &["a 1", "a 2", "b 1", "b 2"],
        &["a 1", "b 1", "a 2", "b 2"],
        &["a 1", "b 1 oops", "b 1", "b 2", "a 2"],
        &["a 1", "a 2", "b 1 oops", "b 2", "b 1"],
        &["b 2 oops", "a 1", "b 1 oops", "b 2 oops", "b 1", "a 2", "b 2"],
        &["b 1", "a 1 oops", "a 2", "other", "a 1", "b 2"],
    ];
    for order in orders {
        let mut text = String::new();
        for line in order {
            let mut words = line.split(' ');
            let (server, le, oops) = (words.next().unwrap_or(""), words.next().unwrap_or("1"), words.next());
            match (server, oops) {
                ("other", _) => text.push_str("up 1\n"),
                (_, Some(_)) => text.push_str(&format!("x_bucket{{server=\"{server}\",le=\"{le}\"}} oops\n")),
                _ => text.push_str(&format!("x_bucket{{server=\"{server}\",le=\"{le}\"}} {le}{}\n", if server == "a" { "0" } else { "" })),
            }
        }
        let parsed = parse(text.as_bytes());
        let mut found: Vec<(&str, Vec<(f64, f64)>)> = parsed.scrapes[0]
            .histograms("x")
            .iter()
            .map(|found| (found.labels[0].1, found.histogram.buckets.iter().map(|bucket| (bucket.upper, bucket.cumulative)).collect()))
            .collect();
        found.sort_by_key(|(server, _)| *server);
        assert_eq!(found, [("a", vec![(1.0, 10.0), (2.0, 20.0)]), ("b", vec![(1.0, 1.0), (2.0, 2.0)])], "{text}");
    }
}
