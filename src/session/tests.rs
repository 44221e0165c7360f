use super::*;
use crate::protocol::{Arriving, Chip, Command, Document, Origin, Outcome as Told, Purpose, RawQuery, RawRow, RawRows, TargetRow, Update};
use crate::view::findings::{Advice, advice};
use crate::view::verdict;

const SLOTS: [&str; 2] =
    [include_str!("../../assets/samples/vllm-slot-bound-1.prom"), include_str!("../../assets/samples/vllm-slot-bound-2.prom")];
const TGI: &str = include_str!("../../assets/samples/tgi-overload-1.prom");

fn text(name: &str, text: &str) -> Incoming {
    Incoming::of(name.to_owned(), None, Origin::Pasted, text.as_bytes().to_vec())
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

/// Everything that is said of the texts.
fn said(session: &Session) -> String {
    match &session.message {
        None => String::new(),
        Some(Message::Plain { sentence, .. }) => sentence.clone(),
        Some(Message::Rejected { name, sentence, hint, problems, .. }) => {
            let problems: Vec<&str> = problems.iter().map(|(_, sentence)| sentence.as_str()).collect();
            format!("{name} was not loaded. {sentence} {hint} {}", problems.join(" "))
        }
    }
}

/// What stands at the top of the report, in words.
fn top(session: &Session) -> String {
    let report = session.report().expect("there is a report");
    let facts = verdict::facts(report).into_iter().map(|fact| format!("{} {} {}", fact.label, fact.value, fact.after));
    let step = verdict::first_to_do(report).map_or("", |finding| finding.recommendation.as_str());
    let rest = [report.headline.text.as_str(), step, &report.standing.sentence, verdict::state(report).unwrap_or_default()];
    rest.into_iter().map(str::to_owned).chain(facts).chain(report.scope.clone()).collect::<Vec<String>>().join("\n")
}

fn is_reported(session: &Session) -> bool {
    session.report().is_some()
}

fn chip(session: &Session) -> Chip {
    session.loaded.chips().remove(0)
}

fn set_time(session: &mut Session, at: Option<f64>) {
    let text = chip(session).id;
    session.apply(Command::SetTime { text, at });
}

fn told(updates: &[Update]) -> (&Report, &crate::protocol::Summary) {
    let told = updates
        .iter()
        .find_map(|update| if let Update::Outcome(Told::Report(report, summary)) = update { Some((report, summary)) } else { None });
    let (report, summary) = told.expect("a report is told");
    (report, summary)
}

#[test]
fn a_text_gives_a_report_and_what_the_page_needs_beside_it() {
    let session = with(&SLOTS);
    let updates = session.everything();
    let (report, summary) = told(&updates);
    assert_eq!(Some(report), session.report());
    assert!(summary.targets.len() > 1 && summary.assumed.is_some(), "{summary:?}");
    let [score, sentence] = verdict::announcement(report);
    assert!(score.contains("of 100") && !sentence.is_empty(), "{score} {sentence}");
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
    assert_eq!(session.everything(), [Update::Texts(Vec::new()), Update::Outcome(Told::Empty), Update::Message(None)]);
    assert!(session.is_untouched());
    assert_eq!((session.markdown(), session.json()), (String::new(), String::new()));
}

#[test]
fn another_server_is_looked_at_and_what_was_there_is_kept() {
    let mut session = with(&[SLOTS[0], TGI]);
    assert_eq!(names(&session), ["dump 0", "dump 1"]);
    assert!(said(&session).contains("dump 1 is of another server"), "{}", said(&session));
    assert!(session.json().contains("\"instance_type\":\"tgi\",\"timestamp\""));
    session.apply(Command::Undo);
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
    for (session, was_kept) in [(with(&[page]), false), (with(&[SLOTS[0], page]), true)] {
        assert_eq!(said(&session).matches("This is a web page").count(), 1, "{}", said(&session));
        assert!(matches!(&session.message, Some(Message::Rejected { kept, excerpt, .. }) if *kept == was_kept && excerpt.len() == 2));
    }
}

#[test]
fn reports_that_leave_keep_plain_spaces() {
    let session = with(&SLOTS);
    for report in [session.markdown(), session.json()] {
        assert!(report.contains('%') && !report.contains('\u{a0}'));
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
    session.apply(Command::Clear);
    assert!(session.loaded.is_empty());
    session.apply(Command::Undo);
    assert_eq!(names(&session).len(), 2);
    assert!(is_reported(&session));
}

#[test]
fn ids_are_never_given_twice() {
    let ids = |session: &Session| -> Vec<u32> { session.loaded.chips().iter().map(|chip| chip.id).collect() };
    let mut session = with(&[SLOTS[0], TGI]);
    let replaced = ids(&session)[0];
    session.apply(Command::Undo);
    session.accept(vec![text("dump 2", SLOTS[1])]);
    assert!(ids(&session)[1] > replaced, "{:?} after {replaced}", ids(&session));
}

#[test]
fn a_field_changes_the_report_at_once_and_a_wrong_one_says_why() {
    let mut session = with(&SLOTS);
    let mut targets = told(&session.everything()).1.targets.clone();
    let count = targets.len();
    let mut configure = |targets: &[TargetRow]| {
        let updates = session.apply(Command::Configure(Settings { targets: Some(targets.to_vec()), ..Settings::default() })).updates;
        (session.checks(), updates.len(), session.report().expect("a report").slo_statuses.clone())
    };
    targets[0].value = "45 s".to_owned();
    let (checks, told, services) = configure(&targets);
    assert!(services[0].target.target_value == 45.0 && checks.targets.is_empty());
    assert_eq!(told, 2, "the form and a new report");
    targets[0].value = "45 parsecs".to_owned();
    let (checks, _, services) = configure(&targets);
    assert!(
        matches!(checks.targets.as_slice(), [(0, crate::protocol::Field::Value, sentence)] if sentence.contains("“parsecs” is not a unit"))
    );
    assert_eq!(services.len(), count - 1, "the others are still judged");
    targets.remove(0);
    let (checks, told, _) = configure(&targets);
    assert!(checks.targets.is_empty());
    assert_eq!(told, 1, "a target that was left out before changes no report");
}

#[test]
fn times_make_a_window() {
    let mut session = with(&SLOTS);
    for (chip, at) in session.loaded.chips().iter().zip([1000.0, 1060.0]) {
        session.apply(Command::SetTime { text: chip.id, at: Some(at) });
    }
    assert!(top(&session).contains("60 s"));
}

fn rows(session: &mut Session, query: RawQuery) -> RawRows {
    let mut updates = session.apply(Command::ShowRaw(query)).updates;
    match updates.remove(0) {
        Update::Raw(rows) => rows,
        other => panic!("{other:?}"),
    }
}

fn text_of(row: &RawRow) -> String {
    let spans = match row {
        RawRow::Family { name, .. } => name,
        RawRow::Line { content, .. } => content,
    };
    spans.iter().map(|span| span.text.as_str()).collect()
}

#[test]
fn the_lines_of_a_text_are_told_by_range_whole_and_numbered() {
    let mut session = with(&[SLOTS[0]]);
    let lines: Vec<&str> = SLOTS[0].lines().collect();
    let told = rows(&mut session, RawQuery { id: 7, as_text: true, rows: 40..60, ..RawQuery::default() });
    assert_eq!((told.id, told.first, told.count as usize, told.rows.len()), (7, 40, lines.len(), 20));
    for (at, row) in (40..).zip(&told.rows) {
        assert!(matches!(row, RawRow::Line { number, .. } if *number as usize == at + 1));
        assert_eq!(text_of(row), lines[at]);
    }
    let beyond = rows(&mut session, RawQuery { as_text: true, rows: lines.len() as u32 - 2..u32::MAX, ..RawQuery::default() });
    assert_eq!(beyond.rows.len(), 2);
}

#[test]
fn a_family_opens_and_a_search_leaves_what_matches() {
    let mut session = with(&[SLOTS[0]]);
    let all = 0..u32::MAX;
    let closed = rows(&mut session, RawQuery { rows: all.clone(), ..RawQuery::default() });
    assert_eq!(closed.count, closed.families);
    let RawRow::Family { key, open: false, .. } = closed.rows[3].clone() else { panic!("{:?}", closed.rows[3]) };
    let open = rows(&mut session, RawQuery { open: vec![key], rows: all.clone(), ..RawQuery::default() });
    assert!(open.count > closed.count);
    assert!(matches!(open.rows[3], RawRow::Family { open: true, .. }) && matches!(open.rows[4], RawRow::Line { .. }));
    let found = rows(&mut session, RawQuery { search: "waiting".to_owned(), rows: all.clone(), ..RawQuery::default() });
    assert!(found.count > 0 && found.count < closed.count);
    let marked = |row: &RawRow| matches!(row, RawRow::Family { name, .. } if name.iter().any(|span| span.found && span.text == "waiting"));
    assert!(found.rows.iter().any(marked));
    let none = rows(&mut session, RawQuery { search: "no such thing at all".to_owned(), rows: all, ..RawQuery::default() });
    assert_eq!((none.count, none.rows.len()), (0, 0));
}

#[test]
fn rows_are_of_the_text_that_was_chosen_and_none_where_there_is_none() {
    let mut session = with(&SLOTS);
    let first = |session: &mut Session, text| {
        let told = rows(session, RawQuery { text, as_text: true, rows: 0..u32::MAX, ..RawQuery::default() });
        (told.text, told.rows.iter().map(text_of).collect::<Vec<String>>().join("\n") + "\n")
    };
    assert_eq!(first(&mut session, Some(0)), (0, SLOTS[0].to_owned()));
    assert_eq!(first(&mut session, None), (1, SLOTS[1].to_owned()));
    assert_eq!(first(&mut session, Some(9)).0, 1, "beyond the last one it is the last one");
    session.apply(Command::Clear);
    assert_eq!(rows(&mut session, RawQuery { rows: 0..9, ..RawQuery::default() }).count, 0);
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
    let mut session = Session::new();
    session.accept(vec![Incoming { at: Some(1_795_500_000.0), origin: Origin::File, ..text("one", SLOTS[0]) }]);
    assert!(chip(&session).hinted);
    assert!(session.json().contains("The file says 2026-11-24T06:00:00Z"), "{}", session.json());
    assert!(!session.json().contains("requests finished per second"));
    session.apply(Command::ConfirmTimes);
    assert!(!chip(&session).hinted && chip(&session).at == Some(1_795_500_000.0));
    assert!(session.json().contains("requests finished per second"));
}

#[test]
fn a_date_inside_the_text_is_shown_and_no_other_time_is_offered() {
    let answered = format!("HTTP/1.1 200 OK\r\ndate: Tue, 24 Nov 2026 06:00:00 GMT\r\n\r\n{}", SLOTS[0]);
    for origin in [Origin::File, Origin::Pasted] {
        let mut session = Session::new();
        session.accept(vec![Incoming { at: Some(1_895_500_000.0), origin, ..text("one", &answered) }]);
        assert!(chip(&session).clock == Some(crate::protocol::Clock::Answer) && !chip(&session).hinted);
        session.apply(Command::ConfirmTimes);
        assert!(session.json().contains("2026-11-24T06:00:00Z"));
        set_time(&mut session, Some(1_795_500_600.0));
        assert!(chip(&session).clock.is_none() && session.json().contains("2026-11-24T06:10:00Z"));
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
            assert!(chip(&session).clock == Some(crate::protocol::Clock::Samples) && !chip(&session).hinted);
            assert_eq!(chip(&session).at, Some(1_795_500_000.0));
            assert!(session.json().contains("\"timestamp\":\"2026-11-24T06:00:00Z\""));
            set_time(&mut session, Some(1_795_500_600.0));
            assert!(chip(&session).clock.is_none() && session.json().contains("2026-11-24T06:10:00Z"));
        }
    }
    let fetched = Incoming { at: Some(1_795_500_030.0), origin: Origin::Fetched, ..text("one", &stamp("1795500000000")) };
    let mut session = Session::new();
    session.accept(vec![fetched]);
    assert_eq!(chip(&session).clock, None, "what is told stands above the text");
    assert!(session.json().contains("\"timestamp\":\"2026-11-24T06:00:30Z\""));
}

#[test]
fn typing_a_time_takes_the_place_of_what_the_file_says() {
    let mut session = Session::new();
    session.accept(vec![Incoming { at: Some(1_795_500_000.0), origin: Origin::File, ..text("one", SLOTS[0]) }]);
    set_time(&mut session, Some(1_795_500_600.0));
    assert!(session.json().contains("2026-11-24T06:10:00Z"));
    set_time(&mut session, None);
    assert_eq!(chip(&session).at, None, "cleared is no time, not that of the file");
}

#[test]
fn a_symptom_is_called_a_symptom_and_its_step_is_short() {
    // Requests wait at a usual batch size far from every limit that one dump could show.
    let waits = "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{model_name=\"m\"} 37\n\
                 # TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting{model_name=\"m\"} 90\n\
                 # TYPE vllm:kv_cache_usage_perc gauge\nvllm:kv_cache_usage_perc{model_name=\"m\"} 0.3\n\
                 # TYPE vllm:num_preemptions counter\nvllm:num_preemptions_total{model_name=\"m\"} 0\n";
    let session = with(&[waits]);
    let top = top(&session);
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
    let fleet = top(&with(&[&(pod("a") + &pod("b"))]));
    assert!(fleet.contains("This report is of one of 2 instances in the text."), "{fleet}");
    assert!(fleet.contains("instance a"), "{fleet}");
    assert_eq!(fleet.matches("m7").count(), 1, "the model stands once: {fleet}");
    let one = top(&with(&[&pod("a")]));
    assert!(!one.contains("instances in the text"), "{one}");
}

#[test]
fn a_server_without_a_name_is_not_given_one() {
    let top = top(&with(&["tgi_queue_size 0\ntgi_batch_current_size 3\n"]));
    assert!(top.contains("TGI") && !top.contains("this server"), "{top}");
}

#[test]
fn a_note_that_turns_no_setting_has_a_next_step() {
    let session = with(&["tgi_queue_size 0\ntgi_batch_current_size 0\ntgi_request_success 3\n"]);
    let note = &session.report().expect("a report").bottlenecks[0];
    assert!(advice(note) == Advice::NextStep && note.recommendation.starts_with("Take the dump while"), "{note:?}");
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
        let session = with(&[content]);
        let Outcome::Refused(error) = &session.outcome else { panic!("{content} gives a report") };
        let (headline, rest) = crate::metrics::first_sentence(&error.sentence);
        assert!(headline.chars().count() <= 60 && headline.ends_with('.'), "{headline}");
        assert!(rest.len() + error.hint.len() > 60, "{rest} {}", error.hint);
    }
}

