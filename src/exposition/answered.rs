//! What the headers say that `curl -i` puts before the metrics: when the server answered, and that it had nothing to say.

use super::noise::http_status;
use super::{Parsed, ProblemKind};
use crate::metrics::Scrape;

/// Headers that are looked through for the date.
const MOST_HEADERS: usize = 64;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Unix seconds of the last `Date` header before this one of the text's scrapes and after the one before it, by the clock of the server;
/// of the last one at all when the text has no sample.
#[must_use]
pub fn answered_at(parsed: &Parsed, scrape: &Scrape) -> Option<f64> {
    let begins = |scrape: &Scrape| scrape.samples().next().map(|sample| sample.line());
    let silent = || parsed.scrapes.iter().all(Scrape::is_empty);
    let to = begins(scrape).or_else(|| silent().then_some(u32::MAX))?;
    let place = parsed.scrapes.partition_point(|other| begins(other).is_some_and(|line| line < to));
    let from = place.checked_sub(1).and_then(|before| begins(parsed.scrapes.get(before)?)).unwrap_or(0);
    let until = parsed.problems.partition_point(|problem| problem.line < to);
    let between = parsed.problems.get(..until)?.iter().rev().take_while(|problem| problem.line > from);
    between.filter(|problem| problem.kind == ProblemKind::HttpHeader).find_map(|problem| {
        let block = parsed.text.get(problem.span.first().copied().map(|start| start as usize)?..)?;
        block.lines().take(MOST_HEADERS).take_while(|line| !line.trim().is_empty()).find_map(date)
    })
}

/// True for a page that holds nothing: an empty text, or a successful answer whose headers are followed by blank lines and comments at
/// most. Headers that announce more than they bring are those of an answer that was cut off, or asked for without its text.
#[must_use]
pub fn is_blank(parsed: &Parsed) -> bool {
    use ProblemKind::{ByteOrderMark, CarriageReturn, HttpHeader, ProgressMeter, ShellPrompt, SurroundingBlanks, Utf16};
    const AROUND: [ProblemKind; 7] = [ByteOrderMark, CarriageReturn, HttpHeader, ProgressMeter, ShellPrompt, SurroundingBlanks, Utf16];
    if parsed.text.trim().is_empty() {
        return true;
    }
    if !parsed.scrapes.iter().all(Scrape::is_empty) || !parsed.problem_counts.keys().all(|kind| AROUND.contains(kind)) {
        return false;
    }
    let (mut status, mut announced, mut comments) = (None, false, false);
    for line in parsed.text.lines().map(str::trim) {
        if line.starts_with('#') {
            // A server that declares families (`# TYPE`, `# HELP`, `# UNIT`) is another one.
            if matches!(line.as_bytes(), [_, b' ', b'T' | b'H' | b'U', ..]) {
                return false;
            }
            comments = true;
        } else if let Some(found) = http_status(line) {
            (status, announced) = (Some(found), false);
        } else {
            announced |= header(line, "content-length").is_some_and(|length| length != "0");
        }
    }
    status == Some(200) && (comments || !announced)
}

/// What a header of this name says.
fn header<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let (key, value) = line.strip_prefix("< ").unwrap_or(line).split_once(':')?;
    key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
}

/// `Date: Tue, 24 Nov 2026 02:42:43 GMT`, which is the only form that servers send (RFC 9110, 5.6.7).
fn date(line: &str) -> Option<f64> {
    let mut words = header(line, "date")?.split_once(',')?.1.split_whitespace();
    let mut number = || words.next().map(str::to_owned);
    let (day, month, year, time, zone) = (number()?, number()?, number()?, number()?, number()?);
    let month = MONTHS.iter().position(|name| *name == month)?;
    let mut clock = time.split(':').map(|part| part.parse::<u32>().ok());
    let (hours, minutes, seconds) = (clock.next()??, clock.next()??, clock.next()??);
    if zone != "GMT" || hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let day = day.parse::<u32>().ok().filter(|day| (1..=31).contains(day))?;
    let days = days_since_1970(year.parse().ok().filter(|year| (1970..3000).contains(year))?, month as u32, day);
    Some(f64::from(days * 24 + hours) * 3600.0 + f64::from(minutes * 60 + seconds))
}

/// `month` counts from 0.
fn days_since_1970(year: u32, month: u32, day: u32) -> u32 {
    // Years that begin in March have their leap day at the end, which makes the months regular.
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposition::parse;

    fn at(headers: &str) -> Option<f64> {
        dated(&format!("{headers}\r\n\r\n# TYPE a gauge\na 1\n"))
    }

    fn dated(text: &str) -> Option<f64> {
        let parsed = parse(text.as_bytes());
        answered_at(&parsed, &parsed.scrapes[0])
    }

    #[test]
    fn the_date_of_an_answer_is_the_time_of_its_text() {
        // `date -u -d '2026-11-24T02:42:43Z' +%s`, and three around leap days.
        assert_eq!(at("HTTP/1.1 200 OK\r\ndate: Tue, 24 Nov 2026 02:42:43 GMT\r\nserver: uvicorn"), Some(1_795_488_163.0));
        assert_eq!(at("HTTP/1.1 200 OK\r\nDate: Thu, 29 Feb 2024 23:59:59 GMT"), Some(1_709_251_199.0));
        assert_eq!(at("HTTP/1.1 200 OK\r\nDate: Fri, 01 Mar 2024 00:00:00 GMT"), Some(1_709_251_200.0));
        assert_eq!(at("HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT"), Some(0.0));
        assert_eq!(at("< HTTP/1.1 200 OK\r\n< date: Tue, 24 Nov 2026 02:42:43 GMT"), Some(1_795_488_163.0));
    }

    #[test]
    fn what_is_no_date_gives_no_time() {
        for header in ["server: uvicorn", "Date: yesterday", "Date: Tue, 24 Nov 2026 25:42:43 GMT", "Date: Tue, 99 Nov 2026 02:42:43 GMT"] {
            assert_eq!(at(&format!("HTTP/1.1 200 OK\r\n{header}")), None, "{header}");
        }
        assert_eq!(dated("# Date: Tue, 24 Nov 2026 02:42:43 GMT\na 1\n"), None);
    }

    #[test]
    fn an_answer_that_holds_nothing_is_blank_and_one_that_failed_or_was_cut_off_is_not() {
        let blank = |text: &str| is_blank(&parse(text.as_bytes()));
        let ok =
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 0\r\ndate: Tue, 24 Nov 2026 02:42:43 GMT\r\n";
        for text in [
            String::new(),
            " \r\n\n".to_owned(),
            format!("{ok}\r\n"),
            ok.to_owned(),
            format!("$ curl -i localhost:8080/metrics\n{ok}\r\n"),
            format!("{}\r\n# EOF\n", ok.replace("length: 0", "length: 6")),
            format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: /metrics\r\n\r\n{ok}\r\n"),
        ] {
            assert!(blank(&text), "{text}");
        }
        for text in [
            ok.replace("200 OK", "401 Unauthorized"),
            ok.replace("length: 0", "length: 5120"),
            format!("{ok}\r\n# TYPE vllm:num_requests_running gauge\n"),
            format!("{ok}\r\nnot found\n"),
            format!("{ok}\r\na 1\n"),
            "# a note\n".to_owned(),
            "$ curl -i localhost:8080/metrics\n".to_owned(),
        ] {
            assert!(!blank(&text), "{text}");
        }
    }
}
