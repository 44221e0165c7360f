//! The configurations of [`crate::vllm_features`] as they look after an edit: other orders of lines, families left out, other moments. What is
//! said must not hang on the way a page was copied.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::support::snapshots::file;
use crate::vllm_features::{close, finding, headline_rule, report_of, rule, signal, words};
use servescope::report::{Report, RuleVerdict};

fn dump(name: &str) -> String {
    String::from_utf8(file(&format!("dumps/vllm-features/{name}.prom"))).unwrap()
}

/// The report of `NAME@SECONDS` dumps after an edit of each text.
fn edited(dumps: &[&str], edit: impl Fn(&str) -> String) -> Report {
    let read = |dump: &&str| {
        let (name, at) = dump.split_once('@').unwrap();
        (at.parse().unwrap(), edit(&self::dump(name)))
    };
    report_of(&dumps.iter().map(read).collect::<Vec<_>>())
}

fn same(text: &str) -> String {
    text.to_owned()
}

fn joined<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    lines.into_iter().flat_map(|line| [line, "\n"]).collect()
}

fn without(text: &str, family: &str) -> String {
    joined(text.lines().filter(|line| !line.contains(family)))
}

/// `grep -v '^#' | sort`.
fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    lines.sort_unstable();
    joined(lines)
}

/// Each family under its comments, the last one first; its samples in the order of their names.
fn families_backwards(text: &str) -> String {
    let mut families: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        if line.starts_with("# HELP") || families.is_empty() {
            families.push(Default::default());
        }
        let family = families.last_mut().unwrap();
        if line.starts_with('#') { family.0.push(line) } else { family.1.push(line) }
    }
    families.iter_mut().for_each(|family| family.1.sort_unstable());
    joined(families.into_iter().rev().flat_map(|(comments, samples)| comments.into_iter().chain(samples)))
}

/// Every row of the index with the rule that leads, where it has two dumps.
const ROWS: &[(&[&str], &str)] = &[
    (&["struct2_mid1@0", "struct2_mid2@6.05"], "sequence-limit"),
    (&["tok4_mid1@0", "tok4_mid2@5.06"], "token-budget-bound"),
    (&["tok5_mid1@0", "tok5_mid2@5"], "token-budget-bound"),
    (&["lora5_mid1@0", "lora5_mid2@5.04"], "sequence-limit"),
    (&["lora4_mid1@0", "lora4_mid2@6.07"], "lora-thrash"),
    (&["lora3_mid1@0", "lora3_mid2@6.1"], "lora-thrash"),
    (&["dp2_2_mid1@0", "dp2_2_mid4@3.07"], "sequence-limit"),
    (&["embed2_mid10@0", "embed2_mid30@5.18"], "sequence-limit"),
];

#[needs::corpus]
#[test]
fn the_order_of_the_lines_changes_no_verdict() {
    for (dumps, leads) in ROWS {
        for (order, edit) in [("sorted", sorted as fn(&str) -> String), ("backwards", families_backwards), ("as it is", same)] {
            let report = edited(dumps, edit);
            assert_eq!(headline_rule(&report), *leads, "{dumps:?} {order}: {}", report.headline.text);
        }
    }
}

#[needs::corpus]
#[test]
fn several_api_servers_are_recognised_in_any_order_and_one_is_not_taken_for_several() {
    let noted = |name: &str, edit: fn(&str) -> String| {
        let report = report_of(&[(0.0, edit(&dump(name)))]);
        report.notes.iter().any(|note| note.id.ends_with("several-api-servers"))
    };
    let bare = |text: &str| joined(text.lines().filter(|line| line.starts_with("vllm:")));
    for edit in [same as fn(&str) -> String, sorted, families_backwards, bare] {
        for several in ["tok4_mid1", "lora4_mid2", "dp2_2_mid1", "dp2_2_burst", "dp2_0_fresh", "lora2_0_fresh"] {
            assert!(noted(several, edit), "{several}");
        }
        for one in ["tok5_mid1", "lora3_mid1", "lora5_mid2", "struct2_mid1", "embed2_mid10", "base_1_n4"] {
            assert!(!noted(one, edit), "{one}");
        }
    }
    // `PROMETHEUS_DISABLE_CREATED_SERIES` leaves the metrics of the process.
    assert!(!noted("tok5_mid1", |text| sorted(&without(text, "_created"))));
}

#[needs::corpus]
#[test]
fn ranks_that_have_served_nothing_are_idle_in_any_order() {
    for (name, ranks) in [("dp2_0_fresh", 2.0), ("lora2_0_fresh", 1.0)] {
        for edit in [sorted as fn(&str) -> String, families_backwards] {
            let report = report_of(&[(0.0, edit(&dump(name)))]);
            assert!(report.headline.text.starts_with("Idle"), "{name}: {}", report.headline.text);
            assert_eq!(signal(&report, "config.data_parallel_ranks"), Some(ranks), "{name}");
        }
    }
}

