//! What is read from a text: samples, families, several scrapes.

mod reading_support;

use reading_support::{corpus, files, samples};
use servescope::exposition::{ProblemKind, parse};
use servescope::metrics::{Kind, Scrape};

fn dump(path: &str) -> Option<String> {
    corpus().map(|folder| std::fs::read_to_string(folder.join("dumps").join(path)).expect("a dump of the corpus"))
}

#[test]
fn every_dump_of_the_corpus_is_one_scrape_or_says_why_not() {
    let Some(folder) = corpus() else { return };
    for path in files(&folder.join("dumps"), ".prom") {
        let parsed = parse(&std::fs::read(&path).expect("a readable dump"));
        println!(
            "{:70} {:5} {:?} {:?}",
            path.file_name().unwrap().to_string_lossy(),
            parsed.scrapes.iter().map(Scrape::len).sum::<usize>(),
            parsed.scrapes.len(),
            parsed.problem_counts
        );
    }
}

#[test]
fn two_scrapes_after_one_another_are_read_as_two_and_equal_each_by_itself() {
    let (Some(before), Some(after)) =
        (dump("vllm/alint77-glm52-phase3-s4-mtp3-exact-r5-before.prom"), dump("vllm/alint77-glm52-phase3-s4-mtp3-exact-r5-after.prom"))
    else {
        return;
    };
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

#[test]
fn python_openmetrics_declares_colons_and_writes_underscores_and_they_find_each_other() {
    let Some(text) = dump("vllm/GEN-vllm-0.33.0-python-openmetrics-negotiated.prom") else { return };
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
    assert_eq!(found[0], (vec![("a", "2")], vec![1.0, 3.0], None, None, vec![2, 4]));
    assert_eq!(found[1], (vec![("a", "1")], vec![4.0, 5.0], Some(2.5), Some(5.0), vec![3, 5, 6, 1]));
    assert_eq!(found.len(), 2);
    assert!(scrape.histograms("s").is_empty());
}
