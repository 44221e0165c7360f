//! Trees into the document. A tree that takes the place of another changes only what differs: an element of the same tag, and of the
//! same id if it has one, stays, and with it what is open, focused, typed or selected.

use leptos::prelude::{document, request_animation_frame};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, Node as DomNode};

use super::io::clock;
use crate::view::Node;

const SVG: &str = "http://www.w3.org/2000/svg";

/// Turns what `old` drew into `element` into what `new` says. Both have the tag of the element.
pub fn patch(element: &Element, old: &Node, new: &Node) {
    patch_element(element, old, new, false);
}

fn patch_element(element: &Element, old: &Node, new: &Node, svg: bool) {
    for (name, value) in new.attributes() {
        if old.get(name) != Some(value) {
            set(element, name, value);
        }
    }
    for (name, _) in old.attributes() {
        if new.get(name).is_none() {
            unset(element, name);
        }
    }
    if old.children() != new.children() {
        patch_children(element, old.children(), new.children(), svg || new.tag() == "svg");
    }
}

fn patch_children(parent: &DomNode, old: &[Node], new: &[Node], svg: bool) {
    let mut here = parent.first_child(); // what was drawn for the next of `old`
    let mut at = 0;
    let mut moved: Vec<usize> = Vec::new();
    for (position, node) in new.iter().enumerate() {
        let found = old.iter().enumerate().skip(at).find(|(index, old)| same(old, node) && !moved.contains(index)).map(|(index, _)| index);
        let Some(found) = found else {
            if let Some(fresh) = create(node, svg) {
                let _ = parent.insert_before(&fresh, here.as_ref());
            }
            continue;
        };
        let later = new.get(position + 1..).unwrap_or_default();
        let between = || (at..found).filter(|index| !moved.contains(index));
        let wanted = between().any(|index| old.get(index).and_then(key).is_some_and(|id| later.iter().any(|node| key(node) == Some(id))));
        let steps = between().count();
        if wanted {
            // One of those between comes later: this one goes before them.
            let mut place = here.clone();
            for _ in 0..steps {
                place = place.and_then(|node| node.next_sibling());
            }
            let Some(place) = place else { continue };
            let _ = parent.insert_before(&place, here.as_ref());
            patch_node(&place, old.get(found), node, svg);
            moved.push(found);
            continue;
        }
        for _ in 0..steps {
            here = drop_node(parent, here);
        }
        if let Some(place) = here {
            patch_node(&place, old.get(found), node, svg);
            here = place.next_sibling();
        }
        at = found + 1;
    }
    while here.is_some() {
        here = drop_node(parent, here);
    }
}

/// Takes a node out and gives the one after it.
fn drop_node(parent: &DomNode, node: Option<DomNode>) -> Option<DomNode> {
    let node = node?;
    let next = node.next_sibling();
    let _ = parent.remove_child(&node);
    next
}

fn key(node: &Node) -> Option<&str> {
    node.get("id")
}

fn same(old: &Node, new: &Node) -> bool {
    old.tag() == new.tag() && key(old) == key(new)
}

fn patch_node(place: &DomNode, old: Option<&Node>, new: &Node, svg: bool) {
    let Some(old) = old else { return };
    if new.is_text() {
        if old.own_text() != new.own_text() {
            place.set_node_value(Some(new.own_text()));
        }
    } else if let Some(element) = place.dyn_ref::<Element>() {
        patch_element(element, old, new, svg);
    }
}

fn create(node: &Node, svg: bool) -> Option<DomNode> {
    let document = document();
    if node.is_text() {
        return Some(document.create_text_node(node.own_text()).into());
    }
    let svg = svg || node.tag() == "svg";
    let element = if svg { document.create_element_ns(Some(SVG), node.tag()) } else { document.create_element(node.tag()) }.ok()?;
    for (name, value) in node.attributes() {
        set(&element, name, value);
    }
    for child in node.children() {
        if let Some(child) = create(child, svg) {
            let _ = element.append_child(&child);
        }
    }
    Some(element.into())
}

/// The names come from the program alone, never from a text.
fn set(element: &Element, name: &'static str, value: &str) {
    match name {
        ".focus" => {
            let field: HtmlElement = element.clone().unchecked_into();
            request_animation_frame(move || {
                let _ = field.focus();
            });
        }
        ".checked" => property(element, "checked", &JsValue::TRUE),
        ".selected" => property(element, "selected", &JsValue::TRUE),
        // Writing what is there already would move the caret.
        ".value" => {
            let value = JsValue::from_str(value);
            if js_sys::Reflect::get(element, &"value".into()).ok().as_ref() != Some(&value) {
                property(element, "value", &value);
            }
        }
        ".local" => {
            let at: Option<f64> = value.parse().ok();
            if element.tag_name() == "INPUT" {
                property(element, "value", &at.map(clock::field).unwrap_or_default().into());
            } else {
                element.set_text_content(Some(&at.map(clock::time_of_day).unwrap_or_default()));
            }
        }
        variable if variable.starts_with("--") => {
            let _ = element.unchecked_ref::<HtmlElement>().style().set_property(variable, value);
        }
        name => {
            let _ = element.set_attribute(name, value);
        }
    }
}

fn unset(element: &Element, name: &'static str) {
    match name {
        ".checked" => property(element, "checked", &JsValue::FALSE),
        variable if variable.starts_with("--") => {
            let _ = element.unchecked_ref::<HtmlElement>().style().remove_property(variable);
        }
        // Selecting another option has unselected this one.
        property if property.starts_with('.') => {}
        name => {
            let _ = element.remove_attribute(name);
        }
    }
}

fn property(element: &Element, name: &str, value: &JsValue) {
    let _ = js_sys::Reflect::set(element, &JsValue::from_str(name), value);
}