#[needs::corpus]
#[test]
fn the_step_of_several_api_servers_follows_from_any_measure_of_the_gap() {
    // Every step carries 256 tokens.
    let gaps = ["inter_token_latency_seconds", "request_time_per_output_token_seconds"];
    let no_gaps = edited(&["tok4_mid1@0", "tok4_mid2@5.06"], |text| without(text, gaps[0]));
    assert_eq!(headline_rule(&no_gaps), "token-budget-bound", "{}", no_gaps.headline.text);
    close(Some(finding(&no_gaps, "token-budget-bound").current_value), 256.0, 0.03);
    let decode = edited(&["tok4_mid1@0", "tok4_mid2@5.06"], |text| without(&without(text, gaps[0]), gaps[1]));
    assert_eq!(headline_rule(&decode), "token-budget-bound", "{}", decode.headline.text);
}

#[needs::corpus]
#[test]
fn where_no_step_can_be_known_prompts_in_plenty_leave_the_limit_open() {
    let none = edited(&["tok4_mid1@0", "tok4_mid2@5.06"], |text| {
        ["inter_token_latency", "request_time_per_output_token", "request_decode_time"]
            .iter()
            .fold(text.to_owned(), |text, name| without(&text, name))
    });
    assert_ne!(headline_rule(&none), "sequence-limit", "{}", none.headline.text);
    let (verdict, sentence) = rule(&none, "sequence-limit");
    assert!(verdict == RuleVerdict::NotMeasurable && sentence.contains("tokens of an engine step"), "{sentence}");
    assert!(!words(&none).contains("24 slots"));
}

/// The dumps of one run with two ranks of six slots each, in the order of time: nothing served, 16 requests one by one, the middle of a burst
/// of 40 (28 wait), its end (4 wait), all done.
const BURST: &[&str] = &["dp2_0_fresh@0", "dp2_1b_seqstream@10", "dp2_2_mid1@13", "dp2_2_mid4@16.07", "dp2_2_burst@21"];

#[needs::corpus]
#[test]
fn a_queue_that_some_dumps_show_is_never_without_an_explanation() {
    for subset in 1..1 << BURST.len() {
        let dumps: Vec<&str> = (0..BURST.len()).filter(|place| subset >> place & 1 == 1).map(|place| BURST[place]).collect();
        let report = edited(&dumps, same);
        let words = words(&report);
        assert!(
            !words.contains("none of the measurable causes") && !words.contains("every rule that could explain it"),
            "{dumps:?}: {words}"
        );
        assert!(!words.contains("limit of concurrent sequences does that"), "{dumps:?}");
        assert!(["inter-token", "adapter", "KV fetch"].iter().all(|what| !words.contains(what)), "{dumps:?}: {words}");
        // Somebody waits at the last dump.
        if dumps.last().is_some_and(|last| last.contains("mid")) {
            assert!(report.health.score.is_none_or(|score| score < 90.0), "{dumps:?}: {:?}", report.health.score);
        }
        for found in report.bottlenecks.iter().filter(|found| found.role == servescope::rule::Role::Cause) {
            assert_eq!(found.id, "sequence-limit", "{dumps:?}: {}", report.headline.text);
        }
    }
}

#[needs::corpus]
#[test]
fn a_queue_at_one_end_of_a_window_is_named() {
    let window = edited(&["dp2_0_fresh@0", "dp2_2_mid4@16"], same);
    assert!(window.headline.text.contains("queue") || headline_rule(&window) == "sequence-limit", "{}", window.headline.text);
    // The dumps between the ends tell for what.
    let series = edited(&["dp2_0_fresh@0", "dp2_1b_seqstream@10", "dp2_2_mid1@13", "dp2_2_mid4@16"], same);
    assert_eq!(headline_rule(&series), "sequence-limit", "{}", series.headline.text);
}

#[needs::corpus]
#[test]
fn what_is_over_is_told_in_the_past() {
    let report = edited(&["dp2_2_mid1@0", "dp2_2_burst@8"], same);
    let text = &report.headline.text;
    assert!(text.contains("waited 2.94 s for one of 12 slots") && text.ends_with("Nobody waits now."), "{text}");
    let limit = finding(&report, "sequence-limit");
    assert!(limit.description.contains("28 requests waited at the first dump while 12 ran"), "{}", limit.description);
}

/// The page as several API servers of the same engine would have written it, as far as an edit can do that.
fn added_up(text: &str) -> String {
    joined(text.lines().filter(|line| !["process_", "python_", "_created"].iter().any(|name| line.contains(name))))
}

fn no_steps(text: &str) -> String {
    without(text, "iteration_tokens")
}

#[needs::corpus]
#[test]
fn an_embedding_server_is_judged_without_steps_and_behind_several_api_servers() {
    // 64 clients, eight slots.
    let both = |text: &str| added_up(&no_steps(text));
    for edit in [no_steps as fn(&str) -> String, added_up, both] {
        let report = edited(&["embed2_mid10@0", "embed2_mid30@5.18"], edit);
        assert_eq!(headline_rule(&report), "sequence-limit", "{}", report.headline.text);
        close(Some(finding(&report, "sequence-limit").current_value), 8.0, 0.001);
        assert!(report.notes.iter().any(|note| note.id == "pooling"), "{:?}", report.notes);
    }
}

