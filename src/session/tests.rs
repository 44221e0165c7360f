use super::*;
use crate::view::frame::Origin;
use crate::view::{decode, encode};

const SLOTS: [&str; 2] =
    [include_str!("../../assets/samples/vllm-slot-bound-1.prom"), include_str!("../../assets/samples/vllm-slot-bound-2.prom")];
const TGI: &str = include_str!("../../assets/samples/tgi-overload-1.prom");

fn text(name: &str, text: &str) -> Incoming {
    Incoming { name: name.to_owned(), at: None, bytes: text.as_bytes().to_vec(), origin: Origin::Pasted }
}

fn with(texts: &[&str]) -> Session {
    let mut session = Session::new();
    for (index, content) in texts.iter().enumerate() {
        session.accept(vec![text(&format!("dump {index}"), content)]);
    }
    session
}

fn names(session: &Session) -> Vec<String> {
    session.loaded.chips().into_iter().map(|chip| chip.name).collect()
}

fn said(session: &Session) -> String {
    session.draw(Part::Notice, true).all_text()
}

#[test]
fn a_text_gives_a_report_and_every_part_of_it() {
    let session = with(&SLOTS);
    assert!(session.status().reported);
    assert!(session.status().announcement.contains("of 100"));
    for part in [Part::Top, Part::Main, Part::Side, Part::Rest] {
        let tree = session.draw(part, true);
        assert!(tree.all_text().len() > 100, "{part:?}");
    }
    assert!(!session.draw(Part::Main, true).find_all(&|node| node.tag() == "article").is_empty());
}

#[test]
fn every_part_reaches_the_page_as_it_was_drawn() {
    let mut session = with(&SLOTS);
    session.act("edit-targets");
    session.act("time 0");
    session.fill("profile", "classic");
    session.fill("row.0.value", "soon");
    for part in Part::ALL {
        let tree = session.draw(part, true);
        assert_eq!(decode(&encode(&tree)), Some(tree), "{part:?}");
    }
    session.fill("search", "waiting");
    for tree in [session.draw_raw(0.0, 480.0, Some(0)), with(&[TGI]).draw(Part::Rest, false)] {
        assert_eq!(decode(&encode(&tree)), Some(tree));
    }
}

#[test]
fn a_dump_of_the_same_server_under_new_settings_joins_those_before() {
    let mut session = with(&SLOTS);
    let restarted = SLOTS[0].replace("process_start_time_seconds 1", "process_start_time_seconds 2");
    let anew = restarted.replace("gpu_memory_utilization=\"0.9\"", "gpu_memory_utilization=\"0.95\"");
    assert_ne!(anew, restarted, "the setting is there to be changed");
    session.accept(vec![text("anew", &anew)]);
    assert_eq!(names(&session), ["dump 0", "dump 1", "anew"], "{}", said(&session));
}

#[test]
fn the_empty_session_shows_no_report() {
    let session = Session::new();
    assert_eq!(session.status(), Status::default());
    assert!(session.draw(Part::Rest, true).children().is_empty());
    assert_eq!((session.markdown(), session.json()), (String::new(), String::new()));
}

#[test]
fn another_server_is_looked_at_and_what_was_there_is_kept() {
    let mut session = with(&[SLOTS[0], TGI]);
    assert_eq!(names(&session), ["dump 0", "dump 1"]);
    assert!(said(&session).contains("dump 1 is of another server"), "{}", said(&session));
    assert!(session.json().contains("\"instance_type\":\"tgi\",\"timestamp\""));
    session.act("undo");
    assert_eq!(names(&session), ["dump 0"]);
    assert!(session.json().contains("\"instance_type\":\"vllm\",\"timestamp\""));
}

#[test]
fn a_text_of_no_server_is_answered_and_nothing_is_lost() {
    let mut session = with(&[SLOTS[0]]);
    session.accept(vec![text("bad", "this is not\na metrics page\n")]);
    assert_eq!(names(&session), ["dump 0"]);
    assert!(said(&session).contains("bad was not loaded"));
    assert!(session.take_rejection().is_some());
    assert!(!said(&session).contains("bad"));
}

