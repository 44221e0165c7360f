//! Rows of a table, as spreadsheets and log stores export them (CSV, RFC 4180).

/// The field of a row that holds a metric line: the one whose quotes are doubled. In a row that begins with a quote or a date, and where
/// other rows of the text were such ones (`after_rows`), a field without quotes counts as well: the last one that can be a metric line or
/// its metadata.
pub(in crate::exposition) fn row(line: &str, after_rows: bool) -> Option<String> {
    let bytes = line.as_bytes();
    if !after_rows && bytes.first() != Some(&b'"') && !is_date(bytes.get(..bare(bytes))?) && !bytes.windows(2).any(|pair| pair == b"\"\"") {
        return None;
    }
    let (mut found, mut filled) = (None, 0);
    let mut rest = line;
    loop {
        let quoted = rest.as_bytes().first() == Some(&b'"');
        let (field, doubled, after) = if quoted { in_quotes(rest)? } else { without_quotes(rest)? };
        if doubled {
            return Some(single(field));
        }
        filled += u32::from(!field.is_empty());
        if can_be_metric(field.as_bytes()) {
            found = Some(field);
        }
        if after.is_empty() {
            return found.filter(|_| filled > 1).map(str::to_owned);
        }
        rest = after.get(1..).filter(|_| bare(after.as_bytes()) == 0)?;
    }
}

/// A field in quotes without them, whether it holds doubled ones, and what comes after it.
fn in_quotes(rest: &str) -> Option<(&str, bool, &str)> {
    let bytes = rest.as_bytes();
    let (mut at, mut doubled) = (1, false);
    loop {
        at += memchr::memchr(b'"', bytes.get(at..)?)?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some((rest.get(1..at)?, doubled, rest.get(at + 1..)?));
        }
        doubled = true;
        at += 2;
    }
}

/// The same of a field without quotes, in which none may stand.
fn without_quotes(rest: &str) -> Option<(&str, bool, &str)> {
    let (field, after) = rest.split_at_checked(bare(rest.as_bytes()))?;
    memchr::memchr(b'"', field.as_bytes()).is_none().then_some((field, false, after))
}

/// Bytes before the next field.
fn bare(bytes: &[u8]) -> usize {
    memchr::memchr3(b',', b';', b'\t', bytes).unwrap_or(bytes.len())
}

fn is_date(field: &[u8]) -> bool {
    let marks = field.iter().filter(|byte| matches!(byte, b'-' | b'/' | b':')).count();
    marks >= 2 && field.first().is_some_and(u8::is_ascii_digit)
}

fn can_be_metric(field: &[u8]) -> bool {
    match field {
        [b'#', b' ', b'T' | b'H' | b'U', ..] => true,
        [first, ..] => (first.is_ascii_alphabetic() || *first == b'_') && field.contains(&b' '),
        [] => false,
    }
}

/// A metric line with doubled quotes and none around it: one of many in a single field. A value that begins with a doubled quote and goes
/// on is no empty one.
pub(in crate::exposition) fn doubled(line: &str) -> Option<String> {
    let goes_on = |four: &[u8]| four.starts_with(b"=\"\"") && !matches!(four.last(), Some(b',' | b'}' | b' '));
    line.as_bytes().windows(4).any(goes_on).then(|| single(line))
}

/// Doubled quotes as one.
fn single(text: &str) -> String {
    text.replace("\"\"", "\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_with_doubled_quotes_is_taken_out_of_a_row() {
        for (line, field) in [
            (r#""a{b=""c""} 1""#, Some(r#"a{b="c"} 1"#)),
            (r#""2026-11-24","gpu-7","a{b="""",c=""x,y""} 1""#, Some(r#"a{b="",c="x,y"} 1"#)),
            ("2026-11-24;\"a{b=\"\"c\"\"} 1\";", Some("a{b=\"c\"} 1")),
            ("2026-11-24\t\"a{b=\"\"c\\\"\"\"\"} 1\"", Some("a{b=\"c\\\"\"} 1")),
            (r#""a{b="c"} 1","#, None),
            (r#"a{b=""} x"#, None),
            (r#""a{b=""c""} 1"#, None),
            ("2026-11-24T06:00:00Z,a_b 1", Some("a_b 1")),
            ("2026-11-24 06:00:00,123 a_b 1", None),
            ("gpu-7,a_b 1", None),
        ] {
            assert_eq!(row(line, false).as_deref(), field, "{line}");
        }
        assert_eq!(row("gpu-7,a_b 1", true).as_deref(), Some("a_b 1"));
        assert_eq!(row("2026-11-24,# TYPE a gauge,", true).as_deref(), Some("# TYPE a gauge"));
        assert_eq!(row("a_b 1", true), None);
    }

    #[test]
    fn empty_label_values_are_no_doubled_quotes() {
        assert_eq!(doubled(r#"a{b=""c"",d=""""} 1"#).as_deref(), Some(r#"a{b="c",d=""} 1"#));
        for line in [r#"a{b="",c=""} x"#, r#"a{b="""#, r#"a{b="" } x"#, "a 1"] {
            assert_eq!(doubled(line), None, "{line}");
        }
    }
}