#[needs::corpus]
#[test]
fn one_dump_of_an_embedding_server_with_a_queue_is_no_hang() {
    for dump in ["embed2_mid10@0", "embed2_mid30@0"] {
        for edit in [same as fn(&str) -> String, no_steps, added_up, sorted] {
            let report = edited(&[dump], edit);
            let words = words(&report);
            assert!(!words.contains("nothing runs") && !words.contains("none is running"), "{dump}: {words}");
            assert!(report.hypotheses.iter().all(|possible| possible.cause != "engine-stalled"), "{dump}: {:?}", report.hypotheses);
            assert!(report.hypotheses.iter().any(|possible| possible.cause == "sequence-limit"), "{dump}: {:?}", report.hypotheses);
        }
    }
}

#[needs::corpus]
#[test]
fn what_an_embedding_server_needs_next_is_nothing_that_it_cannot_have() {
    for edit in [no_steps as fn(&str) -> String, added_up] {
        let report = edited(&["embed2_mid10@0", "embed2_mid30@2"], |text| without(&without(&edit(text), "inference_time"), "prefill_time"));
        let words = words(&report);
        assert!(!words.contains("inter-token") && !words.contains("nothing runs"), "{words}");
    }
}

#[needs::corpus]
#[test]
fn gauges_that_stand_still_name_what_else_they_may_be_and_the_test_that_tells() {
    let names = |dumps: &[&str], other: &[&str]| {
        let report = edited(dumps, same);
        let words = words(&report);
        assert!(words.contains("one short request"), "{dumps:?}: {words}");
        for other in other {
            assert!(words.contains(other), "{dumps:?} {other}: {words}");
        }
    };
    let several = ["kept over a restart", "aborted"];
    for at in ["dp2_2_mid4@3", "dp2_2_mid4@10", "dp2_2_mid4@12", "dp2_2_mid4@45"] {
        names(&["dp2_2_mid4@0", at], &several);
    }
    names(&["tok4_mid1@0", "tok4_mid1@10"], &several);
    names(&["dp2_2_mid4@0", "dp2_2_mid4@4"], &["long prompt"]);
    for at in ["tok5_mid1@5", "tok5_mid1@11", "tok5_mid1@60"] {
        names(&["tok5_mid1@0", at], &["aborted"]);
        let report = edited(&["tok5_mid1@0", at], same);
        assert!(!words(&report).contains("kept over a restart"), "one process keeps no directory");
    }
    // A finding, not only a state, from 10 s on.
    finding(&edited(&["dp2_2_mid4@0", "dp2_2_mid4@10"], same), "engine-stalled");
}

#[needs::corpus]
#[test]
fn those_that_wait_for_capacity_are_not_counted_as_deferred() {
    // Of the 16 that wait so many have no grammar.
    let with_capacity = |capacity: u32| {
        let edit = move |text: &str| {
            let line = |line: &str| {
                let reason = ["deferred", "capacity"].into_iter().find(|reason| line.contains(&format!("reason=\"{reason}\"")));
                let count = reason.map(|reason| if reason == "capacity" { capacity } else { 16 - capacity });
                match count.filter(|_| line.starts_with("vllm:num_requests_waiting_by_reason{")) {
                    Some(count) => format!("{} {count}.0", line.rsplit_once(' ').unwrap().0),
                    None => line.to_owned(),
                }
            };
            text.lines().map(line).fold(String::new(), |text, line| text + &line + "\n")
        };
        let report = edited(&["struct2_mid1@0", "struct2_mid2@6.05"], edit);
        assert_eq!(headline_rule(&report), "sequence-limit", "{}", report.headline.text);
        finding(&report, "sequence-limit").description.clone()
    };
    assert!(with_capacity(6).contains("10 of them are counted as deferred"), "{}", with_capacity(6));
    assert!(with_capacity(0).contains("They are counted as deferred"), "{}", with_capacity(0));
    assert!(!with_capacity(12).contains("deferred"), "{}", with_capacity(12));
}

#[needs::corpus]
#[test]
fn a_family_that_is_left_out_makes_no_other_cause() {
    const FAMILIES: &[&str] = &[
        ":num_requests_running",
        ":kv_cache_usage_perc",
        ":num_requests_waiting_by_reason",
        ":generation_tokens",
        ":prompt_tokens",
        ":request_success",
        ":iteration_tokens_total",
        ":inter_token_latency_seconds",
        ":request_time_per_output_token_seconds",
        ":request_decode_time_seconds",
        ":request_prefill_time_seconds",
        ":request_queue_time_seconds",
        ":time_to_first_token_seconds",
        ":cache_config_info",
    ];
    for (dumps, leads) in ROWS {
        for family in FAMILIES {
            let report = edited(dumps, |text| without(text, family));
            for found in report.bottlenecks.iter().filter(|found| found.role == servescope::rule::Role::Cause) {
                assert_eq!(found.id, *leads, "{dumps:?} without {family}: {}", report.headline.text);
            }
            assert!(!words(&report).contains("none of the measurable causes"), "{dumps:?} without {family}: {}", words(&report));
        }
    }
}
