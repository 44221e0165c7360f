//! The line scanner.

use std::sync::Arc;

use super::{Parsed, Problem, ProblemKind};
use crate::metrics::LabelValue;
use crate::metrics::{Kind, Scrape, ScrapeBuilder};

pub(super) fn scan(text: &str) -> Parsed {
    let text: Arc<str> = text.into();
    let mut builder = ScrapeBuilder::new(text.clone());
    let mut scrapes: Vec<Scrape> = Vec::new();
    let mut problems = Vec::new();
    let mut offset = 0usize;
    for (index, raw) in text.split('\n').enumerate() {
        let line_number = index as u32 + 1;
        let line = raw.trim();
        let start = offset + (raw.len() - raw.trim_start().len());
        offset += raw.len() + 1;
        if line.is_empty() {
            continue;
        }
        if let Some(comment) = line.strip_prefix('#') {
            if comment.trim() == "EOF" && !builder.is_empty() {
                scrapes.push(std::mem::replace(&mut builder, ScrapeBuilder::new(text.clone())).finish());
            } else {
                describe(&mut builder, comment, line_number);
            }
        } else if sample(&mut builder, line, start, line_number).is_none() {
            problems.push(Problem {
                line: line_number,
                span: [start as u32, (start + line.len()) as u32],
                kind: ProblemKind::BadLine,
                repaired: false,
                sentence: "This line is not a sample.".to_owned(),
            });
        }
    }
    if !builder.is_empty() || scrapes.is_empty() {
        scrapes.push(builder.finish());
    }
    Parsed { text, scrapes, problems }
}

fn describe(builder: &mut ScrapeBuilder, comment: &str, line: u32) {
    let mut words = comment.trim_start().splitn(3, [' ', '\t']);
    let (Some(keyword), Some(name)) = (words.next(), words.next()) else {
        return;
    };
    let rest = words.next().unwrap_or("");
    match keyword {
        "TYPE" => builder.describe(name, line, kind(rest.trim()), None, None),
        "HELP" => builder.describe(name, line, None, Some(rest), None),
        "UNIT" => builder.describe(name, line, None, None, Some(rest.trim())),
        _ => {}
    }
}

fn kind(word: &str) -> Option<Kind> {
    Some(match word {
        "counter" => Kind::Counter,
        "gauge" => Kind::Gauge,
        "histogram" => Kind::Histogram,
        "gaugehistogram" => Kind::GaugeHistogram,
        "summary" => Kind::Summary,
        "info" => Kind::Info,
        "stateset" => Kind::StateSet,
        "untyped" | "unknown" => Kind::Unknown,
        _ => return None,
    })
}

fn sample(builder: &mut ScrapeBuilder, line: &str, start: usize, number_of_line: u32) -> Option<()> {
    let name_end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'))?;
    let name = line.get(..name_end).filter(|name| !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()))?;
    let mut labels = Vec::new();
    let mut rest = line.get(name_end..)?.trim_start();
    if let Some(mut inside) = rest.strip_prefix('{') {
        loop {
            inside = inside.trim_start_matches([' ', '\t', ',']);
            if let Some(after) = inside.strip_prefix('}') {
                rest = after;
                break;
            }
            let (key, after) = inside.split_once('=')?;
            let value = after.trim_start().strip_prefix('"')?;
            let mut escaped = false;
            let end = value.char_indices().find(|(_, c)| {
                let ends = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                ends
            })?;
            let content = value.get(..end.0)?;
            let begin = start + (content.as_ptr() as usize - line.as_ptr() as usize);
            labels.push((key.trim(), LabelValue::Raw { start: begin, len: content.len() }));
            inside = value.get(end.0 + 1..)?;
        }
    }
    let mut words = rest.split_ascii_whitespace();
    let value = number(words.next()?)?;
    let timestamp = words.next().and_then(|word| word.parse().ok());
    builder.push(name, &labels, value, timestamp, number_of_line);
    Some(())
}

/// A sample value or `le` as the formats write them: Go floats without hex and underscores, `NaN`, `±Inf` in any case.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    if text.bytes().any(|byte| matches!(byte, b'_' | b'x' | b'X')) {
        return None;
    }
    text.parse().ok()
}
