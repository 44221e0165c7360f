//! A line of the text in parts that are drawn differently.

/// What a part of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Comment,
    Name,
    Labels,
    Value,
}

/// A part of a line that is drawn in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<'a> {
    pub text: &'a str,
    pub part: Part,
    /// The search found it.
    pub marked: bool,
}

/// Cuts a line into its parts, and those where the search marked something. Joined again they are the line.
#[must_use]
pub fn spans<'a>(line: &'a str, marks: &[[usize; 2]]) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    let mut start = 0;
    for (part, end) in parts(line) {
        let mut at = start;
        for [from, to] in marks {
            let (from, to) = ((*from).clamp(at, end), (*to).clamp(at, end));
            push(&mut spans, line, at, from, part, false);
            push(&mut spans, line, from, to, part, true);
            at = to.max(at);
        }
        push(&mut spans, line, at, end, part, false);
        start = end;
    }
    spans
}

fn push<'a>(spans: &mut Vec<Span<'a>>, line: &'a str, from: usize, to: usize, part: Part, marked: bool) {
    if let Some(text) = line.get(from..to).filter(|text| !text.is_empty()) {
        spans.push(Span { text, part, marked });
    }
}

/// Where each part ends. This is for colours only; a line that is no sample is cut somewhere, which does no harm.
fn parts(line: &str) -> Vec<(Part, usize)> {
    if line.trim_start().starts_with('#') {
        return vec![(Part::Comment, line.len())];
    }
    let name = line.find(['{', ' ', '\t']).unwrap_or(line.len());
    let labels = match line.get(name..) {
        Some(rest) if rest.starts_with('{') => rest.rfind('}').map_or(line.len(), |end| name + end + 1),
        _ => name,
    };
    vec![(Part::Name, name), (Part::Labels, labels), (Part::Value, line.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"vllm:x{a="1}",b="é"} 64.0"#;

    fn cut(line: &str, marks: &[[usize; 2]]) -> Vec<(String, Part, bool)> {
        let spans = spans(line, marks);
        assert_eq!(spans.iter().map(|span| span.text).collect::<String>(), line, "nothing is lost");
        spans.into_iter().map(|span| (span.text.to_owned(), span.part, span.marked)).collect()
    }

    #[test]
    fn name_labels_and_value_are_told_apart() {
        let parts: Vec<(String, Part)> = cut(LINE, &[]).into_iter().map(|(text, part, _)| (text, part)).collect();
        assert_eq!(parts, [("vllm:x".into(), Part::Name), (r#"{a="1}",b="é"}"#.into(), Part::Labels), (" 64.0".into(), Part::Value)]);
        assert_eq!(cut("# HELP x y", &[])[0].1, Part::Comment);
        assert_eq!(cut("up 1", &[]).len(), 2);
    }

    #[test]
    fn marks_cut_the_parts_and_may_cross_them() {
        let marked: Vec<String> =
            cut(LINE, &[[5, 8], [22, 24]]).into_iter().filter(|(_, _, marked)| *marked).map(|(text, _, _)| text).collect();
        assert_eq!(marked.concat(), format!("{}{}", LINE.get(5..8).unwrap(), LINE.get(22..24).unwrap()));
    }

    #[test]
    fn marks_outside_the_line_change_nothing() {
        assert_eq!(cut("up 1", &[[40, 50]]), cut("up 1", &[]));
        cut("", &[[0, 1]]);
    }
}
