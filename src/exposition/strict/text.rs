//! Text 0.0.4 as `expfmt` reads it.

use std::collections::HashMap;

use super::cursor::{Cursor, Escapes, float};
use super::sample::{Dialect, Sample};
use super::{Deviation, Names, failure};
use crate::exposition::ProblemKind;
use crate::metrics::Kind;

#[derive(Debug, Default)]
struct Family {
    kind: Option<Kind>,
    has_help: bool,
}

pub(super) fn check(text: &str, names: Names, found: &mut Vec<Deviation>) {
    let dialect = Dialect { names, text: true };
    let mut families: HashMap<String, Family> = HashMap::new();
    for (index, raw) in text.split('\n').enumerate() {
        let line = raw.trim_start_matches([' ', '\t']);
        let outcome = match line.bytes().next() {
            None => Ok(()),
            Some(b'#') => comment(line, dialect, &mut families),
            Some(_) => dialect.sample(line).and_then(|sample| fits(&sample, &mut families)),
        };
        if let Err(deviation) = outcome {
            found.push(Deviation { line: index as u32 + 1, at: deviation.at + (raw.len() - line.len()), ..deviation });
        }
    }
    let last = text.rsplit('\n').next().unwrap_or("");
    if !last.trim_matches([' ', '\t']).is_empty() {
        let line = memchr::memchr_iter(b'\n', text.as_bytes()).count() as u32 + 1;
        let sentence = "The last line has no line end.".to_owned();
        found.push(Deviation { line, at: last.len(), kind: ProblemKind::BadEnd, sentence });
    }
}

fn comment(line: &str, dialect: Dialect, families: &mut HashMap<String, Family>) -> Result<(), Deviation> {
    let mut cursor = Cursor::new(line);
    cursor.at = 1;
    cursor.skip_blanks();
    let keyword = cursor.word(true);
    cursor.skip_blanks();
    if !matches!(keyword, "HELP" | "TYPE") || cursor.peek().is_none() {
        return Ok(());
    }
    let name = match cursor.peek() {
        Some(b'"') => cursor.quoted_name(Escapes::Known, dialect.names)?,
        _ => cursor.plain_name(true).to_owned(),
    };
    if name.is_empty() || !matches!(cursor.peek(), None | Some(b' ' | b'\t')) {
        return cursor.fail(ProblemKind::BadName, "This comment has no valid metric name.");
    }
    cursor.skip_blanks();
    if cursor.peek().is_none() {
        return Ok(());
    }
    let family = families.entry(name).or_default();
    if keyword == "HELP" {
        if std::mem::replace(&mut family.has_help, true) {
            return cursor.fail(ProblemKind::BadMetadata, "This is the second HELP line of its metric.");
        }
        return help(&mut cursor);
    }
    if family.kind.is_some() {
        return cursor.fail(ProblemKind::BadMetadata, "This is the second TYPE line of its metric, or comes after its samples.");
    }
    let known = Kind::from_word(&cursor.rest().to_ascii_lowercase())
        .filter(|kind| !matches!(kind, Kind::Info | Kind::StateSet))
        .filter(|_| !cursor.rest().eq_ignore_ascii_case("unknown"));
    match known {
        Some(kind) => {
            family.kind = Some(kind);
            Ok(())
        }
        None => cursor.fail(ProblemKind::BadMetadata, "This type does not exist in the text format."),
    }
}

fn help(cursor: &mut Cursor<'_>) -> Result<(), Deviation> {
    while let Some(byte) = cursor.peek() {
        if byte == b'\\' && !matches!(cursor.rest().as_bytes().get(1), Some(b'\\' | b'n' | b'"')) {
            return cursor.fail(ProblemKind::BadMetadata, "This escape sequence does not exist.");
        }
        cursor.at += if byte == b'\\' { 2 } else { 1 };
    }
    Ok(())
}

/// What the declared type asks of a sample.
fn fits(sample: &Sample, families: &mut HashMap<String, Family>) -> Result<(), Deviation> {
    let base = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| {
        let base = sample.name.strip_suffix(suffix)?;
        let kind = families.get(base)?.kind?;
        matches!(kind, Kind::Histogram | Kind::GaugeHistogram | Kind::Summary).then_some((kind, *suffix))
    });
    let (kind, suffix) = match base {
        Some(found) => found,
        None => (*families.entry(sample.name.clone()).or_default().kind.get_or_insert(Kind::Unknown), ""),
    };
    let bound = match kind {
        Kind::Histogram | Kind::GaugeHistogram => sample.label("le"),
        Kind::Summary => sample.label("quantile"),
        _ => None,
    };
    if bound.is_some_and(|bound| float(bound).is_none()) {
        return failure(ProblemKind::BadLabel, "The le or quantile label of this line is no number.");
    }
    if kind == Kind::Histogram && matches!(suffix, "_count" | "_bucket") && sample.value < 0.0 {
        return failure(ProblemKind::BadSample, "A count of a histogram is negative.");
    }
    Ok(())
}
