//! Single lines that are known noise.

use crate::exposition::ProblemKind;
use crate::metrics::number;

/// A known kind of line that is no metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::exposition) struct Noise {
    pub kind: ProblemKind,
    pub sentence: &'static str,
    /// True when a new text may begin after it.
    pub starts_anew: bool,
}

/// Names a line that could not be read.
pub(in crate::exposition) fn name(line: &str) -> Option<Noise> {
    type Test = fn(&str) -> bool;
    const KNOWN: [(Test, Noise); 9] = [
        (is_fence, noise(ProblemKind::MarkdownFence, "This is a Markdown fence.", true)),
        (is_rule, noise(ProblemKind::MarkdownFence, "This is a dividing line.", true)),
        (is_left_out, noise(ProblemKind::LeftOut, "Lines are missing here: the text was shortened before it was copied.", false)),
        (is_meter, noise(ProblemKind::ProgressMeter, "This is the progress meter of a download.", true)),
        (is_header, noise(ProblemKind::HttpHeader, "This is an HTTP header or a message of curl.", false)),
        (is_command, noise(ProblemKind::ShellPrompt, "This is a shell prompt or command.", true)),
        (is_log, noise(ProblemKind::ServerLog, LOG, false)),
        (is_table, noise(ProblemKind::TableExport, TABLE, false)),
        (is_tag, noise(ProblemKind::Markup, "This is an HTML tag.", false)),
    ];
    KNOWN.iter().find(|(is, _)| is(line)).map(|(_, noise)| *noise)
}

const fn noise(kind: ProblemKind, sentence: &'static str, starts_anew: bool) -> Noise {
    Noise { kind, sentence, starts_anew }
}

fn is_fence(line: &str) -> bool {
    line.starts_with("```") || line.starts_with("~~~")
}

const LOG: &str = "This is a line of a server's log, not of its metrics. Take the text from its /metrics page.";

/// What vLLM and SGLang log of their load every few seconds, and what web servers log of each request.
fn is_log(line: &str) -> bool {
    const SIGNS: [&str; 7] = [
        "Avg prompt throughput:",
        "Avg generation throughput:",
        "Prefill batch. #new-seq:",
        "Prefill batch, #new-seq:",
        "Decode batch. #running-req:",
        "Decode batch, #running-req:",
        "HTTP/1.1\" ",
    ];
    SIGNS.iter().any(|sign| line.contains(sign))
}

const TABLE: &str = "This is the head of a table that Grafana exported. It cannot be read; give the text of the server's /metrics page.";

fn is_table(line: &str) -> bool {
    ["\"Time\",", "Time,", "\"Series\";\"Time\""].iter().any(|head| line.starts_with(head))
}

fn is_tag(line: &str) -> bool {
    line.starts_with('<') && line.ends_with('>')
}

/// A line of `-`, `=`, `*` or `_` alone, or one that begins and ends with them.
fn is_rule(line: &str) -> bool {
    let is_mark = |char: char| matches!(char, '-' | '=' | '*' | '_');
    line.len() >= 3 && (line.chars().all(is_mark) || (line.starts_with(&['-', '='][..]) && line.ends_with(&['-', '='][..])))
}

fn is_left_out(line: &str) -> bool {
    const WORDS: [&str; 7] = ["snip", "truncated", "omitted", "more", "skipped", "cut", "lines"];
    let inner = line.trim_matches(|char: char| matches!(char, '[' | ']' | '(' | ')' | '<' | '>' | ' ' | '.' | '\u{2026}'));
    if line == "~" || line == "(END)" {
        return true;
    }
    let dots = line.contains("...") || line.contains('\u{2026}');
    let bracketed = inner.len() < line.len() && line.starts_with(['[', '(', '<', '.', '\u{2026}']);
    (dots && inner.is_empty()) || (bracketed && inner.split(' ').any(|word| WORDS.contains(&word.to_ascii_lowercase().as_str())))
}

