//! What must hold for every tree, whatever was given.

use std::collections::BTreeSet;

use super::*;
use crate::view::frame::{self, Loading, Origin, Progress};
use crate::view::{Why, home};

const SAMPLES: [[&str; 2]; 3] = [
    [include_str!("../../assets/samples/vllm-kv-bound-1.prom"), include_str!("../../assets/samples/vllm-kv-bound-2.prom")],
    [include_str!("../../assets/samples/sglang-overload-1.prom"), include_str!("../../assets/samples/sglang-overload-2.prom")],
    [include_str!("../../assets/samples/tgi-overload-1.prom"), include_str!("../../assets/samples/tgi-overload-2.prom")],
];

fn session(texts: &[&str]) -> Session {
    let mut session = Session::new();
    let incoming = |(index, text): (usize, &&str)| Incoming {
        name: format!("dump {index}"),
        at: Some(1000.0 + 60.0 * index as f64),
        bytes: text.as_bytes().to_vec(),
        origin: Origin::Sample,
    };
    session.accept(texts.iter().enumerate().map(incoming).collect());
    session
}

/// The page as it stands with this session: everything that is in the document at once.
fn page(session: &mut Session) -> Node {
    let frame = el_of("main", "").with(frame::header("dark", true, true, "Ctrl V")).with(frame::help(true));
    let parts = [Part::Notice, Part::Top, Part::Main, Part::Side, Part::Rest];
    let page = parts.iter().fold(frame, |page, part| page.with(session.draw(*part, true)));
    page.with(session.draw_raw(0.0, 480.0, Some(0)))
}

fn pages() -> Vec<Node> {
    let mut pages = Vec::new();
    for texts in &SAMPLES {
        let mut windowed = session(texts);
        pages.push(page(&mut windowed));
        windowed.act("edit-targets");
        windowed.act("time 0");
        windowed.fill("profile", "classic");
        pages.push(page(&mut windowed));
        let mut damaged = session(&[&format!("{}\nvllm:x{{a=\"1\" 2\nsome words\n", texts[0])]);
        damaged.accept(vec![Incoming { name: "bad".into(), at: None, bytes: b"no metrics\n".to_vec(), origin: Origin::Pasted }]);
        pages.push(page(&mut damaged));
    }
    let failed = Progress::Failed("http://x/metrics".into(), Why::Unreachable);
    pages.push(el_of("main", "").with(home::home(0, "Ctrl V")).with(frame::fetch("x", &failed, "http://y", false)));
    pages.push(el_of("main", "").with(frame::loading(Loading::Failed)).with(frame::privacy()));
    pages.push(session(&SAMPLES[0]).draw(Part::Rules, true));
    pages
}

fn values<'a>(page: &'a Node, name: &str) -> Vec<&'a str> {
    page.find_all(&|node| node.get(name).is_some()).into_iter().filter_map(|node| node.get(name)).collect()
}

#[test]
fn no_id_is_given_twice_and_every_reference_leads_somewhere() {
    for page in pages() {
        let all = values(&page, "id");
        let ids: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(ids.len(), all.len(), "{all:?}");
        for name in ["aria-labelledby", "aria-describedby", "for", "list", "aria-activedescendant"] {
            for id in values(&page, name) {
                assert!(ids.contains(id), "{name}={id}");
            }
        }
        for target in values(&page, "href").into_iter().filter_map(|href| href.strip_prefix('#')) {
            let elsewhere = target.is_empty() || target == "rules" || target.starts_with("rule-");
            assert!(elsewhere || ids.contains(target), "#{target}");
        }
    }
}

#[test]
fn every_button_and_every_field_does_something() {
    let of_the_page = include_str!("../web/events.rs");
    for page in pages() {
        for action in values(&page, "data-do") {
            let verb = action.split(' ').next().unwrap_or_default();
            let known = of_the_page.contains(&format!("{verb:?} =>")) || session(&SAMPLES[0]).act(action);
            assert!(known, "{action}");
        }
        for field in ["data-input", "data-change"].iter().flat_map(|name| values(&page, name)) {
            let mut session = session(&[]);
            assert!(of_the_page.contains(&format!("{field:?} =>")) || session.fill(field, "1"), "{field}");
        }
    }
}

#[test]
fn buttons_have_a_word_and_fields_a_label() {
    for page in pages() {
        for button in page.find_all(&|node| node.tag() == "button") {
            assert!(!button.all_text().trim().is_empty(), "{button:?}");
        }
        let labelled: BTreeSet<&str> = values(&page, "for").into_iter().collect();
        let wrapped: Vec<&Node> = page.find_all(&|node| node.tag() == "label");
        for field in page.find_all(&|node| ["input", "select"].contains(&node.tag())) {
            let named = field.get("aria-label").is_some() || field.get("id").is_some_and(|id| labelled.contains(id));
            assert!(named || wrapped.iter().any(|label| label.children().contains(field)), "{field:?}");
        }
    }
}

#[test]
fn a_name_in_the_text_stays_text() {
    let evil = "<img src=x onerror=alert(1)>";
    let text = SAMPLES[0][0].replace("model_name=\"", &format!("model_name=\"{evil}"));
    let page = page(&mut session(&[&text]));
    assert!(page.all_text().contains(evil));
    assert!(page.find_all(&|node| node.tag() == "img").is_empty());
    assert!(page.find_all(&|node| node.attributes().iter().any(|(name, _)| name.starts_with("on"))).is_empty());
}
