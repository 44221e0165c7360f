//! Texts as people paste them in issues, chats and reports: broken, prefixed by services, on one line, or no text at all.

use crate::reading_support::{clean_text, samples};
use servescope::exposition::ProblemKind::{self, *};
use servescope::exposition::{Parsed, parse};

fn kinds(parsed: &Parsed) -> Vec<(ProblemKind, u32)> {
    parsed.problems.iter().map(|problem| (problem.kind, problem.line)).filter(|(kind, _)| *kind != SurroundingBlanks).collect()
}

/// Reads a noisy text, which must have the samples of the clean one.
#[track_caller]
fn same_samples(noisy: &str) -> Parsed {
    let parsed = parse(noisy.as_bytes());
    let expected = parse(clean_text().as_bytes());
    let found: Vec<_> = parsed.scrapes.iter().flat_map(samples).collect();
    assert_eq!(found, samples(&expected.scrapes[0]), "{:?}", parsed.problems);
    parsed
}

/// Changes each line of the clean text.
fn each_line(change: impl Fn(usize, &str) -> String) -> String {
    clean_text().lines().enumerate().map(|(index, line)| change(index, line) + "\n").collect()
}

fn values(parsed: &Parsed) -> Vec<f64> {
    parsed.scrapes.iter().flat_map(|scrape| scrape.samples().map(|sample| sample.value())).collect()
}

#[test]
fn numbers_broken_in_the_first_lines_of_a_text_are_whole_again() {
    let broken =
        "# TYPE tokens counter\ntokens{model=\"falcon\"} 8.1289\n02e+06\nothers{model=\"falcon\"} 0.0075\n64\nx{model=\"falcon\"} 1\n";
    let parsed = parse(broken.as_bytes());
    assert_eq!(values(&parsed), [8_128_902.0, 0.007564, 1.0]);
    assert_eq!(kinds(&parsed), [(WrappedLine, 3), (WrappedLine, 5)]);
}

#[test]
fn a_line_of_digits_changes_no_number_where_the_text_is_not_broken_to_a_width() {
    let alone = "tokens{model=\"falcon\"} 8.1289\n02\nx 1\n";
    let wider_later = "tokens{model=\"falcon\"} 8.1289\n02\nothers{model=\"falcon\"} 0.0075\n64\nx{model=\"falcon\",le=\"+Inf\"} 10000\n";
    for (text, expected, lines) in [(alone, vec![8.1289, 1.0], vec![2]), (wider_later, vec![8.1289, 0.0075, 10000.0], vec![2, 4])] {
        let parsed = parse(text.as_bytes());
        assert_eq!(values(&parsed), expected);
        assert_eq!(kinds(&parsed), lines.iter().map(|line| (BadLine, *line)).collect::<Vec<_>>());
    }
}

#[test]
fn prefixes_of_services_and_pods_are_taken_off() {
    let prefixes = [
        "Nov 24 07:50:01 gpu01 vllm[1234]: ",
        "Nov  4 07:50:01 gpu01 python3: ",
        "falcon-7d9f-abcde engine ",
        "2025-11-24T07:50:01.123000+00:00 ecs/falcon/abc ",
    ];
    for prefix in prefixes {
        let parsed = same_samples(&each_line(|_, line| format!("{prefix}{line}")));
        assert!(kinds(&parsed).iter().all(|(kind, _)| *kind == LogPrefix), "{prefix}: {:?}", parsed.problems);
    }
}

#[test]
fn an_empty_line_behind_a_prefix_is_no_bad_line() {
    for prefix in ["metrics.txt:12:", "falcon-1  | ", "[pod/falcon-0/engine] ", "2025-11-24T07:50:01.123456789Z ", "7\t", "+", "> "] {
        let text = each_line(|index, line| if index % 3 == 2 { format!("{prefix}{line}\n{prefix}") } else { format!("{prefix}{line}") });
        let parsed = same_samples(&text);
        assert!(
            kinds(&parsed).iter().all(|(kind, _)| matches!(kind, LogPrefix | LineNumber | QuotePrefix)),
            "{prefix}: {:?}",
            parsed.problems
        );
    }
    let parsed = parse(b"x_total 1\nmetrics.txt:\n");
    assert_eq!(kinds(&parsed), [(BadLine, 2)], "nothing else in the text has this prefix");
}

