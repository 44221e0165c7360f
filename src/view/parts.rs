//! Small parts that the cards share.

use super::node::{Node, el, el_of, el_with};
use super::words::report as words;
use crate::export::{Piece, pieces};
use crate::metrics::SourceLines;

impl Node {
    /// Adds a sentence in which flags and metric names are set as code.
    #[inline(never)]
    #[must_use]
    pub fn rich(self, text: &str) -> Node {
        pieces(text).into_iter().fold(self, |node, piece| match piece {
            Piece::Prose(text) => node.text(text),
            Piece::Code(text) => node.with(el_with("code", text)),
        })
    }

    /// A cell that heads a row.
    #[inline(never)]
    #[must_use]
    pub fn row_head(self, text: &str) -> Node {
        self.with(el_with("th", text).attr("scope", "row"))
    }

    #[inline(never)]
    #[must_use]
    pub fn cell(self, class: &str, text: &str) -> Node {
        self.with(el_of("td", class).text(text))
    }
}

/// A paragraph with a sentence, or nothing when there is none.
#[inline(never)]
pub fn sentence(class: &str, text: &str) -> Option<Node> {
    (!text.is_empty()).then(|| el_of("p", class).rich(text))
}

/// A list whose entries are sentences.
#[inline(never)]
pub fn list(items: &[String]) -> Node {
    el("ul").all(items.iter().map(|item| el("li").rich(item)).collect())
}

/// A term of a description list with its sentence; nothing when there is none.
#[inline(never)]
pub fn term(list: Node, label: &str, text: &str) -> Node {
    if text.is_empty() { list } else { list.with(el_with("dt", label)).with(el("dd").rich(text)) }
}

/// A landmark with its heading; `id` is what the navigation jumps to.
#[inline(never)]
pub fn section(id: &str, title: &str, aside: &str) -> Node {
    let heading = format!("{id}-title");
    el_of("section", "part").id(id).attr("aria-labelledby", &heading).with(
        el_of("header", "part-head")
            .with(el_with("h2", title).id(&heading).attr("tabindex", "-1"))
            .with(el_of("span", "aside").text(aside)),
    )
}

/// A table with its caption, which only screen readers need, and the names of its columns, which stand where the values of the first row do.
#[inline(never)]
pub fn table(class: &str, caption: &str, head: &str, columns: &[&str], rows: Vec<Node>) -> Node {
    let side = |cell: &Node| if cell.get("class").is_some_and(|class| class.starts_with("value")) { "value" } else { "" };
    let sides: Vec<&str> = rows.first().map(|row| row.children().iter().map(side).collect()).unwrap_or_default();
    let name = |(name, side): (&&str, &str)| el_with("th", name).attr("scope", "col").class(side);
    let names = columns.iter().zip(sides.into_iter().chain(std::iter::repeat(""))).map(name).collect();
    el_of("table", class)
        .with(el_of("caption", "hidden").text(caption))
        .with(el_of("thead", head).with(el("tr").all(names)))
        .with(el("tbody").all(rows))
}

/// A table whose rows a narrow screen lays out as blocks, as the classes of their cells say: `mark` stands beside the head of the row,
/// `half` begins a line, `value` ends one, anything else has a line of its own. Blocks are no rows to some screen readers, so the roles
/// are written out.
#[inline(never)]
pub fn stacked(mut table: Node) -> Node {
    table.each_element(&|node| {
        let role = match (node.tag(), node.get("scope")) {
            ("table", _) => "table",
            ("thead" | "tbody", _) => "rowgroup",
            ("tr", _) => "row",
            ("th", Some("row")) => "rowheader",
            ("th", _) => "columnheader",
            ("td", _) => "cell",
            _ => return None,
        };
        Some(("role", role))
    });
    table
}

/// The name of a column before its value, for those who see no columns because the screen is narrow.
#[inline(never)]
pub fn column_name(name: &str) -> Node {
    el_of("span", "column-name").attr("aria-hidden", "true").text(name).text(" ")
}

