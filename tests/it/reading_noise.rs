//! What people paste around and into metric lines: the samples stay the same, and each repair and each skipped line is named.

use crate::reading_support::{clean_text, samples};
use servescope::exposition::ProblemKind::{self, *};
use servescope::exposition::{Format, Parsed, parse, parse_strict};

/// Kinds with their lines, without what concerns blanks.
fn found(parsed: &Parsed) -> Vec<(ProblemKind, u32)> {
    parsed.problems.iter().map(|problem| (problem.kind, problem.line)).filter(|(kind, _)| *kind != SurroundingBlanks).collect()
}

/// Reads a noisy text, which must have the samples of the clean one in one scrape, and gives its problems.
fn same_samples(noisy: &[u8]) -> Parsed {
    let parsed = parse(noisy);
    let expected = parse(clean_text().as_bytes());
    assert_eq!(parsed.scrapes.len(), 1, "{:?}", parsed.problems);
    assert_eq!(samples(&parsed.scrapes[0]), samples(&expected.scrapes[0]), "{:?}", parsed.problems);
    let families =
        |parsed: &Parsed| parsed.scrapes[0].families().map(|family| (family.name().to_owned(), family.kind())).collect::<Vec<_>>();
    assert_eq!(families(&parsed), families(&expected));
    parsed
}

/// Puts something before each line of the clean text.
fn each_line(change: impl Fn(usize, &str) -> String) -> String {
    clean_text().lines().enumerate().map(|(index, line)| change(index, line) + "\n").collect()
}

fn lines() -> u32 {
    clean_text().lines().count() as u32
}

#[test]
fn byte_order_mark_and_crlf() {
    let parsed = same_samples(format!("\u{feff}{}", clean_text().replace('\n', "\r\n")).as_bytes());
    assert_eq!(found(&parsed), [(ByteOrderMark, 1), (CarriageReturn, 1)]);
}

#[test]
fn utf16_in_either_order_with_and_without_a_mark() {
    let units: Vec<u16> = clean_text().encode_utf16().collect();
    let marked: Vec<u16> = std::iter::once(0xFEFF).chain(units.iter().copied()).collect();
    for units in [units, marked] {
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!(found(&same_samples(&little)), [(Utf16, 1)]);
        assert_eq!(found(&same_samples(&big)), [(Utf16, 1)]);
    }
}

#[test]
fn bytes_that_are_no_utf8_cost_nothing_but_a_note() {
    let mut bytes = clean_text().into_bytes();
    bytes.extend(b"# a comment \xff\xfe and more\n");
    assert_eq!(found(&same_samples(&bytes)), [(InvalidUtf8, lines() + 1)]);
}

#[test]
fn leading_and_trailing_blanks() {
    let parsed = same_samples(each_line(|_, line| format!("    {line}\t ")).as_bytes());
    let kinds: Vec<ProblemKind> = parsed.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [SurroundingBlanks]);
    assert!(parsed.problems[0].sentence.contains(&format!("({} of them)", lines())), "{}", parsed.problems[0].sentence);
}

#[test]
fn shell_prompts_before_and_after() {
    for (before, after) in [
        ("$ curl -s http://localhost:8000/metrics", "$"),
        ("user@gpu-7:~$ curl -s localhost:8000/metrics", "user@gpu-7:~$"),
        ("root@vllm-0:/workspace# curl -s localhost:8000/metrics", "root@vllm-0:/workspace#"),
        ("PS C:\\Users\\me> curl.exe -s http://localhost:8000/metrics", "PS C:\\Users\\me>"),
        ("(venv) me@mac vllm % curl -s localhost:8000/metrics", "(venv) me@mac vllm %"),
        ("kubectl exec -n llm vllm-0 -- curl -s localhost:8000/metrics", "[me@login ~]$ exit"),
    ] {
        let parsed = same_samples(format!("{before}\n{}{after}\n", clean_text()).as_bytes());
        assert_eq!(found(&parsed), [(ShellPrompt, 1), (ShellPrompt, lines() + 2)], "{before}");
    }
}