fn is_meter(line: &str) -> bool {
    let of_curl = line.contains("% Received") || line.contains("Dload  Upload") || line.contains("--:--:--");
    let of_wget = line.contains("Saving to:") || line.contains("HTTP request sent") || (line.contains("%[") && line.contains("=>"));
    of_curl || of_wget
}

/// Programs whose calls stand before or after a metrics text.
const PROGRAMS: [&str; 12] =
    ["curl", "wget", "kubectl", "docker", "podman", "ssh", "http", "Invoke-WebRequest", "iwr", "cat", "watch", "oc"];

fn is_command(line: &str) -> bool {
    let mut rest = line;
    for mark in ["$ ", "# ", "% ", "> ", "\u{276f} ", "\u{279c} "] {
        if let Some((before, after)) = line.split_once(mark).filter(|(before, _)| before.len() <= 100 && !before.contains(['{', '"'])) {
            let is_prompt = before.is_empty() || before.contains(['@', ':', '~', '/', '\\', ')', ']']);
            if is_prompt {
                rest = after;
                break;
            }
        }
    }
    if ["Every ", "Script started on ", "Script done on "].iter().any(|start| line.starts_with(start)) {
        return true;
    }
    let word = rest.split_whitespace().next().unwrap_or("");
    let program = word.rsplit('/').next().unwrap_or(word);
    if PROGRAMS.contains(&program) && rest.len() > program.len() {
        return true;
    }
    rest.len() < line.len() || is_bare_prompt(line)
}

/// `$`, `user@host:~$`, `PS C:\>`.
fn is_bare_prompt(line: &str) -> bool {
    let Some(before) = line.strip_suffix(['$', '#', '%', '>', '\u{276f}']) else { return false };
    before.is_empty() || (before.len() <= 100 && before.contains(['@', ':', '~', '/', '\\', ')', ']']) && !before.contains(['{', '"', '<']))
}

fn is_header(line: &str) -> bool {
    if let Some(message) = line.strip_prefix("* ") {
        let starts =
            ["Trying", "Connected", "Host", "IPv", "Mark", "Connection", "Request", "Using", "using", "upload", "Closing", "shutting"];
        return starts.iter().any(|start| message.trim_start().starts_with(start));
    }
    if line == "<" || line.starts_with("< ") || line.starts_with("curl: (") || line.starts_with("{ [") || line.starts_with("} [") {
        return true;
    }
    let line = line.strip_prefix("> ").unwrap_or(line);
    if ["GET /", "HEAD /", "POST /"].iter().any(|method| line.starts_with(method)) {
        return true;
    }
    let Some((name, _)) = line.split_once(": ") else { return false };
    let name = name.to_ascii_lowercase();
    let known =
        ["host", "user-agent", "accept", "date", "server", "connection", "vary", "etag", "via", "cache-control", "transfer-encoding"];
    known.contains(&name.as_str())
        || ["content-", "access-control-", "x-", "last-", "keep-"].iter().any(|start| name.starts_with(start)) && !name.contains(' ')
}

/// A value with a prompt stuck to it, because the text had no line end: `3.0user@host:~$`, `3.0%`. Length of the number.
pub(in crate::exposition) fn glued(word: &str) -> Option<usize> {
    let end = (1..=word.len().min(30)).rev().find(|end| word.get(..*end).is_some_and(|text| number(text).is_some()))?;
    let rest = word.get(end..)?;
    let is_tag = rest.starts_with("</") && rest.ends_with('>');
    let is_prompt = rest == "%" || (rest.contains('@') || rest.starts_with("PS")) && !rest.contains(['{', '"']);
    // The end of the string of a program that held the text.
    let is_end = rest.len() <= 4 && rest.chars().all(|char| matches!(char, '`' | '"' | '\'' | ';' | ',' | ')'));
    (is_tag || is_prompt || is_end || rest.starts_with("```")).then_some(end)
}
