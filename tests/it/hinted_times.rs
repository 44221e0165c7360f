//! A file's last change and the moment of pasting only hint at the time of a scrape.

use servescope::analyze::{Input, Options, analyze};
use servescope::exposition;
use servescope::report::Report;
use servescope::signal::{Hint, HintedBy};

const START: f64 = 1_780_000_000.0;
/// Ninety-nine days after the start, as after a checkout.
const CHECKED_OUT: f64 = START + 99.0 * 86_400.0;

/// A vLLM that has finished `served` requests of 100 gaps of 20 ms each, with `running` inside.
fn vllm(served: u32, running: u32) -> String {
    let gaps = served * 100;
    format!(
        "process_start_time_seconds {START}\n# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{{model_name=\"m\"}} {running}\n\
         # TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting{{model_name=\"m\"}} 0\n\
         # TYPE vllm:generation_tokens counter\nvllm:generation_tokens_total{{model_name=\"m\"}} {gaps}\n\
         # TYPE vllm:request_success counter\nvllm:request_success_total{{finished_reason=\"stop\",model_name=\"m\"}} {served}\n\
         # TYPE vllm:inter_token_latency_seconds histogram\n\
         vllm:inter_token_latency_seconds_bucket{{le=\"0.025\",model_name=\"m\"}} {gaps}\n\
         vllm:inter_token_latency_seconds_bucket{{le=\"+Inf\",model_name=\"m\"}} {gaps}\n\
         vllm:inter_token_latency_seconds_sum{{model_name=\"m\"}} {}\nvllm:inter_token_latency_seconds_count{{model_name=\"m\"}} {gaps}\n",
        f64::from(gaps) * 0.02
    )
}

fn hinted(text: &str, at: f64, by: HintedBy) -> Input {
    Input { name: format!("{at}"), at: None, hint: Some(Hint { at, by }), parsed: exposition::parse(text.as_bytes()) }
}

fn file(text: &str, at: f64) -> Input {
    hinted(text, at, HintedBy::File)
}

fn report(inputs: &[Input]) -> Report {
    analyze(inputs, &Options::default()).expect("a report")
}

fn rate(report: &Report) -> Option<f64> {
    report.signals.iter().find(|signal| signal.path == "requests_per_second").map(|signal| signal.value)
}

fn note(report: &Report, id: &str) -> Option<String> {
    report.notes.iter().find(|note| note.id == id).map(|note| note.sentence.clone())
}

#[test]
fn of_one_dump_neither_age_nor_rates_rest_on_a_hint() {
    for by in [HintedBy::File, HintedBy::Paste] {
        let report = report(&[hinted(&vllm(500, 4), CHECKED_OUT, by)]);
        let json = serde_json::to_string(&report).unwrap();
        assert!(!json.contains("days"), "{json}");
        assert!(!json.contains("per_second\",\"label"), "no rate is shown");
        assert_eq!((rate(&report), &report.timestamp, &report.inputs[0].at), (None, &None, &None));
        let missing = report.not_measurable.iter().find(|missing| missing.what == "the time of the dump").expect("it is said");
        assert!(missing.how.contains("2026-09-04T20:26:40Z"), "the hint is offered: {}", missing.how);
        assert!(missing.rules.contains(&"warming-up".to_owned()));
    }
}

#[test]
fn a_told_time_gives_both() {
    let told = Input { at: Some(START + 1000.0), hint: None, ..file(&vllm(500, 4), CHECKED_OUT) };
    let report = report(&[told]);
    assert_eq!(rate(&report), Some(0.5));
    assert!(report.not_measurable.iter().all(|missing| missing.what != "the time of the dump"));
}

