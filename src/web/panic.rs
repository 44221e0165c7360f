//! What a person sees when the program stops: plain DOM, because nothing else works any more.

use leptos::prelude::document;

const TITLE: &str = "The page stopped.";
const ADVICE: &str =
    "This is a defect of servescope. Your data never left this page. Reload it to go on; the text below helps to find the defect.";

/// Installs the hook. It must not panic itself, so every step that can fail is allowed to.
pub fn install() {
    std::panic::set_hook(Box::new(|info| {
        banner(&info.to_string());
        console_error_panic_hook::hook(info);
    }));
}

/// Says that the program has stopped, and why.
fn banner(reason: &str) {
    let document = document();
    // The first reason counts; what fails after it fails because of it.
    if document.query_selector(".crash").is_ok_and(|banner| banner.is_some()) {
        return;
    }
    let (Some(body), Ok(banner), Ok(title), Ok(advice), Ok(details)) = (
        document.body(),
        document.create_element("div"),
        document.create_element("strong"),
        document.create_element("p"),
        document.create_element("pre"),
    ) else {
        return;
    };
    banner.set_class_name("crash");
    let _ = banner.set_attribute("role", "alert");
    title.set_text_content(Some(TITLE));
    advice.set_text_content(Some(ADVICE));
    details.set_text_content(Some(reason));
    for part in [&title, &advice, &details] {
        let _ = banner.append_child(part);
    }
    let _ = body.prepend_with_node_1(&banner);
}