#[test]
fn a_prompt_that_sticks_to_the_last_value() {
    for prompt in ["user@gpu-7:~$ ", "%", "root@vllm-0:/# "] {
        let parsed = same_samples(format!("{}{prompt}", clean_text().trim_end()).as_bytes());
        assert_eq!(found(&parsed), [(PromptAfterValue, lines())], "{prompt}");
    }
}

#[test]
fn headers_of_curl_with_option_i() {
    let head = "HTTP/1.1 200 OK\r\ndate: Tue, 04 Aug 2026 10:00:00 GMT\r\nserver: uvicorn\r\ncontent-length: 5120\r\nAge: 12\r\n\
                content-type: text/plain; version=0.0.4; charset=utf-8\r\n\r\n";
    let parsed = same_samples(format!("{head}{}", clean_text()).as_bytes());
    assert_eq!(found(&parsed), [(HttpHeader, 1), (CarriageReturn, 1)]);
    assert_eq!(&parsed.text[parsed.problems[0].span[0] as usize..][..8], "HTTP/1.1");
    assert_eq!((parsed.format, parsed.format_reason), (Format::Text004, "the Content-Type header says so"));
}

#[test]
fn messages_of_curl_with_option_v() {
    let head = "*   Trying 127.0.0.1:8000...\n* Connected to localhost (127.0.0.1) port 8000 (#0)\n> GET /metrics HTTP/1.1\n> Host: localhost:8000\n\
                > User-Agent: curl/7.88.1\n> Accept: */*\n>\n< HTTP/1.1 200 OK\n< server: uvicorn\n< content-type: text/plain; version=0.0.4\n<\n\
                { [5120 bytes data]\n";
    let parsed = same_samples(format!("{head}{}* Connection #0 to host localhost left intact\n", clean_text()).as_bytes());
    assert!(found(&parsed).iter().all(|(kind, _)| matches!(kind, HttpHeader | ShellPrompt)), "{:?}", parsed.problems);
}

#[test]
fn a_progress_meter_with_and_without_its_carriage_returns() {
    let meter = "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n";
    let rows = [
        "  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0",
        "100 52317  100 52317    0     0  8127k      0 --:--:-- --:--:-- --:--:-- 8515k",
    ];
    for joint in ["\n", "\r", "\r\n"] {
        let parsed = same_samples(format!("{meter}{}\n{}", rows.join(joint), clean_text()).as_bytes());
        assert!(
            found(&parsed).iter().all(|(kind, line)| matches!(kind, ProgressMeter | CarriageReturn) && *line <= 4),
            "{:?}",
            parsed.problems
        );
        assert!(found(&parsed).len() >= 3);
    }
}

#[test]
fn markdown_fences_and_quotes() {
    let parsed = same_samples(format!("Here are the metrics:\n\n```text\n{}```\n", clean_text()).as_bytes());
    assert_eq!(found(&parsed), [(BadLine, 1), (MarkdownFence, 3), (MarkdownFence, lines() + 4)]);
    let parsed = same_samples(each_line(|_, line| format!("> {line}")).as_bytes());
    assert_eq!(found(&parsed), (1..=lines()).map(|line| (QuotePrefix, line)).collect::<Vec<_>>());
    let parsed = same_samples(each_line(|_, line| line.replace('_', "\\_")).as_bytes());
    assert!(found(&parsed).iter().all(|(kind, _)| *kind == EscapedMarkup));
}

#[test]
fn line_numbers_of_editors_and_tools() {
    for print in [
        |index: usize, line: &str| format!("{:6}\t{line}", index + 1),
        |index: usize, line: &str| format!("{}:{line}", index + 1),
        |index: usize, line: &str| format!("{:4} | {line}", index + 1),
        |index: usize, line: &str| format!("{:4} \u{2502} {line}", index + 1),
        |index: usize, line: &str| format!("metrics.prom:{}:{line}", index + 1),
        |_: usize, line: &str| format!("./dumps/metrics.prom:{line}"),
    ] {
        let parsed = same_samples(each_line(print).as_bytes());
        assert_eq!(found(&parsed), (1..=lines()).map(|line| (LineNumber, line)).collect::<Vec<_>>(), "{}", print(0, "x"));
    }
}

