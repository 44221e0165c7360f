//! The comparison in one sentence.

use super::{Change, Fate, FindingChange, Load, Row};

/// What changed most for the people who wait, then what became of the causes, then what the load has to do with it.
pub(super) fn headline(rows: &[Row], findings: &[FindingChange], load: &Load) -> String {
    let mut parts = vec![numbers(rows)];
    parts.extend(causes(findings, Fate::Gone, "gone"));
    parts.extend(causes(findings, Fate::Still, "still there"));
    parts.extend(causes(findings, Fate::New, "new"));
    parts.extend(causes(findings, Fate::Unknown, "not to be judged now"));
    let mut text = parts.join("; ");
    text.push('.');
    match load.alike {
        Some(true) => text.push_str(" The load was alike."),
        Some(false) => text.push_str(" The load was not the same."),
        None => {}
    }
    text
}

fn numbers(rows: &[Row]) -> String {
    let decided = |change: Change| rows.iter().filter(move |row| row.change == change);
    let (worse, better): (Vec<&Row>, Vec<&Row>) = (decided(Change::Worse).collect(), decided(Change::Better).collect());
    let word = |row: &Row, word: &str| {
        let shown = |side: &Option<super::Side>| side.as_ref().map_or_else(|| "?".to_owned(), |side| side.shown.clone());
        format!("{} {}: before {}, after {}", row.label, word, shown(&row.before), shown(&row.after))
    };
    match (worse.first(), better.first()) {
        (Some(worst), None) => word(worst, "is worse"),
        (None, Some(best)) => word(best, "is better"),
        (Some(worst), Some(best)) => format!("{}; {}", word(best, "is better"), word(worst, "is worse")),
        (None, None) => "No latency, error or queue differs by more than chance".to_owned(),
    }
}

fn causes(findings: &[FindingChange], fate: Fate, word: &str) -> Option<String> {
    let titles: Vec<String> =
        findings.iter().filter(|finding| finding.fate == fate).map(|finding| format!("“{}”", finding.title)).collect();
    let verb = if titles.len() > 1 { "are" } else { "is" };
    (!titles.is_empty()).then(|| format!("{} {verb} {word}", titles.join(", ")))
}
