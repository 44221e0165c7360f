//! Rows of a table, as spreadsheets and log stores export them (CSV, RFC 4180).

const BETWEEN: [char; 3] = [',', ';', '\t'];

/// The field of a row that holds a metric line: the one whose quotes are doubled. In a row that begins with a quote or a date, and where
/// other rows of the text were such ones (`after_rows`), a field without quotes counts as well: the last one that can be a metric line or
/// its metadata.
pub(in crate::exposition) fn row(line: &str, after_rows: bool) -> Option<String> {
    let begins = line.starts_with('"') || is_date(line.split(BETWEEN).next().unwrap_or(""));
    if !after_rows && !begins && !line.contains("\"\"") {
        return None;
    }
    let fields = fields(line)?;
    if let Some(quoted) = fields.iter().find(|field| field.contains("\"\"")) {
        return Some(quoted.replace("\"\"", "\""));
    }
    let can_be = |field: &&&str| {
        let declares = ["# TYPE ", "# HELP ", "# UNIT "].iter().any(|start| field.starts_with(start));
        declares || (field.contains(' ') && field.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_'))
    };
    let several = fields.iter().filter(|field| !field.is_empty()).count() > 1;
    fields.iter().rev().find(can_be).filter(|_| several).map(|field| (*field).to_owned())
}

fn is_date(field: &str) -> bool {
    field.starts_with(|char: char| char.is_ascii_digit()) && field.matches(['-', '/', ':']).count() >= 2
}

/// The fields of a row without the quotes around them; `None` when a quote stands where none may.
fn fields(line: &str) -> Option<Vec<&str>> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let field = match rest.strip_prefix('"') {
            Some(inside) => inside.get(..closing(inside)?)?,
            None => rest.split(BETWEEN).next().filter(|field| !field.contains('"'))?,
        };
        let quotes = if rest.starts_with('"') { 2 } else { 0 };
        fields.push(field);
        let after = rest.get(field.len() + quotes..)?;
        if after.is_empty() {
            return Some(fields);
        }
        rest = after.strip_prefix(BETWEEN)?;
    }
}

/// Where the first quote is that is not doubled.
fn closing(inside: &str) -> Option<usize> {
    let bytes = inside.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr(b'"', bytes.get(at..)?)?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// A metric line with doubled quotes and none around it: one of many in a single field. A value that begins with a doubled quote and goes
/// on is no empty one.
pub(in crate::exposition) fn doubled(line: &str) -> Option<String> {
    let goes_on = |(at, _): (usize, &str)| line.get(at + 3..).is_some_and(|rest| !rest.is_empty() && !rest.starts_with([',', '}', ' ']));
    line.match_indices("=\"\"").any(goes_on).then(|| line.replace("\"\"", "\""))
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
