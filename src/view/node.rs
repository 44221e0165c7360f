//! A piece of the page as plain data: elements and text. What draws it decides nothing, and what makes it needs no browser.

/// An element or a text. One pointer wide, so that building a tree costs few instructions a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Inner {
    /// Empty for a text.
    tag: &'static str,
    text: String,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Node>,
}

/// An element.
#[inline(never)]
#[must_use]
pub fn el(tag: &'static str) -> Node {
    Node(Box::new(Inner { tag, ..Inner::default() }))
}

/// An element with a class.
#[inline(never)]
#[must_use]
pub fn el_of(tag: &'static str, class: &str) -> Node {
    el(tag).class(class)
}

/// An element that holds one text.
#[inline(never)]
#[must_use]
pub fn el_with(tag: &'static str, text: &str) -> Node {
    el(tag).text(text)
}

/// What an attribute's name begins with decides what becomes of it:
/// - `--name` is a variable of the style sheet, because the page's policy allows no style attribute;
/// - `.name` is a property of a form's field: `.value`, `.checked`, `.selected`, `.focus`, and `.local`, a Unix time in seconds that is
///   shown on the clock of the person's machine;
/// - `data-do`, `data-input` and `data-change` say what happens when it is clicked, typed into or changed;
/// - anything else is an attribute.
impl Node {
    #[inline(never)]
    #[must_use]
    pub fn attr(mut self, name: &'static str, value: &str) -> Node {
        self.0.attributes.push((name, value.to_owned()));
        self
    }

    #[inline(never)]
    #[must_use]
    pub fn class(self, class: &str) -> Node {
        if class.is_empty() { self } else { self.attr("class", class) }
    }

    #[inline(never)]
    #[must_use]
    pub fn id(self, id: &str) -> Node {
        self.attr("id", id)
    }

    /// What a click does.
    #[inline(never)]
    #[must_use]
    pub fn does(self, action: &str) -> Node {
        self.attr("data-do", action)
    }

    /// An attribute that is there or not.
    #[inline(never)]
    #[must_use]
    pub fn flag(self, name: &'static str, on: bool) -> Node {
        if on { self.attr(name, "") } else { self }
    }

    /// Adds text. It joins the text before it, as it would in markup.
    #[inline(never)]
    #[must_use]
    pub fn text(mut self, text: &str) -> Node {
        if text.is_empty() {
            return self;
        }
        match self.0.children.last_mut() {
            Some(last) if last.is_text() => last.0.text.push_str(text),
            _ => self.0.children.push(Node::of_text(text)),
        }
        self
    }

    #[inline(never)]
    #[must_use]
    pub fn say(self, text: String) -> Node {
        self.text(&text)
    }

    #[inline(never)]
    #[must_use]
    pub fn with(mut self, child: Node) -> Node {
        self.0.children.push(child);
        self
    }

    #[inline(never)]
    #[must_use]
    pub fn maybe(self, child: Option<Node>) -> Node {
        match child {
            Some(child) => self.with(child),
            None => self,
        }
    }

    #[inline(never)]
    #[must_use]
    pub fn all(mut self, children: Vec<Node>) -> Node {
        self.0.children.extend(children);
        self
    }
}

impl Node {
    /// A text by itself.
    #[inline(never)]
    #[must_use]
    pub fn of_text(text: &str) -> Node {
        Node(Box::new(Inner { text: text.to_owned(), ..Inner::default() }))
    }

    #[must_use]
    pub fn is_text(&self) -> bool {
        self.0.tag.is_empty()
    }

    #[must_use]
    pub fn tag(&self) -> &'static str {
        self.0.tag
    }

    /// The text of a text; empty for an element.
    #[must_use]
    pub fn own_text(&self) -> &str {
        &self.0.text
    }

    #[must_use]
    pub fn attributes(&self) -> &[(&'static str, String)] {
        &self.0.attributes
    }

    #[must_use]
    pub fn children(&self) -> &[Node] {
        &self.0.children
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// All text inside, in reading order.
    #[must_use]
    pub fn all_text(&self) -> String {
        let mut text = self.0.text.clone();
        for child in &self.0.children {
            text.push_str(&child.all_text());
        }
        text
    }

    /// Gives every element inside, and this one, one more attribute, if the function has one for it.
    pub fn each_element(&mut self, attribute: &dyn Fn(&Node) -> Option<(&'static str, &'static str)>) {
        if let Some((name, value)) = attribute(self) {
            self.0.attributes.push((name, value.to_owned()));
        }
        self.0.children.iter_mut().for_each(|child| child.each_element(attribute));
    }

    /// Changes every text inside, except in elements that the test holds for.
    pub fn each_text(&mut self, kept: &dyn Fn(&Node) -> bool, change: &dyn Fn(&mut String)) {
        if self.is_text() {
            change(&mut self.0.text);
        } else if !kept(self) {
            self.0.children.iter_mut().for_each(|child| child.each_text(kept, change));
        }
    }

    /// Puts other nodes in the place of every text inside for which the function has some, except in elements that the test holds for.
    pub fn split_texts(&mut self, kept: &dyn Fn(&Node) -> bool, split: &dyn Fn(&str) -> Option<Vec<Node>>) {
        if self.is_text() || kept(self) {
            return;
        }
        for mut child in std::mem::take(&mut self.0.children) {
            child.split_texts(kept, split);
            match child.is_text().then(|| split(&child.0.text)).flatten() {
                Some(parts) => self.0.children.extend(parts),
                None => self.0.children.push(child),
            }
        }
    }

    /// Every element inside, and this one, in reading order, that the test holds for.
    #[must_use]
    pub fn find_all(&self, test: &dyn Fn(&Node) -> bool) -> Vec<&Node> {
        let mut found = Vec::new();
        if test(self) {
            found.push(self);
        }
        for child in &self.0.children {
            found.extend(child.find_all(test));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_touch_are_one() {
        let node = el("p").text("a").text(" ").with(el_with("b", "c")).text(" d");
        assert_eq!(node.children().len(), 3);
        assert_eq!(node.all_text(), "a c d");
    }

    #[test]
    fn attributes_keep_their_order_and_flags_are_there_or_not() {
        let node = el_of("details", "card").flag("open", true).flag("hidden", false);
        assert_eq!(node.attributes(), [("class", "card".to_owned()), ("open", String::new())]);
        assert_eq!(node.get("open"), Some(""));
        assert_eq!(node.get("hidden"), None);
    }
}
