//! Lines of a text, as people say them.

use crate::metrics::SourceLines;

/// `line 63`, `lines 380–385`, `lines 62, 68`, `lines 12, 40, 41 and 7 more`; nothing when there are none.
#[must_use]
pub fn label(lines: &SourceLines) -> Option<String> {
    let mut stretches = lines.stretches();
    let (first, last) = stretches.next()?;
    if stretches.next().is_none() {
        return Some(if first == last { format!("line {first}") } else { format!("lines {first}–{last}") });
    }
    const SHOWN: usize = 3;
    let shown: Vec<String> = lines.iter().take(SHOWN).map(|line| line.to_string()).collect();
    let shown = shown.join(", ");
    Some(match lines.len().saturating_sub(SHOWN) {
        0 => format!("lines {shown}"),
        more => format!("lines {shown} and {more} more"),
    })
}

#[cfg(test)]
mod tests {
    use super::label;
    use crate::metrics::SourceLines;

    #[test]
    fn lines_are_named_as_people_say_it() {
        assert_eq!(label(&SourceLines::default()), None);
        for (lines, said) in [
            (vec![63], "line 63"),
            (vec![380, 381, 382], "lines 380–382"),
            (vec![62, 68], "lines 62, 68"),
            (vec![12, 40, 41, 50, 60], "lines 12, 40, 41 and 2 more"),
        ] {
            assert_eq!(label(&lines.into_iter().collect()).as_deref(), Some(said));
        }
    }
}
