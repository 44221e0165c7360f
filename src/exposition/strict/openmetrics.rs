//! OpenMetrics 1.0 to the letter.

use std::collections::HashSet;

use super::cursor::{Cursor, Escapes};
use super::family::Family;
use super::sample::{Dialect, Sample};
use super::{Deviation, Names, failure};
use crate::exposition::ProblemKind;
use crate::metrics::Kind;

pub(super) fn check(text: &str, names: Names, found: &mut Vec<Deviation>) {
    let mut state = State { dialect: Dialect { names, text: false }, family: None, taken: HashSet::new() };
    let mut lines = text.split('\n').peekable();
    let mut number = 0;
    let mut ended = false;
    while let Some(line) = lines.next() {
        // What follows the last line end is no line.
        if line.is_empty() && lines.peek().is_none() {
            break;
        }
        number += 1;
        let outcome = if ended {
            failure(ProblemKind::BadEnd, "There is text after # EOF.")
        } else if line == "# EOF" {
            ended = true;
            state.close()
        } else {
            state.line(line)
        };
        if let Err(deviation) = outcome {
            found.push(Deviation { line: deviation.line.max(number), ..deviation });
        }
    }
    if !ended {
        found.extend(state.close().err().map(|deviation| Deviation { line: number.max(1), ..deviation }));
        found.extend(
            failure(ProblemKind::BadEnd, "The text does not end with # EOF.").err().map(|end| Deviation { line: number.max(1), ..end }),
        );
    }
}

struct State {
    dialect: Dialect,
    family: Option<Family>,
    /// Sample names of the families before.
    taken: HashSet<String>,
}

impl State {
    fn line(&mut self, line: &str) -> Result<(), Deviation> {
        match line.bytes().next() {
            None => failure(ProblemKind::BadSpace, "Blank lines are not allowed."),
            Some(b'#') => self.metadata(line),
            Some(_) => {
                let sample = self.dialect.sample(line)?;
                self.sample(&sample)
            }
        }
    }

    fn metadata(&mut self, line: &str) -> Result<(), Deviation> {
        let mut cursor = Cursor::new(line);
        let keyword = ["# TYPE ", "# HELP ", "# UNIT "].into_iter().find(|keyword| line.starts_with(keyword));
        let Some(keyword) = keyword else {
            return cursor.fail(ProblemKind::BadMetadata, "Only TYPE, HELP, UNIT and EOF lines may begin with a number sign.");
        };
        cursor.at = keyword.len();
        let name = match cursor.peek() {
            Some(b'"') => cursor.quoted_name(Escapes::Any, self.dialect.names)?,
            _ => cursor.plain_name(true).to_owned(),
        };
        if name.is_empty() {
            return cursor.fail(ProblemKind::BadName, "This is no valid metric name.");
        }
        cursor.expect(b' ', ProblemKind::BadMetadata, "A text is missing here.")?;
        let outcome = self.begin(&name);
        let Some(family) = self.family.as_mut() else { return outcome };
        if family.has_samples() {
            return cursor.fail(ProblemKind::BadOrder, "Metadata must come before the samples.");
        }
        let rest = cursor.rest();
        let repeated = match keyword {
            "# HELP " => std::mem::replace(&mut family.has_help, true),
            "# UNIT " => family.unit.replace(rest.to_owned()).is_some(),
            _ => {
                let kind = Kind::from_word(rest).filter(|_| !matches!(rest, "untyped" | "gauge_histogram"));
                let Some(kind) = kind else { return cursor.fail(ProblemKind::BadMetadata, "This type does not exist in OpenMetrics.") };
                family.kind.replace(kind).is_some()
            }
        };
        if repeated {
            return cursor.fail(ProblemKind::BadMetadata, "This metadata is there twice.");
        }
        outcome
    }

    fn sample(&mut self, sample: &Sample) -> Result<(), Deviation> {
        let outcome = match &self.family {
            Some(family) if family.owns(&sample.name) => Ok(()),
            _ => self.begin(&sample.name),
        };
        let inside = self.family.as_mut().map_or(Ok(()), |family| family.add(sample));
        outcome.and(inside)
    }

    /// Ends the family at hand and begins another one, unless it is the same.
    fn begin(&mut self, name: &str) -> Result<(), Deviation> {
        if self.family.as_ref().is_some_and(|family| family.name == name) {
            return Ok(());
        }
        let outcome = self.close();
        self.family = Some(Family::new(name));
        outcome
    }

    fn close(&mut self) -> Result<(), Deviation> {
        let Some(family) = self.family.take() else { return Ok(()) };
        for name in family.sample_names() {
            if !self.taken.insert(name) {
                return failure(ProblemKind::BadOrder, "A family before this line uses names of an earlier one, or continues it.");
            }
        }
        family.finish()
    }
}
