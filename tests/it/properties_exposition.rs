//! Laws of reading that hold for any text.

use crate::reading_support::damage::{apply, damage};
use crate::reading_support::{Read, samples};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use servescope::exposition::{Format, Parsed, ProblemKind, Reader, parse, parse_strict};
use servescope::metrics::Kind;

/// A family with its series: labels and value of each.
#[derive(Debug, Clone)]
struct Family {
    name: String,
    kind: &'static str,
    help: String,
    series: Vec<(Vec<(String, String)>, f64)>,
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), (0u32..100_000).prop_map(f64::from), select(vec![0.0, -0.0, 1e-300, f64::INFINITY, f64::NAN, 1.5e10])]
}

fn label_value() -> impl Strategy<Value = String> {
    // Values that begin alike, for lines are read by comparing them with earlier ones.
    let alike = vec!["a", "ab", "abc", "ab\"", "a\\", "", "a\u{e9}", "ab,c=\"d", "a,b}{=\"c", "\\n\\", "# EOF"];
    prop_oneof![
        3 => select(alike).prop_map(str::to_owned),
        1 => "[a-z0-9./-]{0,12}",
        1 => "[ -~]{0,10}",
        1 => any::<String>(),
    ]
    .prop_map(|text| text.replace('\r', " "))
}

fn family() -> impl Strategy<Value = Family> {
    let keys = btree_set(select(vec!["engine", "model_name", "le2", "path", "_x", "reason"]), 0..4);
    let series = keys.prop_flat_map(|keys| {
        let keys: Vec<String> = keys.into_iter().map(str::to_owned).collect();
        let count = if keys.is_empty() { 1..2 } else { 1..6 };
        btree_map(vec(label_value(), keys.len()), value(), count).prop_map(move |series| {
            series.into_iter().map(|(values, value)| (keys.iter().cloned().zip(values).collect(), value)).collect::<Vec<_>>()
        })
    });
    (select(vec!["counter", "gauge", "untyped"]), "[ -~]{0,30}", series).prop_map(|(kind, help, series)| Family {
        name: String::new(),
        kind,
        help: help.trim().to_owned(),
        series,
    })
}

/// Families with distinct names, none of which is the beginning of another.
fn document() -> impl Strategy<Value = Vec<Family>> {
    (vec(family(), 1..8), any::<bool>()).prop_map(|(mut families, colon)| {
        for (index, family) in families.iter_mut().enumerate() {
            let words = ["running", "waiting", "usage_perc", "tokens_total", "latency", "blocks", "hits_total", "queue"];
            family.name = format!("{}q{index}_{}", if colon { "vllm:" } else { "" }, words[index % words.len()]);
        }
        families
    })
}

/// Names without colons, and labels without commas, equals signs, braces, escapes and blanks: what prometheus-parse can read.
fn simple_document() -> impl Strategy<Value = Vec<Family>> {
    document().prop_map(|mut families| {
        for family in &mut families {
            family.name = family.name.replace(':', "_");
            for (index, (labels, _)) in family.series.iter_mut().enumerate() {
                for (_, value) in labels {
                    *value = value
                        .chars()
                        .filter(|char| char.is_ascii_alphanumeric() || "./-".contains(*char))
                        .chain(format!("{index}").chars())
                        .collect();
                }
            }
        }
        families
    })
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('"', "\\\"")
}

fn print_sample(name: &str, labels: &[(String, String)], value: f64) -> String {
    let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}=\"{}\"", escape(value))).collect();
    let head = if labels.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", labels.join(",")) };
    match value {
        value if value.is_nan() => format!("{head} NaN"),
        value if value.is_infinite() => format!("{head} {}Inf", if value > 0.0 { '+' } else { '-' }),
        value if value.fract() == 0.0 && value.abs() < 1e15 => format!("{head} {value:.1}"),
        value => format!("{head} {value:e}"),
    }
}

fn print(document: &[Family]) -> String {
    let mut text = String::new();
    for family in document {
        text += &format!("# HELP {} {}\n# TYPE {} {}\n", family.name, escape(&family.help), family.name, family.kind);
        for (labels, value) in &family.series {
            text += &(print_sample(&family.name, labels, *value) + "\n");
        }
    }
    text
}

