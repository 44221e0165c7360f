//! A sample line of either format.

use super::cursor::{Cursor, Escapes, float};
use super::{Deviation, Names};
use crate::exposition::ProblemKind;

/// The parts of a sample line.
#[derive(Debug, Clone, Default)]
pub(super) struct Sample {
    pub name: String,
    pub labels: Vec<(String, String)>,
    pub value: f64,
    pub timestamp: Option<f64>,
    pub exemplar: bool,
}

impl Sample {
    pub(super) fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find(|(found, _)| found == key).map(|(_, value)| value.as_str())
    }
}

/// How the two formats differ within a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    pub names: Names,
    /// True for text 0.0.4: blanks and tabs anywhere, a comma after the last label, whole milliseconds, no exemplars, few escapes.
    pub text: bool,
}

impl Dialect {
    pub(super) fn escapes(self) -> Escapes {
        if self.text { Escapes::Known } else { Escapes::Any }
    }

    fn blanks(self, cursor: &mut Cursor<'_>) {
        if self.text {
            cursor.skip_blanks();
        }
    }

    /// Reads a whole line.
    pub(super) fn sample(self, line: &str) -> Result<Sample, Deviation> {
        let mut cursor = Cursor::new(line);
        let mut sample = Sample { name: cursor.plain_name(true).to_owned(), ..Sample::default() };
        if sample.name.is_empty() && cursor.peek() != Some(b'{') {
            return cursor.fail(ProblemKind::BadName, "This is no valid metric name.");
        }
        let name_end = cursor.at;
        self.blanks(&mut cursor);
        if cursor.eat(b'{') {
            self.labels(&mut cursor, &mut sample, true)?;
        } else if self.text && cursor.at == name_end && cursor.peek().is_some() {
            return cursor.fail(ProblemKind::BadName, "This is no valid metric name.");
        }
        if sample.name.is_empty() {
            return cursor.fail(ProblemKind::BadName, "This line has no metric name.");
        }
        self.separator(&mut cursor, ProblemKind::BadValue, "A value is missing here.")?;
        sample.value = self.float(&mut cursor, ProblemKind::BadValue, "This value is no number.")?;
        self.timestamp(&mut cursor, &mut sample)?;
        if !self.text && cursor.rest().starts_with(" #") {
            cursor.at += 2;
            self.exemplar(&mut cursor)?;
            sample.exemplar = true;
        }
        self.blanks(&mut cursor);
        match cursor.peek() {
            None => Ok(sample),
            Some(_) => cursor.fail(ProblemKind::BadTimestamp, "The line goes on where it should end."),
        }
    }

    /// In OpenMetrics exactly one blank; in text 0.0.4 any number of them, also none.
    fn separator(self, cursor: &mut Cursor<'_>, kind: ProblemKind, sentence: &str) -> Result<(), Deviation> {
        if self.text {
            cursor.skip_blanks();
            return Ok(());
        }
        cursor.expect(b' ', kind, sentence)
    }

    fn float(self, cursor: &mut Cursor<'_>, kind: ProblemKind, sentence: &str) -> Result<f64, Deviation> {
        let start = cursor.clone();
        match float(cursor.word(self.text)) {
            Some(value) => Ok(value),
            None => start.fail(kind, sentence),
        }
    }

    fn timestamp(self, cursor: &mut Cursor<'_>, sample: &mut Sample) -> Result<(), Deviation> {
        const SENTENCE: &str = "This timestamp is no number of the format.";
        if self.text {
            cursor.skip_blanks();
            if cursor.peek().is_none() {
                return Ok(());
            }
            let start = cursor.clone();
            let Ok(time) = cursor.word(true).parse::<i64>() else { return start.fail(ProblemKind::BadTimestamp, SENTENCE) };
            sample.timestamp = Some(time as f64);
            return Ok(());
        }
        if cursor.peek() != Some(b' ') || cursor.rest().starts_with(" # ") {
            return Ok(());
        }
        cursor.at += 1;
        let start = cursor.clone();
        let time = self.float(cursor, ProblemKind::BadTimestamp, SENTENCE)?;
        if !time.is_finite() {
            return start.fail(ProblemKind::BadTimestamp, SENTENCE);
        }
        sample.timestamp = Some(time);
        Ok(())
    }

    /// After ` #`: labels of at most 128 characters, a value, and perhaps a timestamp.
    fn exemplar(self, cursor: &mut Cursor<'_>) -> Result<(), Deviation> {
        cursor.expect(b' ', ProblemKind::BadExemplar, "A blank is missing before this exemplar.")?;
        cursor.expect(b'{', ProblemKind::BadExemplar, "An exemplar begins with its labels.")?;
        let mut exemplar = Sample::default();
        let start = cursor.clone();
        self.labels(cursor, &mut exemplar, false)?;
        let length: usize = exemplar.labels.iter().map(|(key, value)| key.chars().count() + value.chars().count()).sum();
        if length > 128 {
            return start.fail(ProblemKind::BadExemplar, "The labels of an exemplar are longer than 128 characters.");
        }
        cursor.expect(b' ', ProblemKind::BadExemplar, "An exemplar needs a value.")?;
        self.float(cursor, ProblemKind::BadExemplar, "The value of this exemplar is no number.")?;
        self.timestamp(cursor, &mut exemplar)
    }

    /// From after the opening brace to after the closing one.
    fn labels(self, cursor: &mut Cursor<'_>, sample: &mut Sample, with_name: bool) -> Result<(), Deviation> {
        self.blanks(cursor);
        if cursor.eat(b'}') {
            return Ok(());
        }
        loop {
            self.blanks(cursor);
            self.label(cursor, sample, with_name)?;
            self.blanks(cursor);
            if cursor.eat(b'}') {
                return Ok(());
            }
            cursor.expect(b',', ProblemKind::BadLabel, "A comma or a closing brace is missing here.")?;
            self.blanks(cursor);
            if self.text && cursor.eat(b'}') {
                return Ok(());
            }
        }
    }

    fn label(self, cursor: &mut Cursor<'_>, sample: &mut Sample, with_name: bool) -> Result<(), Deviation> {
        let start = cursor.clone();
        let quoted = cursor.peek() == Some(b'"');
        let key = if quoted { cursor.quoted_name(self.escapes(), self.names)? } else { cursor.plain_name(false).to_owned() };
        if key.is_empty() {
            return start.fail(ProblemKind::BadLabel, "This is no valid label name.");
        }
        self.blanks(cursor);
        if quoted && with_name && cursor.peek() != Some(b'=') {
            if !sample.name.is_empty() {
                return start.fail(ProblemKind::BadName, "This line has two metric names.");
            }
            sample.name = key;
            return Ok(());
        }
        cursor.expect(b'=', ProblemKind::BadLabel, "An equals sign is missing after this label name.")?;
        self.blanks(cursor);
        let value = cursor.string(self.escapes(), ProblemKind::BadLabel)?;
        if key == "__name__" && self.text {
            return start.fail(ProblemKind::BadLabel, "The label name __name__ is reserved.");
        }
        if sample.label(&key).is_some() {
            return start.fail(ProblemKind::BadLabel, "This label is there twice.");
        }
        sample.labels.push((key, value));
        Ok(())
    }
}
