//! Lines of a page that stand before it, between pages or after them, and pages that stand there twice.

use crate::reading_support::samples;
use servescope::exposition::ProblemKind::RepeatedSeries;
use servescope::exposition::{Parsed, parse};

const PAGE: &str = "\
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine=\"0\",model_name=\"falcon\"} 7.0
# HELP vllm:num_requests_waiting Number of requests waiting to be processed.
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{engine=\"0\",model_name=\"falcon\"} 12.0
# HELP vllm:kv_cache_usage_perc KV-cache usage. 1 means 100 percent usage.
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"falcon\"} 0.44
# HELP vllm:generation_tokens Number of generation tokens processed.
# TYPE vllm:generation_tokens counter
vllm:generation_tokens_total{engine=\"0\",model_name=\"falcon\"} 9000.0
";

fn lines(names: &[&str]) -> String {
    let wanted = |line: &&str| names.iter().any(|name| line.starts_with(name));
    PAGE.lines().filter(wanted).map(|line| format!("{line}\n")).collect()
}

/// Without its comments, as `grep ^vllm` leaves it.
fn bare() -> String {
    lines(&["vllm:"])
}

fn later(page: &str) -> String {
    page.replace(" 7.0", " 8.0").replace(" 12.0", " 3.0").replace(" 0.44", " 0.41").replace(" 9000.0", " 9700.0")
}

#[track_caller]
fn reads_as(text: &str, pages: &[&str]) -> Parsed {
    let parsed = parse(text.as_bytes());
    let found: Vec<_> = parsed.scrapes.iter().map(sorted).collect();
    let expected: Vec<_> = pages.iter().map(|page| sorted(&parse(page.as_bytes()).scrapes[0])).collect();
    assert_eq!(found, expected, "{text}");
    parsed
}

fn sorted(scrape: &servescope::metrics::Scrape) -> Vec<String> {
    let mut all: Vec<String> = samples(scrape).iter().map(|sample| format!("{sample:?}")).collect();
    all.sort();
    all
}

const RUNNING: &str = "vllm:num_requests_running";
const WAITING: &str = "vllm:num_requests_waiting";
const USAGE: &str = "vllm:kv_cache_usage_perc";

#[test]
fn quoted_lines_make_no_scrape_of_their_own_wherever_they_stand() {
    for page in [PAGE.to_owned(), bare()] {
        for quoted in [vec![RUNNING], vec![WAITING], vec![USAGE, WAITING], vec![RUNNING, WAITING, USAGE]] {
            let quote = lines(&quoted);
            for between in ["", "\n", "\n\n", "The whole page:\n\n```\n"] {
                reads_as(&format!("{quote}{between}{page}"), &[&page]);
                reads_as(&format!("{page}{between}{quote}"), &[&page]);
                reads_as(&format!("{quote}{between}{page}{between}{quote}"), &[&page]);
            }
            reads_as(&format!("{quote}\n{quote}\n{page}"), &[&page]);
            reads_as(&format!("> {}\n\n{page}", quote.trim_end().replace('\n', "\n> ")), &[&page]);
            reads_as(&format!("{quote}\n{page}").replace('\n', "\r\n"), &[&page]);
        }
    }
}

#[test]
fn a_quoted_line_with_its_header_is_a_quote_too() {
    let quote = PAGE.lines().skip(3).take(3).collect::<Vec<_>>().join("\n");
    reads_as(&format!("{quote}\n\n{PAGE}"), &[PAGE]);
    reads_as(&format!("{PAGE}\n```\n{quote}\n```\n"), &[PAGE]);
}

#[test]
fn the_quoted_line_is_named() {
    let parsed = reads_as(&format!("{PAGE}\nThis one worries me:\n{}", lines(&[WAITING])), &[PAGE]);
    let found: Vec<_> = parsed.problems.iter().filter(|problem| problem.kind == RepeatedSeries).map(|problem| problem.line).collect();
    assert_eq!(found, [15]);
}

#[test]
fn quotes_around_two_pages_leave_them_two() {
    for page in [PAGE.to_owned(), bare()] {
        let second = later(&page);
        for quoted in [vec![RUNNING], vec![WAITING], vec![WAITING, USAGE]] {
            let (quote, of_second) = (lines(&quoted), later(&lines(&quoted)));
            reads_as(&format!("{quote}{page}{second}"), &[&page, &second]);
            reads_as(&format!("{quote}\n{page}\n{second}"), &[&page, &second]);
            reads_as(&format!("{page}\n{second}\n{of_second}"), &[&page, &second]);
            reads_as(&format!("{page}{second}"), &[&page, &second]);
        }
    }
}

#[test]
fn a_line_quoted_between_two_large_pages_leaves_both_whole() {
    let page = |shift: usize| (0..60).map(|row| format!("tgi_thing_{row}{{seat=\"a\"}} {}\n", row * 7 + shift)).collect::<String>();
    let (first, second) = (page(0), page(1));
    for quoted in [0, 1, 30, 59] {
        for quote in [first.lines().nth(quoted), second.lines().nth(quoted)].into_iter().flatten() {
            reads_as(&format!("{first}\nand this grew:\n{quote}\n\n{second}"), &[&first, &second]);
        }
    }
}

#[test]
fn two_whole_pages_with_the_same_numbers_stay_two_scrapes() {
    for page in [PAGE.to_owned(), bare()] {
        reads_as(&format!("{page}\n{page}"), &[&page, &page]);
        reads_as(&format!("{page}{page}{page}"), &[&page, &page, &page]);
    }
}
