//! A tree as bytes: how the analysis hands what it draws to the page, which is a program of its own.
//!
//! Tags and names of attributes are numbers in the tables below; everything else is a length and UTF-8. Numbers are LEB128.

use super::node::{Node, el};

/// Sorted, so that they can be searched. An element that is missing here would be drawn as nothing; a test draws everything.
const TAGS: [&str; 46] = [
    "a", "article", "b", "button", "caption", "code", "datalist", "dd", "details", "div", "dl", "dt", "fieldset", "figure", "form", "h1",
    "h2", "h3", "h4", "header", "input", "kbd", "label", "legend", "li", "mark", "nav", "ol", "option", "p", "path", "pre", "rect",
    "section", "select", "span", "summary", "svg", "table", "tbody", "td", "th", "thead", "title", "tr", "ul",
];

const NAMES: [&str; 53] = [
    "--first",
    "--from",
    "--row-of-label",
    "--rows",
    "--share",
    "--to",
    ".checked",
    ".focus",
    ".local",
    ".selected",
    ".value",
    "aria-activedescendant",
    "aria-describedby",
    "aria-expanded",
    "aria-hidden",
    "aria-invalid",
    "aria-label",
    "aria-labelledby",
    "aria-level",
    "aria-live",
    "aria-pressed",
    "aria-rowcount",
    "aria-rowindex",
    "autocomplete",
    "class",
    "d",
    "data-change",
    "data-do",
    "data-input",
    "disabled",
    "fill",
    "fill-rule",
    "for",
    "height",
    "href",
    "id",
    "inputmode",
    "list",
    "open",
    "placeholder",
    "preserveAspectRatio",
    "role",
    "scope",
    "spellcheck",
    "step",
    "tabindex",
    "title",
    "type",
    "value",
    "viewBox",
    "width",
    "x",
    "y",
];

/// The number of a text, where an element has that of its tag.
const TEXT: usize = TAGS.len();

/// The tree as bytes.
#[must_use]
pub fn encode(tree: &Node) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4096);
    write(tree, &mut bytes);
    bytes
}

fn write(node: &Node, bytes: &mut Vec<u8>) {
    if node.is_text() {
        number(TEXT, bytes);
        string(node.own_text(), bytes);
        return;
    }
    let Ok(tag) = TAGS.binary_search(&node.tag()) else {
        return write(&el("div"), bytes);
    };
    number(tag, bytes);
    let known = || node.attributes().iter().filter_map(|(name, value)| Some((NAMES.binary_search(name).ok()?, value)));
    number(known().count(), bytes);
    for (name, value) in known() {
        number(name, bytes);
        string(value, bytes);
    }
    number(node.children().len(), bytes);
    for child in node.children() {
        write(child, bytes);
    }
}

fn string(text: &str, bytes: &mut Vec<u8>) {
    number(text.len(), bytes);
    bytes.extend_from_slice(text.as_bytes());
}

fn number(mut value: usize, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// The tree of these bytes; `None` when they are none.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<Node> {
    Reader { rest: bytes }.node()
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn node(&mut self) -> Option<Node> {
        let tag = self.number()?;
        if tag == TEXT {
            return Some(Node::of_text(self.string()?));
        }
        let mut node = el(TAGS.get(tag)?);
        for _ in 0..self.number()? {
            let name = self.number()?;
            node = node.attr(NAMES.get(name)?, self.string()?);
        }
        for _ in 0..self.number()? {
            let child = self.node()?;
            node = node.with(child);
        }
        Some(node)
    }

    fn string(&mut self) -> Option<&str> {
        let length = self.number()?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        std::str::from_utf8(text).ok()
    }

    fn number(&mut self) -> Option<usize> {
        let mut value = 0usize;
        for shift in (0..usize::BITS).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= usize::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Why, failed, frame, home, rules};

    #[test]
    fn the_tables_are_sorted() {
        assert!(TAGS.is_sorted() && NAMES.is_sorted());
    }

    #[test]
    fn trees_come_back_as_they_were() {
        let long = "ü".repeat(300);
        let trees = [
            el("div"),
            el("p").class("a").text("x").with(el("b").text(&long).flag("open", true)).text(" y"),
            rules::rules(),
            home::home(1, "Ctrl V"),
            frame::header("dark", true, true, "Ctrl V"),
            frame::help(true),
            frame::privacy(),
            failed("http://x", &Why::Cors, "http://y", false),
            frame::fetch("x", &frame::Progress::Running(3), "http://y", true),
        ];
        for tree in trees {
            assert_eq!(decode(&encode(&tree)), Some(tree));
        }
    }

    #[test]
    fn bytes_that_are_no_tree_are_none() {
        let bytes = encode(&el("p").class("a").text("x"));
        for end in 0..bytes.len() {
            assert_eq!(decode(&bytes[..end]), None, "{end}");
        }
        assert_eq!(decode(&[0xff; 12]), None);
    }
}