fn expected(document: &[Family]) -> Vec<Read> {
    let of = |family: &Family, labels: &Vec<(String, String)>, value: f64| {
        let mut labels = labels.clone();
        labels.sort();
        (family.name.clone(), labels, if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() })
    };
    document.iter().flat_map(|family| family.series.iter().map(|(labels, value)| of(family, labels, *value))).collect()
}

/// Everything that is told about a text, in a form that can be compared.
fn told(parsed: &Parsed) -> impl PartialEq + std::fmt::Debug + use<> {
    let scrapes: Vec<_> = parsed
        .scrapes
        .iter()
        .map(|scrape| {
            let times: Vec<_> = scrape.samples().map(|sample| (sample.line(), sample.timestamp_ms())).collect();
            let families: Vec<_> = scrape
                .families()
                .map(|family| (family.name().to_owned(), family.kind(), family.help().map(str::to_owned), family.line()))
                .collect();
            (samples(scrape), times, families)
        })
        .collect();
    (
        parsed.text.clone(),
        parsed.lines,
        scrapes,
        parsed.problems.clone(),
        parsed.problem_counts.clone(),
        parsed.format,
        parsed.format_reason,
    )
}

/// Lines of all sorts: good, broken, noise.
fn any_text() -> impl Strategy<Value = Vec<u8>> {
    let fragments = vec![
        "# HELP vllm:a_b A help.\n",
        "# TYPE vllm:a_b gauge\n",
        "vllm:a_b{x=\"1\"} 3.0\n",
        "vllm:a_b{x=\"1\"} 4.0\n",
        "vllm:a_b{x=\"2\",y=\"z\"} 12345.5\r\n",
        "vllm:a_b{x=\"",
        "\"} 7\n",
        "foo_bar 1 1700000000\n",
        "foo_bar 1 1700000000.5\n",
        "# EOF\n",
        "\n",
        "\r",
        "   \t",
        "\u{feff}",
        "HTTP/1.1 200 OK\n",
        "content-type: text/plain\n",
        "<html>\n",
        "</html>\n",
        "{\"status\":\"success\"}\n",
        "$ curl x\n",
        "```\n",
        "> foo_baz{a=\"b\"} 3\n",
        "12: foo_baz 3\n",
        "\u{1b}[31mfoo_red\u{1b}[0m 3\n",
        "foo_nb\u{a0}3\n",
        "\u{201c}",
        "StatusCode : 200\n",
        "RawContentLength : 1\n",
        "vllm:a_long_name_that_is_bro",
        "ken_in_two 3\n",
        "345.0\n",
        "7\n",
        "\\n# TYPE foo_e gauge\\nfoo_e 3",
        "# HELP foo_f A family whose lines all stand on one. # TYPE foo_f gauge foo_f 3 foo_f{a=\"b\"} 4\n",
        "Nov 24 07:50:01 host engine[7]: foo_s 3\n",
        "engine-7d9f main foo_p 3\n",
        "| foo_t{a=\"b\"} 3 |\n",
        "foo_q{a=\"b\"} => 3 @[1.5]\n",
        "99\n",
        "vllm:a_b{x=\"3\"}\n",
        "# TYPE vllm:a_b coun",
        "# TYPE x\n",
        "é",
        "\u{1f600}",
        "{count:17}",
        " st@0.5",
        " # {a=\"b\"} 1",
        "...\n",
        "%",
    ];
    let piece = prop_oneof![
        8 => select(fragments).prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..6),
        1 => "[ -~]{0,40}\n".prop_map(String::into_bytes),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn cut(bytes: &[u8], places: &[Index]) -> Parsed {
    let mut places: Vec<usize> = places.iter().map(|place| place.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    let mut reader = Reader::new();
    for pair in places.windows(2) {
        reader.push(&bytes[pair[0]..pair[1]]);
    }
    reader.finish()
}

proptest! {
    // Few by default, so that they cost seconds; PROPTEST_CASES asks for more.
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_printed_is_read(document in document()) {
        let parsed = parse(print(&document).as_bytes());
        prop_assert_eq!(parsed.scrapes.len(), 1);
        prop_assert_eq!(samples(&parsed.scrapes[0]), expected(&document));
        prop_assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        for (family, found) in document.iter().zip(parsed.scrapes[0].families()) {
            prop_assert_eq!(found.name(), &family.name);
            prop_assert_eq!(found.help(), Some(family.help.as_str()));
            match family.kind {
                "counter" => prop_assert_eq!(found.kind(), Kind::Counter),
                "gauge" => prop_assert_eq!(found.kind(), Kind::Gauge),
                _ => prop_assert!(!found.is_declared()),
            }
        }
        let strict = parse_strict(print(&document).as_bytes(), Format::Text004);
        prop_assert!(strict.problems.is_empty(), "{:?}", strict.problems);
    }

    #[test]
    fn every_line_is_counted(bytes in any_text()) {
        let parsed = parse(&bytes);
        prop_assert_eq!(parsed.lines as usize, parsed.text.split_terminator('\n').count());
    }

    #[test]
    fn where_the_pieces_end_changes_nothing(bytes in any_text(), places in vec(any::<Index>(), 0..12)) {
        prop_assert_eq!(told(&cut(&bytes, &places)), told(&parse(&bytes)));
    }

    #[test]
    fn where_the_pieces_of_a_broken_text_end_changes_nothing(document in document(), width in 12usize..60, places in vec(any::<Index>(), 0..30)) {
        let broken: Vec<String> = print(&document).lines().map(|line| line.chars().collect::<Vec<_>>()).flat_map(|line| {
            line.chunks(width).map(|piece| piece.iter().collect::<String>() + "\n").collect::<Vec<_>>()
        }).collect();
        let bytes = broken.concat().into_bytes();
        prop_assert_eq!(told(&cut(&bytes, &places)), told(&parse(&bytes)));
    }

    #[test]
    fn utf16_in_pieces_changes_nothing(text in any::<String>(), places in vec(any::<Index>(), 0..6), little in any::<bool>()) {
        let order = if little { u16::to_le_bytes } else { u16::to_be_bytes };
        let bytes: Vec<u8> = format!("\u{feff}foo_bar 1\n{text}").encode_utf16().flat_map(order).collect();
        let parsed = cut(&bytes, &places);
        prop_assert!(parsed.text.ends_with(&text));
        prop_assert_eq!(told(&parsed), told(&parse(&bytes)));
    }

    #[test]
    fn damage_to_some_lines_leaves_all_other_samples_unchanged(document in document(), hits in vec((any::<Index>(), damage()), 1..6)) {
        let text = print(&document);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut damaged = std::collections::BTreeSet::new();
        for (at, damage) in &hits {
            let at = at.index(lines.len());
            let line = apply(&lines[at], damage);
            // A line that became another valid sample, a certain end or the start of a page says something else; that is no damage.
            let alone = parse(line.as_bytes());
            let is_noise = alone.problems.iter().any(|problem| matches!(problem.kind, ProblemKind::HtmlPage | ProblemKind::HttpHeader | ProblemKind::PowershellObject));
            if alone.scrapes[0].is_empty() && !line.contains("EOF") && !is_noise {
                lines[at] = line;
                damaged.insert(at as u32 + 1);
            }
        }
        let parsed = parse((lines.join("\n") + "\n").as_bytes());
        prop_assert_eq!(parsed.scrapes.len(), 1);
        let clean = parse(text.as_bytes());
        let kept: Vec<Read> = samples(&clean.scrapes[0]).into_iter().zip(clean.scrapes[0].samples())
            .filter(|(_, sample)| !damaged.contains(&sample.line())).map(|(read, _)| read).collect();
        let found: Vec<Read> = samples(&parsed.scrapes[0]).into_iter().zip(parsed.scrapes[0].samples())
            .filter(|(_, sample)| !damaged.contains(&sample.line())).map(|(read, _)| read).collect();
        prop_assert_eq!(found, kept);
    }

    #[test]
    fn problems_point_at_the_lines_that_were_put_in(document in document(), junk in vec((any::<Index>(), "[a-z]{2,9} [a-z]{2,9} [a-z!]{2,9}"), 1..5)) {
        let text = print(&document);
        let mut lines: Vec<(String, bool)> = text.lines().map(|line| (line.to_owned(), false)).collect();
        for (at, line) in junk {
            lines.insert(at.index(lines.len() + 1), (line, true));
        }
        let parsed = parse(lines.iter().map(|(line, _)| line.clone() + "\n").collect::<String>().as_bytes());
        let put_in: Vec<u32> = lines.iter().enumerate().filter(|(_, (_, junk))| *junk).map(|(index, _)| index as u32 + 1).collect();
        prop_assert_eq!(parsed.problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), put_in);
        for problem in &parsed.problems {
            let [start, end] = problem.span.map(|at| at as usize);
            prop_assert_eq!(&parsed.text[start..end], lines[problem.line as usize - 1].0.as_str());
        }
        prop_assert_eq!(samples(&parsed.scrapes[0]), expected(&document));
    }

    #[test]
    fn spans_lie_in_the_text_and_in_their_line(bytes in any_text()) {
        let parsed = parse(&bytes);
        let mut before = 0;
        for problem in &parsed.problems {
            let [start, end] = problem.span.map(|at| at as usize);
            prop_assert!(parsed.text.get(start..end).is_some(), "{:?}", problem);
            let line = parsed.text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() as u32 + 1;
            prop_assert_eq!(line, problem.line, "{:?}", problem);
            prop_assert!(problem.line >= before);
            before = problem.line;
        }
    }

    #[test]
    fn two_scrapes_of_one_server_are_two(document in document(), factor in 0.5f64..2.0, separator in select(vec!["", "\n", "# EOF\n", "---\n", "$ curl -s localhost:8000/metrics\n"])) {
        let mut later = document.clone();
        for (_, value) in later.iter_mut().flat_map(|family| &mut family.series) {
            *value *= factor;
        }
        let parsed = parse(format!("{}{separator}{}", print(&document), print(&later)).as_bytes());
        prop_assert_eq!(parsed.scrapes.len(), 2);
        prop_assert_eq!(samples(&parsed.scrapes[0]), expected(&document));
        prop_assert_eq!(samples(&parsed.scrapes[1]), expected(&later));
        let families = |index: usize| parsed.scrapes[index].families().map(|family| (family.name().to_owned(), family.kind())).collect::<Vec<_>>();
        prop_assert_eq!(families(0), families(1));
    }

    #[test]
    fn line_ends_blanks_comments_and_the_order_of_labels_change_nothing(document in document()) {
        let read = |text: String| {
            let mut read = samples(&parse(text.as_bytes()).scrapes[0]);
            read.sort();
            read
        };
        let mut turned = document.clone();
        turned.iter_mut().flat_map(|family| &mut family.series).for_each(|(labels, _)| labels.reverse());
        let mut sorted = expected(&document);
        sorted.sort();
        prop_assert_eq!(&read(print(&document).replace('\n', "\r\n")), &sorted);
        prop_assert_eq!(&read(print(&document).replace('\n', " \t\n")), &sorted);
        prop_assert_eq!(&read(print(&document).replace('\n', "\n# a comment\n\n")), &sorted);
        prop_assert_eq!(&read(print(&turned)), &sorted);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in vec(any::<u8>(), 0..400)) {
        let parsed = parse(&bytes);
        prop_assert!(!parsed.scrapes.is_empty());
        for format in [Format::Text004, Format::OpenMetrics1, Format::OpenMetrics2] {
            let _ = parse_strict(&bytes, format);
        }
    }

    #[test]
    fn any_lines_are_judged_without_a_panic(bytes in any_text()) {
        for format in [Format::Text004, Format::OpenMetrics1] {
            for problem in parse_strict(&bytes, format).problems {
                prop_assert!(problem.span[0] <= problem.span[1]);
            }
        }
    }

    #[test]
    fn prometheus_parse_agrees_where_it_can_read(document in simple_document()) {
        let text = print(&document);
        let other = prometheus_parse::Scrape::parse(text.lines().map(|line| Ok(line.to_owned()))).expect("lines that can be read");
        let mut theirs: Vec<Read> = other.samples.iter().map(|sample| {
            let mut labels: Vec<(String, String)> = sample.labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            labels.sort();
            let value = match &sample.value {
                prometheus_parse::Value::Counter(value) | prometheus_parse::Value::Gauge(value) | prometheus_parse::Value::Untyped(value) => *value,
                other => panic!("no family is of this type: {other:?}"),
            };
            (sample.metric.clone(), labels, value.to_bits())
        }).collect();
        let mut ours = samples(&parse(text.as_bytes()).scrapes[0]);
        theirs.sort();
        ours.sort();
        prop_assert_eq!(ours, theirs);
    }
}