#[test]
fn a_time_inside_the_text_stands_above_that_of_the_file() {
    let answered = format!("HTTP/1.1 200 OK\r\ndate: Thu, 28 May 2026 20:43:20 GMT\r\n\r\n{}", vllm(500, 4));
    // 1,780,001,000 s: `date -u -d 'Thu, 28 May 2026 20:43:20 GMT' +%s`.
    let report = report(&[file(&answered, CHECKED_OUT)]);
    assert_eq!(rate(&report), Some(0.5));
    assert_eq!(report.timestamp.as_deref(), Some("2026-05-28T20:43:20Z"));
}

#[test]
fn answers_after_one_another_in_one_text_have_each_its_own_date() {
    let answer = |date: &str, served| format!("HTTP/1.1 200 OK\r\ndate: Thu, 28 May 2026 {date} GMT\r\n\r\n{}", vllm(served, 4));
    let refused = "HTTP/1.1 401 Unauthorized\r\ndate: Thu, 28 May 2026 21:00:00 GMT\r\n\r\n";
    for end in ["", refused] {
        let text = format!("{}\n{}\n{end}", answer("20:42:20", 500), answer("20:43:20", 620));
        let report = report(&[file(&text, CHECKED_OUT)]);
        assert_eq!(rate(&report), Some(2.0), "{end}");
        assert_eq!(report.timestamp.as_deref(), Some("2026-05-28T20:43:20Z"), "{end}");
    }
    let text = format!("{}\n{}", answer("20:42:20", 500), answer("20:43:20", 620));
    let counted = report(&[Input { at: Some(60.0), hint: None, ..file(&text, 0.0) }]);
    assert_eq!((rate(&counted), counted.window.and_then(|window| window.seconds)), (None, None), "60 s are of another clock");
    let undated = format!("{}\n{}", answer("20:42:20", 500), vllm(620, 4));
    assert_eq!(report(&[Input { hint: None, ..file(&undated, 0.0) }]).timestamp, None, "the date is of the first");
}

#[test]
fn the_times_of_two_files_give_a_length_that_says_what_it_rests_on() {
    // 120 requests of 100 gaps of 20 ms in 60 s: four inside on average, four at both ends.
    let report = report(&[file(&vllm(500, 4), START + 5000.0), file(&vllm(620, 4), START + 5060.0)]);
    assert_eq!(rate(&report), Some(2.0));
    let window = report.window.as_ref().expect("a window");
    assert_eq!(window.words, "60 s between two dumps by the files’ times");
    assert_eq!((&window.from, &window.to, &report.timestamp), (&None, &None, &None), "no moment is claimed");
    for signal in report.signals.iter().filter(|signal| signal.time_base.kind == "window") {
        assert_eq!(signal.time_base.words, "window, 60 s by the files’ times", "{}", signal.path);
    }
    assert!(servescope::export::markdown(&report).contains("by the files’ times"));
    let pasted = [hinted(&vllm(500, 4), START, HintedBy::Paste), hinted(&vllm(620, 4), START + 60.0, HintedBy::Paste)];
    assert_eq!(self::report(&pasted).window.unwrap().words, "60 s between two dumps by the times of pasting");
}

#[test]
fn times_that_do_not_fit_the_counters_are_not_used() {
    let pair = |first: f64, last: f64| report(&[file(&vllm(500, 4), first), file(&vllm(620, 4), last)]);
    for (first, last, why) in [
        (5000.0, 5000.4, "within a second"),
        (5060.0, 5000.0, "run against the counters"),
        (-60.0, 5000.0, "before the start of the process"),
        // Three requests inside on average would be 80 s; hours apart they would be hardly any.
        (5000.0, 20_000.0, "hardly a request would have been inside"),
        (5000.0, 5001.5, "160 requests would have been inside"),
    ] {
        let report = pair(START + first, START + last);
        assert_eq!(rate(&report), None, "{first} {last}");
        let note = note(&report, "times-do-not-fit").expect("it is said");
        assert!(note.contains(why), "{note}");
        assert_eq!(report.window.as_ref().map(|window| window.seconds), Some(None));
        assert_eq!(report.mode, servescope::signal::Mode::Window);
    }
}

