//! A TGI that has served nothing answers with an empty page: a beginning to count from.

use servescope::analyze::{Input, Options, analyze};
use servescope::exposition;
use servescope::report::Report;
use servescope::signal::{Hint, HintedBy, Mode};

/// 60 requests of 100 tokens in 0.5 s each.
const SERVED: &str = "# TYPE tgi_request_success counter\ntgi_request_success 60\n\
    # TYPE tgi_request_count counter\ntgi_request_count 60\n\
    # TYPE tgi_batch_current_size gauge\ntgi_batch_current_size 1\n\
    # TYPE tgi_queue_size gauge\ntgi_queue_size 0\n\
    # TYPE tgi_request_duration histogram\n\
    tgi_request_duration_bucket{le=\"0.4\"} 0\ntgi_request_duration_bucket{le=\"0.6\"} 60\ntgi_request_duration_bucket{le=\"+Inf\"} 60\n\
    tgi_request_duration_sum 30\ntgi_request_duration_count 60\n";

fn report(texts: &[(&str, &str, Option<f64>)]) -> Report {
    let input = |(name, text, at): &(&str, &str, Option<f64>)| Input {
        name: (*name).to_owned(),
        at: *at,
        hint: None,
        parsed: exposition::parse(text.as_bytes()),
    };
    analyze(&texts.iter().map(input).collect::<Vec<_>>(), &Options::default()).expect("a report")
}

fn note(report: &Report) -> Vec<&str> {
    report.notes.iter().filter(|note| note.id == "empty-text").map(|note| note.sentence.as_str()).collect()
}

#[test]
fn an_empty_page_before_the_first_dump_begins_the_window() {
    let report = report(&[("empty.prom", "", Some(100.0)), ("later.prom", SERVED, Some(160.0))]);
    assert_eq!(report.mode, Mode::Window);
    assert_eq!(report.window.as_ref().and_then(|window| window.seconds), Some(60.0));
    let rate = report.signals.iter().find(|signal| signal.path == "requests_per_second").expect("a rate");
    assert!((rate.value - 1.0).abs() < 1e-9, "60 requests in 60 s, not {}", rate.value);
    assert!(note(&report).iter().any(|note| note.contains("counted from zero")), "{:?}", report.notes);
}

#[test]
fn the_last_of_several_empty_pages_is_the_beginning() {
    let report = report(&[("a", "", Some(0.0)), ("b", "\n", Some(130.0)), ("c", SERVED, Some(160.0))]);
    assert_eq!(report.window.as_ref().and_then(|window| window.seconds), Some(30.0));
    assert_eq!(note(&report).len(), 2);
}

#[test]
fn an_empty_page_after_the_dump_or_of_another_server_is_left_out_and_said_to_be() {
    let later = report(&[("dump", SERVED, Some(100.0)), ("empty", "", Some(160.0))]);
    assert_eq!(later.mode, Mode::Snapshot);
    assert_eq!(note(&later), ["empty holds no sample and was left out."]);
    let vllm = "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running 1\n# TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting 0\n";
    let vllm = report(&[("empty", "", Some(100.0)), ("dump", vllm, Some(160.0))]);
    assert_eq!(vllm.mode, Mode::Snapshot);
    assert_eq!(note(&vllm), ["empty holds no sample and was left out."]);
}

#[test]
fn the_times_of_files_order_an_empty_page_before_the_first_dump_too() {
    let file = |name: &str, text: &str, at: f64| Input {
        name: name.to_owned(),
        at: None,
        hint: Some(Hint { at, by: HintedBy::File }),
        parsed: exposition::parse(text.as_bytes()),
    };
    let report = |empty: f64| analyze(&[file("later.prom", SERVED, 1160.0), file("empty.prom", "", empty)], &Options::default()).unwrap();
    assert_eq!(report(1100.0).window.map(|window| window.words), Some("60 s between two dumps by the files’ times".to_owned()));
    assert_eq!(report(1200.0).mode, Mode::Snapshot, "an empty page after the dump is no beginning");
}

#[test]
fn an_empty_page_saved_with_its_headers_begins_the_window_at_its_date() {
    // 16:40:00 and 16:41:00 that day; the second page was saved without headers, at a time that was told.
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 0\r\ndate: Sun, 24 May 2026 16:40:00 GMT\r\n\r\n";
    let commented = format!("{}# nothing yet\n", head.replace("length: 0", "length: 14"));
    let answered = format!("HTTP/1.1 200 OK\r\ndate: Sun, 24 May 2026 16:41:00 GMT\r\n\r\n{SERVED}");
    for empty in [head, &commented] {
        let report = report(&[("later", &answered, None), ("empty", empty, None)]);
        assert_eq!(report.mode, Mode::Window, "{:?}", report.notes);
        assert_eq!(report.window.as_ref().and_then(|window| window.seconds), Some(60.0));
        assert_eq!(report.window.as_ref().and_then(|window| window.from.as_deref()), Some("2026-05-24T16:40:00Z"));
        assert!(note(&report).iter().any(|note| note.contains("counted from zero")), "{:?}", report.notes);
    }
    let failed = head.replace("200 OK", "503 Service Unavailable");
    let report = report(&[("failed", &failed, Some(100.0)), ("later", SERVED, Some(160.0))]);
    assert_eq!(report.mode, Mode::Snapshot, "a server that does not answer has not said that it served nothing");
}

#[test]
fn an_empty_answer_alone_is_refused_as_empty() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let input = Input { name: "empty".to_owned(), at: None, hint: None, parsed: exposition::parse(head.as_bytes()) };
    let error = analyze(&[input], &Options::default()).expect_err("nothing to analyse");
    assert_eq!((error.id.as_str(), error.sentence.as_str()), ("empty-text", "The server’s answer is empty."));
}