#[test]
fn what_verifies_every_change_of_a_finding_is_said_once() {
    let session = with(&[include_str!("../../assets/samples/vllm-kv-bound-1.prom")]);
    let finding = &session.report().unwrap().bottlenecks[0];
    assert!(finding.actions.len() > 1);
    let verify = finding.actions[0].verify.as_str();
    assert!(finding.actions.iter().all(|action| action.verify == verify), "the same for all of them");
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

fn arriving(name: &str, content: &[u8]) -> Arriving {
    Arriving { name: name.to_owned(), at: None, origin: Origin::File, bytes: content.len() as u64 }
}

/// Reads texts as the worker does, in pieces of this size.
fn read(session: &mut Session, texts: &[(&str, &[u8])], piece: usize) -> Vec<Update> {
    let mut updates = session.apply(Command::Read(texts.iter().map(|(name, content)| arriving(name, content)).collect())).updates;
    for (_, content) in texts {
        for piece in content.chunks(piece) {
            match session.receive(piece.to_vec()) {
                Some(reply) => updates.extend(reply.updates),
                None => break,
            }
        }
        updates.extend(session.end_of_text(true).updates);
    }
    updates
}

#[test]
fn texts_in_pieces_are_what_they_are_at_once() {
    let whole = with(&SLOTS).json();
    for piece in [1_000_000, 4096, 77] {
        let mut session = Session::new();
        let updates = read(&mut session, &[("dump 0", SLOTS[0].as_bytes()), ("dump 1", SLOTS[1].as_bytes())], piece);
        assert!(session.json() == whole, "in pieces of {piece}");
        assert_eq!(updates.last(), Some(&Update::Reading(None)));
        assert_eq!(session.loaded.chips().iter().map(|chip| chip.bytes).collect::<Vec<u64>>(), SLOTS.map(|text| text.len() as u64));
    }
}

#[test]
fn how_far_a_long_reading_has_come_is_told_and_it_can_be_given_up() {
    let mut session = with(&[SLOTS[0]]);
    let long = vec![b'\n'; 9_000_000];
    session.apply(Command::Read(vec![arriving("long", &long)]));
    let told = session.receive(long[..4_000_000].to_vec()).expect("it is wanted").updates;
    assert_eq!(told, [Update::Reading(Some(crate::protocol::Progress { read: 4_000_000, total: 9_000_000 }))]);
    session.apply(Command::Cancel);
    assert_eq!(session.receive(long[4_000_000..].to_vec()), None, "the rest is not wanted");
    assert_eq!(session.end_of_text(true).updates, []);
    assert_eq!(names(&session), ["dump 0"], "what was there stays");
    read(&mut session, &[("dump 1", SLOTS[1].as_bytes())], 4096);
    assert_eq!(names(&session), ["dump 0", "dump 1"], "and more can come");
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_loaded() {
    let mut session = Session::new();
    session.apply(Command::Read(vec![arriving("folder", b""), arriving("dump", SLOTS[0].as_bytes())]));
    session.end_of_text(false);
    session.receive(SLOTS[0].as_bytes().to_vec());
    session.end_of_text(true);
    assert_eq!(names(&session), ["dump"]);
    assert!(said(&session).contains("folder could not be read"), "{}", said(&session));

    let mut session = Session::new();
    read(&mut session, &[("dump.gz", b"\x1f\x8b\x08 and so on")], 4096);
    assert!(said(&session).contains("dump.gz is compressed") && session.loaded.is_empty(), "{}", said(&session));
}

#[test]
fn an_answer_that_holds_no_metrics_is_told_to_the_one_who_fetched_it() {
    let mut session = with(&[SLOTS[0]]);
    let page = b"\n<!DOCTYPE html>\n<html></html>\n";
    let fetched = Arriving { origin: Origin::Fetched, ..arriving("http://x/metrics", page) };
    session.apply(Command::Read(vec![fetched]));
    session.receive(page.to_vec());
    let updates = session.end_of_text(true).updates;
    let told = updates.iter().find(|update| matches!(update, Update::NotMetrics { first_line, .. } if first_line == "<!DOCTYPE html>"));
    assert!(told.is_some(), "{updates:?}");
    assert_eq!((said(&session).as_str(), names(&session)), ("", vec!["dump 0".to_owned()]));
}

#[test]
fn a_script_gets_the_report_of_its_request_and_the_page_keeps_its_own() {
    let mut session = with(&[SLOTS[0]]);
    let before = session.json();
    session.apply(Command::Analyze { id: 3 });
    session.receive(b"{\"snapshots\": ".to_vec());
    session.receive(b"[]}".to_vec());
    let reply = session.end_of_text(true);
    assert_eq!(reply.updates, [Update::Answered { id: 3 }]);
    assert!(reply.beside.is_some_and(|answer| answer.contains("\"error\"")));
    assert_eq!(session.json(), before);
}

#[test]
fn documents_travel_beside_the_word_that_they_are_there() {
    let mut session = with(&[SLOTS[0]]);
    for (document, ending, text) in [(Document::Markdown, ".md", session.markdown()), (Document::Json, ".json", session.json())] {
        let reply = session.apply(Command::Export(document, Purpose::Save));
        assert_eq!(reply.beside, Some(text));
        assert!(matches!(reply.updates.as_slice(), [Update::Exported { name, .. }] if name.ends_with(ending)));
    }
}

#[test]
fn every_rule_is_told_in_its_own_words() {
    let [Update::Rules(rules)] = &Session::new().apply(Command::ListRules).updates[..] else { panic!("no rules") };
    assert!(rules.len() > 40);
    assert!(rules.iter().all(|rule| !rule.title.is_empty() && !rule.sees.is_empty() && !rule.servers.is_empty()));
}
