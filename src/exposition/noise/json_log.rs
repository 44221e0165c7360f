//! Log lines in JSON, one object a line, as Docker's json-file driver and log shippers write them.

use super::unescaped;

/// What was logged, when that can be a line of a metrics text or an empty one.
pub(in crate::exposition) fn json_log(line: &str) -> Option<String> {
    const KEYS: [&str; 4] = ["\"log\"", "\"message\"", "\"msg\"", "\"line\""];
    if !line.starts_with('{') || !line.ends_with('}') {
        return None;
    }
    let logged = KEYS.iter().find_map(|key| {
        let rest = line.get(line.find(key)? + key.len()..)?.trim_start().strip_prefix(':')?.trim_start();
        Some(unescaped(rest.get(1..string_end(rest)?)?))
    })?;
    let text = logged.trim();
    let starts = text.starts_with(|char: char| char.is_ascii_alphabetic() || matches!(char, '_' | '{'));
    let declares = || ["# TYPE ", "# HELP ", "# UNIT ", "# EOF"].iter().any(|start| text.starts_with(start));
    (text.is_empty() || starts || declares()).then(|| text.to_owned())
}

/// Where the string ends that the text begins with.
fn string_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = usize::from(bytes.first() == Some(&b'"'));
    while at > 0 {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_logged_is_taken_out_with_its_escapes_read() {
        for (line, logged) in [
            (r#"{"log":"a{b=\"c\"} 1\n","stream":"stdout","time":"2026-11-24T06:00:00Z"}"#, Some(r#"a{b="c"} 1"#)),
            (r#"{"time": "2026-11-24T06:00:00Z", "message": "a{b=\"\u003cc\u003e\\\\\"} 1"}"#, Some(r#"a{b="<c>\\"} 1"#)),
            (r##"{"msg":"# TYPE a gauge"}"##, Some("# TYPE a gauge")),
            (r#"{"log":"\n"}"#, Some("")),
            (r##"{"log":"# a word of the server"}"##, None),
            (r#"{"log":"a 1"#, None),
            (r#"{"log":1}"#, None),
            (r#"{"a","b"} 1"#, None),
        ] {
            assert_eq!(json_log(line).as_deref(), logged, "{line}");
        }
    }
}