#[test]
fn prefixes_of_log_viewers() {
    for prefix in [
        "2026-08-04T10:00:00.123456789Z stdout F ",
        "2026-08-04T10:00:00Z ",
        "2026-08-04 10:00:00,123 ",
        "[pod/vllm-0/vllm] ",
        "vllm-0  | ",
        "[2026-08-04 10:00:00] ",
    ] {
        let parsed = same_samples(each_line(|_, line| format!("{prefix}{line}")).as_bytes());
        assert_eq!(found(&parsed), (1..=lines()).map(|line| (LogPrefix, line)).collect::<Vec<_>>(), "{prefix}");
    }
}

#[test]
fn log_lines_between_metric_lines_are_skipped_and_listed() {
    let log = "INFO 08-04 10:00:00 [loggers.py:117] Engine 000: Avg prompt throughput: 12.1 tokens/s, Running: 3 reqs, Waiting: 0 reqs\n\
               INFO:     127.0.0.1:52114 - \"GET /metrics HTTP/1.1\" 200 OK\n";
    let text = clean_text();
    let at = text.match_indices('\n').nth(9).expect("ten lines").0 + 1;
    let parsed = same_samples(format!("{}{log}{}", &text[..at], &text[at..]).as_bytes());
    assert_eq!(found(&parsed).iter().map(|(_, line)| *line).collect::<Vec<_>>(), [11, 12]);
    assert!(parsed.problems.iter().all(|problem| !problem.repaired));
}

#[test]
fn colours_of_a_terminal() {
    let parsed = same_samples(each_line(|_, line| format!("\u{1b}[01;31m\u{1b}[K{}\u{1b}[m\u{1b}[K{}", &line[..4], &line[4..])).as_bytes());
    assert_eq!(found(&parsed), (1..=lines()).map(|line| (AnsiColour, line)).collect::<Vec<_>>());
}

#[test]
fn unusual_spaces_and_quotes() {
    let parsed = same_samples(each_line(|_, line| line.replace(' ', "\u{a0}") + "\u{200b}").as_bytes());
    assert_eq!(found(&parsed), (1..=lines()).map(|line| (UnusualSpace, line)).collect::<Vec<_>>());
    let parsed = same_samples(clean_text().replace('"', "\u{201d}").as_bytes());
    assert!(!found(&parsed).is_empty() && found(&parsed).iter().all(|(kind, _)| *kind == CurlyQuotes));
}

#[test]
fn a_page_that_a_browser_saved() {
    let head = "<html><head><meta name=\"color-scheme\" content=\"light dark\"></head><body><pre style=\"word-wrap: break-word;\">";
    let text = clean_text().replace('<', "&lt;");
    let parsed = same_samples(format!("{head}{}</pre></body></html>", text.trim_end()).as_bytes());
    assert_eq!(found(&parsed), [(Markup, 1), (PromptAfterValue, lines())]);
}

#[test]
fn an_error_page_is_named_once() {
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\nreturn 1\r\n</body>\r\n</html>\r\n";
    let parsed = parse(page.as_bytes());
    assert!(parsed.scrapes[0].is_empty());
    assert_eq!(found(&parsed), [(HtmlPage, 1), (CarriageReturn, 1)]);
    assert_eq!(parsed.problems[0].span, [0, page.trim_end().len() as u32]);
}

