//! The Markdown of a report, from a report that has something in every part.

use servescope::export::markdown;
use servescope::report::Report;

fn report() -> Report {
    serde_json::from_str(include_str!("../fixtures/report.json")).expect("the fixture is a report")
}

#[test]
fn the_order_is_that_of_the_page() {
    let text = markdown(&report());
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with('#') && !line.starts_with("###")).collect();
    assert_eq!(
        headings,
        [
            "# Requests wait 12.9 s for one of 4 slots while the KV cache is 0.2 % full.",
            "## Health: 49 of 100",
            "## What is wrong",
            "## Service levels",
            "## Where the time of a request goes",
            "## Distributions",
            "## Signals",
            "## Could not be judged, and notes",
            "## Problems in the input",
        ]
    );
}

#[test]
fn the_targets_are_named_as_the_form_names_them() {
    for (source, words) in [
        ("assumed:interactive-chat", "Targets of “Interactive chat”, assumed from the workload."),
        ("preset:mlperf-server-llama-3.1-8b", "Targets of “MLPerf server, Llama 3.1 8B”."),
        ("preset:of another release", "Targets of “of another release”."),
        ("request", "Your own targets."),
    ] {
        let text = markdown(&servescope::report::Report { slo_source: source.into(), ..report() });
        assert!(text.contains(&format!("\n\n{words}\n\n")), "{text}");
    }
}

#[test]
fn a_finding_says_what_to_change_what_it_costs_and_how_to_see_that_it_helped() {
    let text = markdown(&report());
    assert!(text.contains("### Critical: All sequence slots are taken"));
    assert!(text.contains("- **Change** `--max-num-seqs` (any): Raise it from 4 to 16"));
    assert!(text.contains("  - Price: Each further sequence"));
    assert!(text.contains("  - Verify: `vllm:num_requests_waiting` falls to 0"));
    assert!(text.contains("What would prove it wrong: KV usage near 100 %"));
    assert!(text.contains("| time in queue, mean | 12.9 s | window, 60 s | `vllm:request_queue_time_seconds` | 380, 381, 382, 383, … |"));
}

#[test]
fn text_of_the_input_stays_text() {
    let mut report = report();
    report.headline.lead = "model <img src=x> *a* | b".into();
    report.models = vec!["x`<b>`".into()];
    report.signals[0].metric = "m{a=\"1|2\"}".into();
    let text = markdown(&report);
    assert!(text.starts_with("# model \\<img src=x\\> \\*a\\* | b\n"));
    assert!(text.contains("- Model: `x'<b>'`"));
    assert!(text.contains("`m{a=\"1\\|2\"}`"));
}

#[test]
fn every_table_row_has_as_many_cells_as_its_head() {
    let text = markdown(&report());
    let mut width = 0;
    for line in text.lines() {
        if !line.starts_with('|') {
            width = 0;
            continue;
        }
        let cells = line.replace("\\|", "").matches('|').count();
        assert!(width == 0 || width == cells, "{line}");
        width = cells;
    }
}

#[test]
fn nothing_wrong_says_how_much_was_judged() {
    let mut report = report();
    report.bottlenecks.clear();
    assert!(markdown(&report).contains("No rule fired. 3 of 5 rules could be judged."));
}
