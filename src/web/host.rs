//! Places of the document that trees are drawn into, and what each of them shows.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use web_sys::Element;

use super::draw::patch;
use super::io::clipboard;
use super::list;
use super::state::{Sheet, State};
use crate::session::Part;
use crate::view::frame::Loading;
use crate::view::{Node, el, frame, home};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    Header,
    /// The empty page, or the rules.
    Page,
    Sheet,
    Part(Part),
    Raw,
}

/// Keeps an element as its tree says. For `use:` in the view.
pub fn drawn(element: Element, (state, host): (State, Host)) {
    let tag = if host == Host::Header { "header" } else { "div" };
    let shown = Rc::new(RefCell::new(el(tag)));
    let draw = Rc::new(move |tree: Node| {
        let before = shown.replace(tree);
        patch(&element, &before, &shown.borrow());
    });
    Effect::new(move |_| {
        // What is below the first screen waits until that has been painted, so that no task is long.
        if host == Host::Part(Part::Rest) {
            state.revision.track();
            let draw = Rc::clone(&draw);
            later(move || draw(untrack(|| tree(state, host).unwrap_or_else(|| el(tag)))));
        } else if let Some(tree) = tree(state, host) {
            draw(tree);
        }
    });
}

/// Time for the browser to paint, and to take what the person does next.
const BREATH: Duration = Duration::from_millis(8);

/// Runs something after the next painting.
pub fn later(task: impl FnOnce() + 'static) {
    request_animation_frame(move || set_timeout(task, BREATH));
}

/// What a place shows now; nothing when it stays as it is.
fn tree(state: State, host: Host) -> Option<Node> {
    match host {
        Host::Header => {
            let status = state.status.get();
            Some(frame::header(state.ui.with(|ui| ui.theme.word()), status.loaded, status.reported, paste_key()))
        }
        Host::Page => {
            let (rules, way) = state.ui.with(|ui| (ui.rules, ui.way));
            state.revision.track();
            Some(match (rules, state.status.with(|status| status.loaded)) {
                (true, _) => state.ask(|session| session.draw(Part::Rules, false)).flatten().unwrap_or_else(frame::rules_coming),
                (false, false) => home::home(way, paste_key()),
                (false, true) => el("div"),
            })
        }
        Host::Sheet => state.ui.with(|ui| {
            Some(match ui.sheet {
                None => el("div"),
                Some(Sheet::Help) => frame::help(ui.keys),
                Some(Sheet::Privacy) => frame::privacy(),
                Some(Sheet::Fetch) => {
                    let origin = window().location().origin().unwrap_or_default();
                    frame::fetch(&ui.address, &ui.progress, &origin, clipboard::is_mac())
                }
            })
        }),
        Host::Part(part) => {
            state.revision.track();
            if part != Part::Notice && !state.status.with(|status| status.loaded) {
                return Some(el("div"));
            }
            if part == Part::Notice {
                let loading = state.ui.with(|ui| ui.loading);
                if loading != Loading::Done {
                    return Some(frame::loading(loading));
                }
            }
            state.ask(|session| session.draw(part, is_wide())).flatten()
        }
        Host::Raw => {
            state.revision.track();
            let scroll = state.scroll.get();
            let raw = match (state.status.with(|status| status.loaded), scroll.ready) {
                (false, _) => return Some(el("div")),
                // The rows of before stay until those of the new text are known.
                (true, false) if list::element().is_some() => return None,
                (true, false) => state.ask(|session| session.draw_raw_tools()),
                (true, true) => state.ask(|session| session.draw_raw(scroll.top, scroll.height, scroll.cursor)),
            };
            raw.flatten().map(|raw| el("div").class("report-raw").with(raw))
        }
    }
}

/// Beside the report the form is open; on a narrow screen it would push the report away.
fn is_wide() -> bool {
    window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width >= 1024.0)
}

fn paste_key() -> &'static str {
    if clipboard::is_mac() { "⌘V" } else { "Ctrl V" }
}
