//! Every message comes back as it was written.

use super::*;
use crate::request::RequestError;

fn settings() -> Settings {
    Settings {
        backend: "vllm".to_owned(),
        instance: "a".to_owned(),
        preset: "chat".to_owned(),
        profile: "classic".to_owned(),
        score: "apdex".to_owned(),
        targets: Some(vec![TargetRow { id: 3, metric: "ttft.p95".to_owned(), comparison: "<=".to_owned(), value: "1 s".to_owned() }]),
        thresholds: [("ttft_seconds".to_owned(), "200 ms".to_owned()), ("queue_size".to_owned(), "many".to_owned())].into_iter().collect(),
        span: Some([45.0, 65.0]),
    }
}

fn arriving(origin: Origin) -> Arriving {
    Arriving { name: "ü.prom".to_owned(), at: Some(1_795_500_000.25), origin, bytes: 5_000_000_000 }
}

fn report() -> crate::report::Report {
    report_of(include_bytes!("../../assets/samples/vllm-slot-bound-1.prom"))
}

/// Of another server, and with problems.
fn other() -> crate::report::Report {
    report_of(&[include_bytes!("../../assets/samples/tgi-overload-1.prom").as_slice(), b"some words\n"].concat())
}

fn report_of(text: &[u8]) -> crate::report::Report {
    let parsed = crate::exposition::parse(text);
    let input = crate::analyze::Input { name: "a".to_owned(), at: Some(1.8e9), hint: None, parsed };
    crate::analyze::analyze(&[input], &crate::analyze::Options::default()).expect("a report")
}

/// Each variant once; the match makes the compiler ask for a new one.
fn commands() -> Vec<Command> {
    let all = vec![
        Command::Read([Origin::Pasted, Origin::File, Origin::Fetched, Origin::Sample].map(arriving).into()),
        Command::Cancel,
        Command::Remove(7),
        Command::SetTime { text: 7, at: None },
        Command::SetTime { text: 7, at: Some(-1.5) },
        Command::ConfirmTimes,
        Command::Clear,
        Command::Undo,
        Command::Dismiss,
        Command::Configure(settings()),
        Command::ShowRaw(RawQuery {
            id: 1,
            text: Some(2),
            as_text: true,
            search: "a b".to_owned(),
            open: vec!["up".to_owned()],
            rows: 3..u32::MAX,
        }),
        Command::ListRules,
        Command::Export(Document::Markdown, Purpose::Copy),
        Command::Export(Document::Json, Purpose::Save),
        Command::Analyze { id: u32::MAX },
    ];
    for command in &all {
        match command {
            Command::Read(_) | Command::Cancel | Command::Remove(_) | Command::SetTime { .. } | Command::ConfirmTimes | Command::Clear => {}
            Command::Undo | Command::Dismiss | Command::Configure(_) | Command::ShowRaw(_) | Command::ListRules => {}
            Command::Export(..) | Command::Analyze { .. } => {}
        }
    }
    all
}