#[test]
fn a_json_answer_is_named_for_what_it_is() {
    let answer = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up"},"value":[1,"1"]}]}}"#;
    let pretty = "{\n  \"status\": \"success\",\n  \"data\": {\n    \"resultType\": \"vector\",\n    \"result\": []\n  }\n}\n";
    for text in [answer, pretty] {
        let parsed = parse(text.as_bytes());
        assert!(parsed.scrapes[0].is_empty());
        assert_eq!(found(&parsed), [(JsonAnswer, 1)]);
        assert!(parsed.problems[0].sentence.contains("Prometheus HTTP API"), "{}", parsed.problems[0].sentence);
    }
    let parsed = parse(br#"{"detail":"Not Found"}"#);
    assert_eq!(found(&parsed), [(JsonAnswer, 1)]);
}

#[test]
fn what_powershell_prints_of_a_response_is_named_as_not_analysable() {
    // The shape of Invoke-WebRequest's print-out: a few lines of the content, twice, and the rest left out.
    let text = "\n\nStatusCode        : 200\nStatusDescription : OK\nContent           : # HELP python_gc_objects_collected_total Objects collected during gc\n\
                \x20                   # TYPE python_gc_objects_collected_total counter\n                    python_gc_objects_collected_total{generation=\"0\"} 1.0\n\
                \x20                   python_gc_objec\u{2026}\nRawContent        : HTTP/1.1 200 OK\n                    Content-Length: 51873\n\n\
                \x20                   # HELP python_gc_objects_collected_total Objec\u{2026}\nHeaders           : {[Content-Length, System.String[]]}\n\
                RawContentLength  : 51873\n";
    let parsed = parse(text.as_bytes());
    assert!(parsed.scrapes[0].is_empty());
    assert_eq!(found(&parsed), [(PowershellObject, 3)]);
}

#[test]
fn lines_broken_to_a_width_are_joined() {
    for width in [60, 80, 100, 132] {
        let mut wrapped = String::new();
        let mut broken = 0;
        for line in clean_text().lines() {
            let chars: Vec<char> = line.chars().collect();
            broken += usize::from(chars.len() > width && !line.starts_with("# HELP"));
            for piece in chars.chunks(width) {
                wrapped.extend(piece);
                wrapped.push('\n');
            }
        }
        let parsed = same_samples(wrapped.as_bytes());
        assert!(found(&parsed).iter().all(|(kind, _)| *kind == WrappedLine), "width {width}: {:?}", parsed.problems);
        assert!(found(&parsed).len() >= broken, "width {width}");
    }
}

#[test]
fn a_value_that_an_editor_put_on_the_next_line_is_joined() {
    let text = clean_text();
    let line = text.lines().find(|line| line.contains("num_requests_running{")).expect("a gauge").to_owned();
    let parsed = same_samples(text.replace(&line, &line.replace("} ", "}\n")).as_bytes());
    assert_eq!(parsed.problem_counts, [(WrappedLine, 1)].into_iter().collect());
}

#[test]
fn a_text_that_ends_in_the_middle_of_a_line_says_so() {
    let text = clean_text();
    let whole = parse(text.as_bytes());
    let last = text.trim_end().rfind('\n').expect("several lines") + 1;
    for cut in last + 1..text.trim_end().rfind(' ').expect("a value") + 2 {
        let parsed = parse(&text.as_bytes()[..cut]);
        if parsed.scrapes[0].len() < whole.scrapes[0].len() {
            assert_eq!(found(&parsed), [(CutLine, lines())], "{:?}", &text[last..cut]);
        }
    }
}

#[test]
fn lines_that_somebody_left_out_are_named() {
    for mark in ["...", "\u{2026}", "[...]", "<snip>", "(output truncated)", "[... 120 lines omitted ...]"] {
        let parsed = same_samples(format!("{}{mark}\n", clean_text()).as_bytes());
        assert_eq!(found(&parsed), [(LeftOut, lines() + 1)], "{mark}");
    }
}

#[test]
fn a_note_behind_a_value_is_left_out_and_an_exemplar_is_not_a_note() {
    let parsed = parse(b"# TYPE a counter\na_total 3 # look here\nb_bucket{le=\"+Inf\"} 1 # {trace_id=\"x\"} 0.5 1.5\n");
    assert_eq!(found(&parsed), [(NoteAfterValue, 2)]);
    assert_eq!(parsed.scrapes[0].len(), 2);
    assert_eq!((parsed.format, parsed.format_reason), (Format::OpenMetrics1, "it has exemplars"));
}

#[test]
fn openmetrics_2_is_recognised_and_named() {
    let parsed = parse(
        b"# TYPE a counter\na 17.0 1520879607.789 st@1520430000.123\nb {count:17,sum:324789.3,bucket:[0.1:8,+Inf:17]} 1.0 st@0.5\n# EOF\n",
    );
    assert_eq!(parsed.format, Format::OpenMetrics2);
    assert_eq!(parsed.scrapes[0].len(), 1);
    assert_eq!(found(&parsed), [(OpenMetrics2, 3)]);
}

/// A field as spreadsheets write it: in quotes when it has any, and these doubled.
fn field(line: &str) -> String {
    if line.contains(['"', ',']) { format!("\"{}\"", line.replace('"', "\"\"")) } else { line.to_owned() }
}

#[test]
fn rows_of_a_table_with_doubled_quotes_are_read() {
    let parsed = same_samples(each_line(|_, line| field(line)).as_bytes());
    let rows = clean_text().lines().filter(|line| line.contains('"')).count();
    assert_eq!(found(&parsed).iter().filter(|(kind, _)| *kind == TableRow).count(), rows);
    assert!(parsed.problems.iter().all(|problem| problem.repaired), "{:?}", parsed.problems);
    // A log store's table: a time and a host before each line, every field in quotes.
    let store = |line: &str| format!("\"2026-11-24T06:00:00Z\",\"gpu-7\",\"{}\"", line.replace('"', "\"\""));
    let parsed = same_samples(each_line(|_, line| store(line)).as_bytes());
    assert_eq!(found(&parsed), (1..=lines()).map(|line| (TableRow, line)).collect::<Vec<_>>());
    // The whole text in one field.
    let parsed = same_samples(format!("\"{}\"\n", clean_text().replace('"', "\"\"")).as_bytes());
    assert_eq!(found(&parsed).iter().filter(|(kind, _)| *kind == TableRow).count(), rows);
}

#[test]
fn log_lines_in_json_are_read_and_other_ones_between_them_named() {
    let docker = |line: &str| {
        let log = serde_json::to_string(&format!("{line}\n")).expect("a text");
        format!("{{\"log\":{log},\"stream\":\"stdout\",\"time\":\"2026-11-24T06:00:00.123456789Z\"}}")
    };
    let parsed = same_samples(each_line(|_, line| docker(line)).as_bytes());
    assert_eq!(found(&parsed), (1..=lines()).map(|line| (JsonLog, line)).collect::<Vec<_>>());
    let shipped = |line: &str| format!("{{\"level\":\"info\",\"message\":{}}}", serde_json::to_string(line).expect("a text"));
    same_samples(each_line(|_, line| shipped(line)).as_bytes());
    let other = docker("INFO 11-24 06:00:00 [loggers.py:117] Engine 000: Avg prompt throughput: 12.1 tokens/s");
    let between = |index: usize, line: &str| if index == 9 { format!("{other}\n{}", docker(line)) } else { docker(line) };
    let parsed = same_samples(each_line(between).as_bytes());
    assert_eq!(found(&parsed).iter().filter(|(kind, _)| *kind == JsonAnswer).count(), 1);
    assert_eq!(found(&parsed).iter().filter(|(kind, _)| *kind == JsonLog).count() as u32, lines());
}

#[test]
fn strict_reading_reports_rows_and_log_lines() {
    for text in ["\"a{b=\"\"c\"\"} 1\"\n", "{\"log\":\"a_b 1\\n\",\"stream\":\"stdout\"}\n"] {
        assert!(parse(text.as_bytes()).problems.iter().all(|problem| problem.repaired), "{text}");
        assert!(parse_strict(text.as_bytes(), Format::Text004).problems.iter().any(|problem| !problem.repaired), "{text}");
    }
}
