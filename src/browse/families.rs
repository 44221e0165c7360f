//! The families of a text, each with its lines, and the rows that a search leaves of them.

use super::{Lines, Needle};
use crate::exposition::Parsed;
use crate::metrics::{Family, Kind};

/// A family as the list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct FamilyEntry {
    pub name: String,
    pub kind: &'static str,
    /// The text declared the type.
    pub declared: bool,
    pub help: String,
    pub unit: Option<String>,
    /// Which exposition of the text it stands in, from 0.
    pub scrape: usize,
    /// Lines of its samples, in order.
    pub lines: Vec<u32>,
    /// The value of a single sample, or count and mean of a histogram or summary.
    pub gist: Gist,
}

/// A family in a word.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gist {
    One(f64),
    Spread { count: f64, mean: Option<f64> },
    Many,
}

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// Index of a family; how many of its lines match the search.
    Family {
        index: usize,
        matching: usize,
    },
    Line(u32),
}

/// All families of a text, in its order.
#[must_use]
pub fn families(parsed: &Parsed) -> Vec<FamilyEntry> {
    parsed.scrapes.iter().enumerate().flat_map(|(scrape, found)| found.families().filter_map(move |family| entry(family, scrape))).collect()
}

/// The rows of the list. Without a search, families show their lines when they are opened; with one, only what matches is left, and
/// a family that matches only by its lines is open.
#[must_use]
pub fn rows(families: &[FamilyEntry], text: &str, lines: &Lines, needle: &Needle, is_open: &dyn Fn(&str) -> bool) -> Vec<Row> {
    let mut rows = Vec::with_capacity(families.len());
    for (index, family) in families.iter().enumerate() {
        let open = is_open(&family.name);
        if needle.is_empty() || needle.matches_any(&[&family.name, &family.help]) {
            rows.push(Row::Family { index, matching: family.lines.len() });
            if open {
                rows.extend(family.lines.iter().map(|line| Row::Line(*line)));
            }
            continue;
        }
        let matching: Vec<u32> = family.lines.iter().copied().filter(|line| needle.matches(lines.get(text, *line))).collect();
        if !matching.is_empty() {
            rows.push(Row::Family { index, matching: matching.len() });
            rows.extend(matching.into_iter().map(Row::Line));
        }
    }
    rows
}

fn entry(family: Family<'_>, scrape: usize) -> Option<FamilyEntry> {
    let lines: Vec<u32> = family.samples().map(|sample| sample.line()).collect();
    (!lines.is_empty()).then(|| FamilyEntry {
        name: family.name().to_owned(),
        kind: word(family.kind()),
        declared: family.is_declared(),
        help: family.help().unwrap_or("").to_owned(),
        unit: family.unit().map(str::to_owned),
        scrape,
        gist: gist(family, lines.len()),
        lines,
    })
}

fn gist(family: Family<'_>, samples: usize) -> Gist {
    match family.kind() {
        Kind::Histogram | Kind::GaugeHistogram | Kind::Summary => {
            let total = |suffix: &str| {
                let parts: Vec<f64> =
                    family.samples().filter(|sample| sample.name().ends_with(suffix)).map(|sample| sample.value()).collect();
                (!parts.is_empty()).then(|| parts.iter().sum::<f64>())
            };
            match total("_count").filter(|count| count.is_finite()) {
                Some(count) => Gist::Spread {
                    count,
                    mean: total("_sum").filter(|_| count > 0.0).map(|sum| sum / count).filter(|mean| mean.is_finite()),
                },
                None => Gist::Many,
            }
        }
        _ if samples == 1 => family.samples().next().map_or(Gist::Many, |sample| Gist::One(sample.value())),
        _ => Gist::Many,
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
        Kind::GaugeHistogram => "gauge histogram",
        Kind::Summary => "summary",
        Kind::Info => "info",
        Kind::StateSet => "state set",
        Kind::Unknown => "untyped",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# HELP q Requests waiting\n# TYPE q gauge\nq{m=\"a\"} 3\nq{m=\"b\"} 4\n# TYPE t histogram\nt_bucket{le=\"1\"} 2\nt_bucket{le=\"+Inf\"} 4\nt_sum 6\nt_count 4\nup 1\n";

    fn shown(search: &str, open: &[&str]) -> Vec<Row> {
        let parsed = crate::exposition::parse(TEXT.as_bytes());
        let entries = families(&parsed);
        rows(&entries, &parsed.text, &Lines::of(&parsed.text), &Needle::new(search), &|name| open.contains(&name))
    }

    #[test]
    fn families_carry_their_type_help_lines_and_gist() {
        let entries = families(&crate::exposition::parse(TEXT.as_bytes()));
        let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["q", "t", "up"]);
        assert_eq!((entries[0].kind, entries[0].help.as_str(), entries[0].lines.as_slice()), ("gauge", "Requests waiting", &[3, 4][..]));
        assert_eq!(entries[1].gist, Gist::Spread { count: 4.0, mean: Some(1.5) });
        assert_eq!(entries[2].gist, Gist::One(1.0));
    }

    #[test]
    fn closed_families_are_one_row_each_and_open_ones_show_their_lines() {
        assert_eq!(shown("", &[]).len(), 3);
        assert_eq!(shown("", &["q"])[..3], [Row::Family { index: 0, matching: 2 }, Row::Line(3), Row::Line(4)]);
    }

    #[test]
    fn a_search_leaves_matching_lines_below_their_family() {
        assert_eq!(shown("m=\"b\"", &[]), [Row::Family { index: 0, matching: 1 }, Row::Line(4)]);
        assert_eq!(shown("waiting", &[]), [Row::Family { index: 0, matching: 2 }]);
        assert!(shown("nothing like it", &["q"]).is_empty());
    }
}