#[test]
fn what_a_pager_or_a_recorder_prints_is_named() {
    let clean = clean_text();
    for (text, kind) in [
        (format!("{clean}~\n~\n(END)\n"), LeftOut),
        (format!("Every 2.0s: curl -s localhost:8000/metrics      gpu01: Mon Nov 24 07:50:01 2025\n\n{clean}"), ShellPrompt),
        (
            format!("Script started on 2025-11-24 07:50:01+00:00 [TERM=\"xterm\"]\n{clean}\nScript done on 2025-11-24 07:50:09+00:00\n"),
            ShellPrompt,
        ),
    ] {
        assert!(kinds(&same_samples(&text)).iter().all(|(found, _)| *found == kind), "{text}");
    }
}

/// What a program prints of a string: JSON, Python, Go.
fn escaped(quote: char) -> String {
    let text = clean_text().replace('\\', "\\\\").replace('\n', "\\n");
    text.replace(quote, &format!("\\{quote}"))
}

#[test]
fn a_text_inside_a_string_of_a_program_is_read() {
    for text in [
        format!("\"{}\"", escaped('"')),
        format!("{{\"status\": 200, \"body\": \"{}\"}}", escaped('"')),
        format!("b'{}'", escaped('\'')),
        escaped('\''),
    ] {
        assert_eq!(kinds(&same_samples(&text)), [(LostLineEnds, 1)], "{text}");
    }
}

#[test]
fn a_text_whose_line_ends_became_blanks_is_read() {
    let parsed = same_samples(&clean_text().replace('\n', " "));
    assert_eq!(kinds(&parsed), [(LostLineEnds, 1)]);
    let parsed = parse(b"# HELP x_total Seen as # TYPE of thing in a text.\n# TYPE x_total counter\nx_total 3\n");
    assert_eq!((values(&parsed), kinds(&parsed)), (vec![3.0], vec![]), "a help text may speak of types");
}

#[test]
fn lines_of_a_table_or_of_a_list_in_a_program_are_read() {
    same_samples(&each_line(|_, line| format!("| {line} |")));
    same_samples(&each_line(|_, line| format!("    \"{}\",", line.replace('\\', "\\\\").replace('"', "\\\""))));
}

#[test]
fn the_end_of_a_string_stuck_to_the_last_value_is_taken_off() {
    for end in ["`", "`;", "\"\"\"", "\");"] {
        let parsed = same_samples(&format!("{}{end}\n", clean_text().trim_end()));
        assert_eq!(kinds(&parsed).iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [PromptAfterValue], "{end}");
    }
}

/// Found by fuzzing: rows that were merged as stray duplicates were taken from the next part once more.
#[test]
fn stray_duplicates_around_a_declaration_are_counted_once() {
    let row = |label: &str| format!("room{{seat=\"{label}\"}} 1\n");
    let before: String = ["z", "p", "q", "r"].iter().map(|label| row(label)).collect();
    let after: String = ["a", "b", "c", "d", "e", "p", "f", "q", "r"].iter().map(|label| row(label)).collect();
    let parsed = parse(format!("{before}# TYPE room gauge\n{after}").as_bytes());
    assert_eq!(parsed.scrapes.len(), 1);
    assert_eq!(kinds(&parsed), [(RepeatedSeries, 11), (RepeatedSeries, 13), (RepeatedSeries, 14)]);
    assert_eq!(parsed.scrapes[0].len(), 10);
}

#[test]
fn files_that_are_no_text_are_named() {
    let files: [(&[u8], &str); 7] = [
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00", "gzip"),
        (b"PK\x03\x04\x14\x00\x00\x00\x08\x00metrics.txt", "zip"),
        (b"\x28\xb5\x2f\xfd\x24\x05\x29\x00\x00hello", "Zstandard"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "PNG"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "PDF"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00\x00", "program"),
        (b"\x9e\x01\n\x12x_running\x12\x05hello\x18\x01\"\x15\n\x0f\n\nmodel\x12\x01m\x12\t\t\0\0\0\0\0\0\x08@", "not text"),
    ];
    for (bytes, word) in files {
        let parsed = parse(bytes);
        assert_eq!(parsed.problems.iter().filter(|problem| problem.kind == BinaryFile).count(), 1, "{word}");
        let first = &parsed.problems[0];
        assert!(first.line == 1 && first.sentence.contains(word), "{first:?}");
    }
    assert!(parse(clean_text().as_bytes()).problems.is_empty());
}