#[test]
fn why_a_text_was_rejected_is_said_once_and_what_was_kept_only_when_there_is_some() {
    let page = "<!DOCTYPE html>\n<html><body>Sign in</body></html>\n";
    for (session, kept) in [(with(&[page]), 0), (with(&[SLOTS[0], page]), 1)] {
        let said = said(&session);
        assert_eq!(said.matches("This is a web page").count(), 1, "{said}");
        assert_eq!(said.matches("loaded before").count(), kept, "{said}");
    }
}

#[test]
fn units_stay_with_their_numbers_on_the_page_and_reports_keep_plain_spaces() {
    let session = with(&[SLOTS[0], SLOTS[1]]);
    assert!(session.draw(Part::Top, true).all_text().contains("\u{a0}%"));
    for report in [session.markdown(), session.json()] {
        assert!(report.contains(" %") && !report.contains('\u{a0}'));
    }
}

#[test]
fn the_same_text_is_loaded_once() {
    let session = with(&[SLOTS[0], SLOTS[0]]);
    assert_eq!(names(&session), ["dump 0"]);
    assert!(said(&session).contains("loaded already"));
}

#[test]
fn everything_can_be_taken_away_and_brought_back() {
    let mut session = with(&SLOTS);
    session.act("clear");
    assert!(!session.status().loaded);
    session.act("undo");
    assert_eq!(names(&session).len(), 2);
    assert!(session.status().reported);
}

#[test]
fn ids_are_never_given_twice() {
    let ids = |session: &Session| -> Vec<u32> { session.loaded.chips().iter().map(|chip| chip.id).collect() };
    let mut session = with(&[SLOTS[0], TGI]);
    let replaced = ids(&session)[0];
    session.act("undo");
    session.accept(vec![text("dump 2", SLOTS[1])]);
    assert!(ids(&session)[1] > replaced, "{:?} after {replaced}", ids(&session));
}

#[test]
fn a_field_changes_the_report_at_once_and_a_wrong_one_says_why() {
    let mut session = with(&SLOTS);
    session.act("edit-targets");
    let count = session.settings.rows.as_ref().map(Vec::len).unwrap();
    assert!(count > 1);
    assert!(session.fill("row.0.value", "45 s"));
    assert!(session.draw(Part::Side, true).all_text().contains("≤ 45\u{a0}s"));
    session.fill("row.0.value", "45 parsecs");
    let side = session.draw(Part::Side, true);
    assert!(side.all_text().contains("“parsecs” is not a unit"));
    assert_eq!(side.find_all(&|node| node.get("aria-invalid") == Some("true")).len(), 1);
    session.act("remove-target 0");
    assert_eq!(session.settings.rows.as_ref().map(Vec::len), Some(count - 1));
    assert!(!session.fill("no such field", ""));
    assert!(!session.act("no such action"));
}

#[test]
fn times_make_a_window() {
    let mut session = with(&SLOTS);
    for (chip, at) in session.loaded.chips().iter().zip(["1000", "1060"]) {
        session.fill(&format!("time.{}", chip.id), at);
    }
    assert!(session.draw(Part::Top, true).all_text().contains("60\u{a0}s"));
}

#[test]
fn lines_of_a_number_are_marked_and_left_again() {
    let mut session = with(&[SLOTS[0]]);
    let main = session.draw(Part::Main, true);
    let link = main.find_all(&|node| node.get("data-do").is_some_and(|action| action.starts_with("lines "))).remove(0);
    let action = link.get("data-do").unwrap().to_owned();
    session.act(&action);
    let line = session.raw_target().unwrap();
    let tree = session.draw_raw(line as f64 * 24.0, 480.0, Some(line));
    let marked = tree.find_all(&|node| node.get("class").is_some_and(|class| class.contains("marked"))).remove(0);
    assert!(marked.all_text().ends_with(SLOTS[0].lines().nth(line).unwrap()));
    session.act("back");
    assert_eq!(session.raw_target(), None);
}