#[test]
fn told_times_are_not_doubted_for_those_of_another_dump() {
    let told = |served, at| Input { at: Some(at), hint: None, ..file(&vllm(served, 4), CHECKED_OUT) };
    let inputs = [told(500, START + 5000.0), told(501, START + 5000.5), file(&vllm(620, 4), START + 5060.0)];
    let report = report(&inputs);
    assert_eq!(note(&report, "times-do-not-fit"), None);
    assert_eq!(report.window.as_ref().and_then(|window| window.seconds), Some(60.0));
}

#[test]
fn a_stall_and_a_quiet_server_do_not_make_times_absurd() {
    for (before, after, running) in [(500, 500, 4), (500, 501, 0)] {
        let (first, last) = (file(&vllm(before, running), START + 5000.0), file(&vllm(after, running), START + 5060.0));
        // Whichever was opened first.
        let report = report(&[last, first]);
        assert_eq!(note(&report, "times-do-not-fit"), None);
        assert_eq!(report.window.as_ref().and_then(|window| window.seconds), Some(60.0));
    }
}

#[test]
fn the_times_of_a_restart_are_used_and_its_counts_are_those_since() {
    let again = vllm(30, 4).replace(&format!("{START}"), &format!("{}", START + 5030.0));
    let report = report(&[file(&vllm(500, 4), START + 5000.0), file(&again, START + 5060.0)]);
    assert_eq!(rate(&report), Some(1.0), "30 requests in the 30 s since");
}

/// A TGI that has finished `served` requests of 0.5 s each, with one inside. It tells no start of its process.
fn tgi(served: u32) -> String {
    format!(
        "# TYPE tgi_request_success counter\ntgi_request_success {served}\n# TYPE tgi_request_count counter\ntgi_request_count {served}\n\
         # TYPE tgi_batch_current_size gauge\ntgi_batch_current_size 1\n# TYPE tgi_queue_size gauge\ntgi_queue_size 0\n\
         # TYPE tgi_request_duration histogram\ntgi_request_duration_bucket{{le=\"0.6\"}} {served}\n\
         tgi_request_duration_bucket{{le=\"+Inf\"}} {served}\ntgi_request_duration_sum {}\ntgi_request_duration_count {served}\n",
        f64::from(served) * 0.5
    )
}

#[test]
fn a_counter_that_goes_back_while_every_time_goes_forward_is_a_restart() {
    for by in [HintedBy::File, HintedBy::Paste] {
        // In whatever order they are given; sixty requests since the restart.
        for order in [[0, 1], [1, 0]] {
            let pair = [hinted(&tgi(7200), START, by), hinted(&tgi(60), START + 60.0, by)];
            let report = report(&order.map(|index| pair[index].clone()));
            assert_eq!(note(&report, "times-do-not-fit"), None);
            assert!(note(&report, "restart-by-times").expect("it is said what that rests on").contains("set the time of each dump"));
            assert!(report.window.as_ref().is_some_and(|window| window.restarted));
            assert_eq!(report.headline.rule.as_deref(), Some("counter-reset"));
            assert_eq!(rate(&report), Some(1.0));
        }
    }
    // Two before and two after: the parts are compared.
    let four = [(7200, 0.0), (7260, 60.0), (30, 120.0), (60, 180.0)].map(|(served, at)| file(&tgi(served), START + at));
    assert!(report(&four).comparison.is_some());
}

#[test]
fn what_cannot_have_been_counted_since_is_no_restart_but_a_wrong_order() {
    // 7,200 requests of half a second are an hour of one request, not a minute.
    let report = report(&[file(&tgi(7260), START), file(&tgi(7200), START + 60.0)]);
    assert_eq!(note(&report, "restart-by-times"), None, "{:?}", report.headline);
    assert!(note(&report, "times-do-not-fit").expect("it is said").contains("run against the counters"));
    assert!(report.window.as_ref().is_some_and(|window| !window.restarted && window.seconds.is_none()));
    assert_eq!(rate(&report), None);
}