fn updates() -> Vec<Update> {
    let chip =
        |clock| Chip { id: 1, name: "a".to_owned(), bytes: 60_000, origin: Origin::File, at: Some(0.1), hinted: true, clock, problems: 2 };
    let span = |mark| Span { text: "x{a=\"1\"}".to_owned(), mark, found: true };
    let spans = [Mark::Comment, Mark::Name, Mark::Labels, Mark::Value].map(span).to_vec();
    let family = RawRow::Family {
        name: spans.clone(),
        kind: "gauge".to_owned(),
        help: String::new(),
        gist: "3".to_owned(),
        open: true,
        key: "x".to_owned(),
    };
    let rows = vec![family, RawRow::Line { number: 1, content: spans }];
    let text = || "a".to_owned();
    let all = vec![
        Update::Ready(crate::session::offers()),
        Update::Reading(None),
        Update::Reading(Some(Progress { read: 1, total: u64::MAX })),
        Update::Texts(vec![chip(None), chip(Some(Clock::Samples)), chip(Some(Clock::Answer))]),
        Update::Outcome(Outcome::Empty),
        Update::Outcome(Outcome::Report(
            std::sync::Arc::new(report()),
            Summary { assumed: Some(text()), targets: settings().targets.unwrap_or_default(), prints: vec![1, u32::MAX] },
        )),
        Update::Outcome(Outcome::Refused(RequestError::new("id", "sentence", "hint"))),
        Update::Message(None),
        Update::Message(Some(Message::Plain { sentence: text(), undo: true })),
        Update::Message(Some(Message::Rejected {
            name: text(),
            sentence: text(),
            hint: text(),
            problems: vec![(1, text())],
            excerpt: vec![(2, text())],
            kept: true,
        })),
        Update::Fetched,
        Update::NotMetrics { sentence: text(), hint: text(), first_line: text() },
        Update::Checked(Checks {
            targets: [Field::Metric, Field::Comparison, Field::Value].map(|field| (1, field, text())).to_vec(),
            thresholds: vec![(text(), text())],
            general: Some(text()),
        }),
        Update::Raw(RawRows { id: 1, text: 2, is_gone: true, lines: 3, families: 4, count: 5, first: 6, rows }),
        Update::Rules(vec![RuleText {
            id: text(),
            code: text(),
            title: text(),
            servers: vec![text()],
            sees: text(),
            why: text(),
            what_to_do: text(),
            falsifier: text(),
            sources: vec![text()],
        }]),
        Update::Exported { document: Document::Json, purpose: Purpose::Save, name: text() },
        Update::Answered { id: 1 },
    ];
    for update in &all {
        match update {
            Update::Ready(_) | Update::Reading(_) | Update::Texts(_) | Update::Outcome(_) | Update::Message(_) | Update::Fetched => {}
            Update::NotMetrics { .. } | Update::Checked(_) | Update::Raw(_) | Update::Rules(_) | Update::Exported { .. } => {}
            Update::Answered { .. } => {}
        }
    }
    all
}

#[test]
fn every_command_comes_back_as_it_was() {
    for command in commands() {
        assert_eq!(decode(&encode(&command)), Ok(command));
    }
}

#[test]
fn every_update_comes_back_as_it_was_alone_and_with_others() {
    for update in updates() {
        assert_eq!(decode(&encode(&update)), Ok(update));
    }
    assert_eq!(decode(&encode(&updates())), Ok(updates()));
}

#[test]
fn what_was_cut_off_or_has_more_behind_it_is_no_message() {
    for command in commands() {
        let mut bytes = encode(&command);
        for end in 0..bytes.len() {
            assert_ne!(decode::<Command>(&bytes[..end]), Ok(command.clone()), "{command:?} of {end} bytes");
        }
        bytes.push(0);
        assert_eq!(decode::<Command>(&bytes), Err(Unreadable::Damaged));
    }
}

#[test]
fn another_version_is_named() {
    let mut bytes = encode(&Command::Cancel);
    bytes[0] += 1;
    assert_eq!(decode::<Command>(&bytes), Err(Unreadable::Version(VERSION + 1)));
    assert!(Unreadable::Version(VERSION + 1).to_string().contains('2'));
}

/// What the verdict shows, which is drawn with every report, and what no card shows.
const NOT_IN_A_PART: [&str; 17] = [
    "headline",
    "schema",
    "instance_id",
    "instance_name",
    "instance_type",
    "timestamp",
    "mode",
    "profile",
    "window",
    "backend",
    "models",
    "scope",
    "state",
    "overall_health_score",
    "recommendations",
    "slo_source",
    "servers",
];

#[test]
fn a_part_that_says_something_else_has_another_print_and_one_that_says_the_same_has_not() {
    let report = report();
    let before = prints(&report);
    assert_eq!(before.len(), Part::ALL.len());
    assert!(Part::ALL.iter().enumerate().all(|(place, part)| part.place() == place && !before.contains(&0)));
    assert_eq!(prints(&report.clone()), before);
    let fields = serde_json::to_value(&report).expect("a report is JSON");
    let other = serde_json::to_value(other()).expect("a report is JSON");
    for (name, value) in fields.as_object().expect("an object") {
        if NOT_IN_A_PART.contains(&name.as_str()) || other[name] == *value {
            continue;
        }
        let mut changed = fields.clone();
        changed[name] = other[name].clone();
        let changed: crate::report::Report = serde_json::from_value(changed).expect("both are reports");
        assert_ne!(prints(&changed), before, "{name}");
    }
    let settings = crate::report::Report { slo_source_words: "By the request.".to_owned(), ..report };
    let differs: Vec<Part> = Part::ALL.into_iter().filter(|part| prints(&settings).get(part.place()) != before.get(part.place())).collect();
    assert_eq!(differs, [Part::Services]);
}