#[test]
fn only_rows_in_view_are_drawn_and_a_family_opens() {
    let mut session = with(&[SLOTS[0]]);
    let row = |tree: &Node| tree.find_all(&|node| node.get("role") == Some("row")).len();
    let closed = session.raw_rows();
    assert!(row(&session.draw_raw(0.0, 240.0, None)) < 30);
    session.raw_toggle(0);
    assert!(session.raw_rows() > closed);
    session.fill("search", "no such thing at all");
    assert_eq!(session.raw_rows(), 0);
    assert!(session.draw_raw(0.0, 240.0, None).all_text().contains("Nothing matches"));
}

#[test]
fn the_report_leaves_under_a_name_that_a_file_system_takes() {
    let session = with(&[SLOTS[0]]);
    assert!(session.file_name().starts_with("servescope-"));
    assert!(session.file_name().chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    assert!(session.markdown().starts_with("# "));
    assert!(session.json().contains("servescope.report/1"));
}

#[test]
fn the_time_of_a_file_is_offered_and_used_once_it_is_confirmed() {
    let file = |name: &str, content: &str, at: f64| Incoming { at: Some(at), origin: Origin::File, ..text(name, content) };
    let mut session = Session::new();
    session.accept(vec![file("one", SLOTS[0], 1_795_500_000.0)]);
    let drawn = |session: &Session, part| session.draw(part, true).all_text();
    assert!(drawn(&session, Part::Top).contains("file time") && drawn(&session, Part::Top).contains("Use that time"));
    assert!(drawn(&session, Part::Rest).contains("The file says 2026-11-24T06:00:00Z"), "{}", drawn(&session, Part::Rest));
    assert!(!drawn(&session, Part::Rest).contains("requests finished per second"));
    session.act("confirm-times");
    assert!(drawn(&session, Part::Top).contains("set by you") && !drawn(&session, Part::Top).contains("Use that time"));
    assert!(drawn(&session, Part::Rest).contains("requests finished per second"));
}

#[test]
fn a_date_inside_the_text_is_shown_and_no_other_time_is_offered() {
    let answered = format!("HTTP/1.1 200 OK\r\ndate: Tue, 24 Nov 2026 06:00:00 GMT\r\n\r\n{}", SLOTS[0]);
    for origin in [Origin::File, Origin::Pasted] {
        let mut session = Session::new();
        session.accept(vec![Incoming { at: Some(1_895_500_000.0), origin, ..text("one", &answered) }]);
        let top = session.draw(Part::Top, true).all_text();
        assert!(top.contains("date of the answer") && !top.contains("Use that time"), "{top}");
        session.act("confirm-times");
        assert!(session.json().contains("2026-11-24T06:00:00Z"));
        session.fill("time.0", "1795500600");
        assert!(session.draw(Part::Top, true).all_text().contains("set by you") && session.json().contains("2026-11-24T06:10:00Z"));
    }
}

#[test]
fn the_time_of_the_samples_is_shown_where_the_report_rests_on_it() {
    // 1,795,500,000 s, in the seconds of OpenMetrics and the milliseconds of the older format.
    let stamp = |time: &str| -> String {
        let stamped = |line: &str| if line.starts_with('#') || line.is_empty() { line.to_owned() } else { format!("{line} {time}") };
        SLOTS[0].lines().map(|line| stamped(line) + "\n").collect()
    };
    for stamped in [stamp("1795500000.0") + "# EOF\n", stamp("1795500000000")] {
        for origin in [Origin::File, Origin::Pasted] {
            let mut session = Session::new();
            session.accept(vec![Incoming { at: Some(1_895_500_000.0), origin, ..text("one", &stamped) }]);
            let top = session.draw(Part::Top, true).all_text();
            assert!(top.contains("time in the samples") && !top.contains("file time") && !top.contains("Use that time"), "{top}");
            assert_eq!(session.loaded.chips()[0].at, Some(1_795_500_000.0));
            assert!(session.json().contains("\"timestamp\":\"2026-11-24T06:00:00Z\""));
            session.fill("time.0", "1795500600");
            assert!(session.draw(Part::Top, true).all_text().contains("set by you") && session.json().contains("2026-11-24T06:10:00Z"));
        }
    }
    let fetched = Incoming { at: Some(1_795_500_030.0), origin: Origin::Fetched, ..text("one", &stamp("1795500000000")) };
    let mut session = Session::new();
    session.accept(vec![fetched]);
    assert!(session.draw(Part::Top, true).all_text().contains("fetched"), "what is told stands above the text");
    assert!(session.json().contains("\"timestamp\":\"2026-11-24T06:00:30Z\""));
}

#[test]
fn typing_a_time_takes_the_place_of_what_the_file_says() {
    let mut session = Session::new();
    session.accept(vec![Incoming { at: Some(1_795_500_000.0), origin: Origin::File, ..text("one", SLOTS[0]) }]);
    session.fill("time.0", "1795500600");
    assert!(session.json().contains("2026-11-24T06:10:00Z"));
    session.fill("time.0", "");
    assert!(session.draw(Part::Top, true).all_text().contains("no time"), "cleared is no time, not that of the file");
}

#[test]
fn a_symptom_is_called_a_symptom_and_its_step_is_short() {
    // Requests wait at a usual batch size far from every limit that one dump could show.
    let waits = "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{model_name=\"m\"} 37\n\
                 # TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting{model_name=\"m\"} 90\n\
                 # TYPE vllm:kv_cache_usage_perc gauge\nvllm:kv_cache_usage_perc{model_name=\"m\"} 0.3\n\
                 # TYPE vllm:num_preemptions counter\nvllm:num_preemptions_total{model_name=\"m\"} 0\n";
    let session = with(&[waits]);
    let top = session.draw(Part::Top, true).all_text().replace('\u{a0}', " ");
    assert!(top.contains("90 requests wait") && !top.contains("cause possible"), "{top}");
    assert!(top.contains("Take a second dump 30 to 60 s later"), "{top}");
    assert!(session.markdown().contains("**Next step**: Take a second dump 30 to 60 s later"));
    // A narrow screen shows this part alone.
    for once in ["second dump", "cause", "wait", "37"] {
        assert_eq!(top.matches(once).count(), 1, "{once}: {top}");
    }
}

#[test]
fn who_gave_a_fleet_is_told_above_all_that_one_instance_is_looked_at() {
    let pod = |name: &str| {
        let labels = format!("{{model_name=\"m7\",pod=\"{name}\"}}");
        format!("vllm:num_requests_running{labels} 3\nvllm:num_requests_waiting{labels} 1\n")
    };
    let top = with(&[&(pod("a") + &pod("b"))]).draw(Part::Top, true).all_text();
    assert!(top.contains("This report is of one of 2 instances in the text."), "{top}");
    assert!(top.contains("instance a"), "{top}");
    assert_eq!(top.matches("m7").count(), 1, "the model stands once: {top}");
    let top = with(&[&pod("a")]).draw(Part::Top, true).all_text();
    assert!(!top.contains("instances in the text"), "{top}");
}

#[test]
fn a_server_without_a_name_is_not_given_one() {
    let top = with(&["tgi_queue_size 0\ntgi_batch_current_size 3\n"]).draw(Part::Top, true).all_text();
    assert!(top.contains("TGI") && !top.contains("this server"), "{top}");
}

#[test]
fn a_note_that_turns_no_setting_has_a_next_step() {
    let session = with(&["tgi_queue_size 0\ntgi_batch_current_size 0\ntgi_request_success 3\n"]);
    let main = session.draw(Part::Main, true).all_text();
    assert!(main.contains("Next stepTake the dump while") && !main.contains("Change"), "{main}");
    assert!(session.markdown().contains("**Next step**: Take the dump while"), "{}", session.markdown());
}

#[test]
fn why_there_is_no_report_is_a_short_headline_and_the_rest_is_below() {
    let texts = [
        "# TYPE nv_inference_count counter\nnv_inference_count{model=\"m\"} 3\n",
        "# TYPE vllm:current_qps gauge\nvllm:current_qps 3\n",
        "process_resident_memory_bytes 3\n",
        "shoe_size 44\n",
    ];
    for content in texts {
        let top = with(&[content]).draw(Part::Top, true);
        let headline = top.find_all(&|node| node.tag() == "h1").remove(0).all_text();
        assert!(headline.chars().count() <= 60 && headline.ends_with('.'), "{headline}");
        assert!(top.all_text().len() > headline.len() + 100, "{}", top.all_text());
    }
}

#[test]
fn what_verifies_every_change_of_a_finding_is_said_once() {
    let session = with(&[include_str!("../../assets/samples/vllm-kv-bound-1.prom")]);
    let finding = &session.report().unwrap().bottlenecks[0];
    assert!(finding.actions.len() > 1);
    let verify = finding.actions[0].verify.as_str();
    assert!(finding.actions.iter().all(|action| action.verify == verify), "the same for all of them");
    assert_eq!(session.draw(Part::Main, true).all_text().replace('\u{a0}', " ").matches(verify).count(), 1);
    assert_eq!(session.markdown().matches(verify).count(), 1);
    assert_eq!(session.json().matches(verify).count(), finding.actions.len(), "each action keeps its own in the JSON");
}

#[test]
fn an_empty_page_opened_with_a_later_dump_of_tgi_is_where_it_began_to_count() {
    let served = "# TYPE tgi_request_success counter\ntgi_request_success 60\n\
                  # TYPE tgi_batch_current_size gauge\ntgi_batch_current_size 1\n\
                  # TYPE tgi_queue_size gauge\ntgi_queue_size 0\n";
    let file = |name: &str, at: f64, content: &str| Incoming { at: Some(at), origin: Origin::File, ..text(name, content) };
    let mut session = Session::new();
    session.accept(vec![file("later", 1_795_500_060.0, served), file("empty", 1_795_500_000.0, "\n")]);
    assert_eq!(names(&session), ["empty", "later"]);
    assert!(session.json().contains("\"mode\":\"window\""));

    let mut session = Session::new();
    session.accept(vec![file("empty", 1_795_500_000.0, ""), file("later", 1_795_500_000.2, served)]);
    assert_eq!(names(&session), ["empty", "later"], "files that were copied together stand in the order they were given");

    // Saved with their headers, whose dates order them whatever the files say: 2026-11-24T05:59:00Z is a minute before 06:00:00Z.
    let answer = |date: &str, body: &str| format!("HTTP/1.1 200 OK\r\ndate: Tue, 24 Nov 2026 {date} GMT\r\n\r\n{body}");
    let mut session = Session::new();
    let (empty, later) = (answer("05:59:00", ""), answer("06:00:00", served));
    session.accept(vec![file("later", 1_795_600_000.0, &later), file("empty", 1_795_600_000.1, &empty)]);
    assert_eq!(names(&session), ["empty", "later"], "{}", said(&session));
    assert!(session.json().contains("\"seconds\":60"), "{}", session.json());

    let mut session = Session::new();
    session.accept(vec![file("empty", 1_795_500_000.0, ""), file("vllm", 1_795_500_060.0, SLOTS[0])]);
    assert_eq!(names(&session), ["vllm"], "of another server an empty page says nothing");
    assert!(said(&session).contains("empty"), "but that it was not loaded is said: {}", said(&session));
}
