//! What tools print before each line: numbers, times, pods, quote marks.

use crate::exposition::ProblemKind;

/// Takes one prefix off a line. No prefix can be the beginning of a valid sample line.
pub(in crate::exposition) fn prefix(line: &str) -> Option<(&str, ProblemKind)> {
    let (rest, kind) = match line.bytes().next()? {
        b'0'..=b'9' => time(line).map(|rest| (rest, ProblemKind::LogPrefix)).or_else(|| Some((number(line)?, ProblemKind::LineNumber)))?,
        b'[' => (bracket(line)?, ProblemKind::LogPrefix),
        b'>' => (line.trim_start_matches(['>', ' ', '\t']), ProblemKind::QuotePrefix),
        b'-' | b'+' | b'*' => (line.get(1..)?, ProblemKind::QuotePrefix),
        // A row of a table ends with a bar too.
        b'|' => (line.get(1..)?.trim_end_matches(['|', ' ']), ProblemKind::QuotePrefix),
        b'`' => (line.trim_matches('`'), ProblemKind::QuotePrefix),
        _ if line.starts_with(BULLETS) => (line.trim_start_matches(BULLETS), ProblemKind::QuotePrefix),
        b'"' | b'\'' => (line.get(1..)?.trim_end_matches(['"', '\'', ',']), ProblemKind::QuotePrefix),
        _ => word(line)?,
    };
    let rest = rest.trim_start();
    (rest.len() < line.len()).then_some((rest, kind))
}

/// What word processors and chats write for the `-` and `*` of a list.
const BULLETS: [char; 8] = ['\u{2022}', '\u{25e6}', '\u{25aa}', '\u{2023}', '\u{b7}', '\u{25cf}', '\u{2013}', '\u{2014}'];

/// `12`, `12:`, `12|`, `12)`, `12.` and blanks, as `cat -n`, `grep -n` and editors print them.
fn number(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(|char: char| char.is_ascii_digit());
    if rest.is_empty() {
        return Some(rest);
    }
    // A number with an exponent or a fraction is no line number but a value that lost its name.
    let rest =
        rest.strip_prefix([':', '|', ')', '.', '-', '\u{2502}', '\u{2192}']).or_else(|| rest.starts_with([' ', '\t']).then_some(rest))?;
    let rest = rest.trim_start();
    // `less -N` and some editors draw a bar after the number.
    Some(rest.strip_prefix(['|', '\u{2502}']).unwrap_or(rest))
}

/// A date or a time of day with what follows it in container logs: `stdout F`, a stream name and a flag.
fn time(line: &str) -> Option<&str> {
    let (first, mut rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    let is_date = first.len() >= 8 && first.bytes().filter(|byte| matches!(byte, b'-' | b'/' | b':')).count() >= 2;
    if !is_date || !first.bytes().all(|byte| byte.is_ascii_digit() || b"-/:.,TZ+".contains(&byte)) {
        return None;
    }
    // The time of day after a date, then the stream of a container runtime.
    if let Some((second, after)) = rest.trim_start().split_once([' ', '\t']) {
        let is_time = second.bytes().filter(|byte| *byte == b':').count() >= 2;
        if is_time && second.bytes().all(|byte| byte.is_ascii_digit() || b":.,Z+".contains(&byte)) {
            rest = after;
        }
    }
    let rest = rest.trim_start();
    let stream =
        ["stdout F ", "stderr F ", "stdout P ", "stderr P ", "stdout ", "stderr "].iter().find_map(|stream| rest.strip_prefix(stream));
    Some(stream.unwrap_or(rest))
}

/// `[pod/name/container]`, `[2024-01-01 12:00:00]`, `[vllm-0]`.
fn bracket(line: &str) -> Option<&str> {
    let (inside, rest) = line.get(1..)?.split_once(']')?;
    (inside.len() <= 200 && !inside.contains(['{', '}', '"'])).then_some(rest)
}

/// `vllm-0  | …` of docker compose, `pod-name vllm …` of stern, `metrics.txt:12:…` of grep, `INFO: …` of loggers.
fn word(line: &str) -> Option<(&str, ProblemKind)> {
    let end = line.find([' ', '\t', '{', '"']).unwrap_or(line.len());
    let (first, rest) = line.split_at_checked(end)?;
    let after = rest.trim_start();
    if let Some(content) = after.strip_prefix(['|', '\u{2502}']) {
        return Some((content, ProblemKind::LogPrefix));
    }
    if let Some(content) = syslog(first, after).or_else(|| streams(first, rest)) {
        return Some((content, ProblemKind::LogPrefix));
    }
    if matches!(first, "INFO:" | "INFO" | "DEBUG" | "DEBUG:" | "stdout" | "stderr" | "WARNING:") {
        return Some((after, ProblemKind::LogPrefix));
    }
    // A file name and a line number before the colon that ends them; names of metrics hold no dot, slash or hyphen.
    let colon = first.char_indices().filter(|(_, char)| *char == ':').find(|(at, _)| first.get(..*at).is_some_and(is_file))?;
    let content = line.get(colon.0 + 1..)?;
    let digits = content.trim_start_matches(|char: char| char.is_ascii_digit());
    let content = if digits.len() < content.len() { digits.strip_prefix([':', '-']).unwrap_or(content) } else { content };
    Some((content, ProblemKind::LineNumber))
}

/// `Nov 24 07:50:01 host vllm[123]: …` of syslog and journalctl.
fn syslog<'l>(month: &str, after: &'l str) -> Option<&'l str> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (day, after) = after.split_once(' ').filter(|_| MONTHS.contains(&month))?;
    let (time, after) = after.split_once(' ')?;
    let (_host, after) = after.split_once(' ')?;
    let is_time = time.bytes().filter(|byte| *byte == b':').count() == 2;
    let (_program, content) = after.split_once(':').filter(|(program, _)| !program.contains(['{', '"', ' ']))?;
    (is_time && day.bytes().all(|byte| byte.is_ascii_digit())).then_some(content)
}

/// `pod-7d9f engine …` of stern, `ecs/engine/1a2b …` of a log group: a word that is no metric name, and perhaps a bare one.
fn streams<'l>(first: &str, rest: &'l str) -> Option<&'l str> {
    let is_stream = first.contains(['-', '/']) && first.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-/._".contains(&byte));
    let after = rest.strip_prefix([' ', '\t']).filter(|_| is_stream)?;
    let bare = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match after.split_once(' ') {
        Some((second, content)) if bare(second) && content.starts_with(|char: char| char == '#' || char.is_ascii_alphabetic()) => {
            Some(content)
        }
        _ => Some(after),
    }
}

fn is_file(text: &str) -> bool {
    text.contains(['.', '/', '-']) && !text.contains(['{', '"'])
}