/// A folded part.
#[inline(never)]
pub fn fold(class: &str, summary: &str) -> Node {
    el_of("details", class).with(el_with("summary", summary))
}

#[inline(never)]
pub fn link(target: &str, text: &str) -> Node {
    el_with("a", text).attr("href", target)
}

#[inline(never)]
pub fn button(class: &str, action: &str, text: &str) -> Node {
    el_of("button", class).attr("type", "button").does(action).text(text)
}

/// A button that copies a text and says whether it did. `what` is for those who do not see where it stands.
#[inline(never)]
pub fn copy_button(action: &str, label: &str, what: &str) -> Node {
    button("small copy", action, "")
        .with(el("span").attr("aria-live", "polite").text(label))
        .text(" ")
        .with(el_of("span", "hidden").text(what))
}

/// A button that opens these lines in the raw view; nothing when there are none.
#[inline(never)]
pub fn lines(input: usize, lines: &SourceLines) -> Option<Node> {
    Some(button("link lines", &format!("lines {input} {}", spelled(lines)), &label(lines)?))
}

/// `63`, `380-385`, `12,40-42`: lines as an action carries them.
fn spelled(lines: &SourceLines) -> String {
    let range = |(first, last)| if first == last { format!("{first}") } else { format!("{first}-{last}") };
    lines.stretches().map(range).collect::<Vec<String>>().join(",")
}

/// The lines that an action carries.
#[must_use]
pub fn read_lines(spelled: &str) -> Vec<u32> {
    let ends = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        Some((first.parse::<u32>().ok()?, last.parse::<u32>().ok()?))
    };
    spelled.split(',').filter_map(ends).flat_map(|(first, last)| first..=last).collect()
}

/// `line 63`, `lines 380–385`, `lines 62, 68`, `lines 12, 40, 41 and 7 more`.
fn label(lines: &SourceLines) -> Option<String> {
    let mut stretches = lines.stretches();
    let (first, last) = stretches.next()?;
    if stretches.next().is_none() {
        return Some(if first == last { words::line(first) } else { words::line_range(first, last) });
    }
    const SHOWN: usize = 3;
    let shown: Vec<String> = lines.iter().take(SHOWN).map(|line| line.to_string()).collect();
    Some(words::line_list(&shown.join(", "), lines.len().saturating_sub(SHOWN)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_an_action_are_the_lines_that_were_given() {
        for lines in [vec![], vec![63], vec![380, 381, 382], vec![12, 40, 41, 90], vec![u32::MAX - 2, u32::MAX - 1]] {
            assert_eq!(read_lines(&spelled(&lines.iter().copied().collect())), lines);
        }
        assert_eq!(spelled(&[12, 40, 41, 90].into()), "12,40-41,90");
        assert_eq!(read_lines("x,3-,4"), [4]);
    }

    #[test]
    fn lines_are_named_as_people_say_it() {
        assert_eq!(label(&SourceLines::default()), None);
        for (lines, label) in [
            (vec![63], "line 63"),
            (vec![380, 381, 382], "lines 380–382"),
            (vec![62, 68], "lines 62, 68"),
            (vec![12, 40, 41, 50, 60], "lines 12, 40, 41 and 2 more"),
        ] {
            assert_eq!(super::label(&lines.into_iter().collect()).as_deref(), Some(label));
        }
    }

    #[test]
    fn sentences_become_text_and_code_and_never_markup() {
        let node = el("p").rich("`a` <b> --max-num-seqs x");
        let codes: Vec<String> = node.find_all(&|node| node.tag() == "code").into_iter().map(Node::all_text).collect();
        assert_eq!(codes, ["a", "--max-num-seqs"]);
        assert_eq!(node.all_text(), "a <b> --max-num-seqs x");
        assert!(node.find_all(&|node| node.tag() == "b").is_empty());
    }
}
