//! What a person sees when the program stops: plain DOM, because nothing else works any more.

use leptos::prelude::document;

use crate::view::words::panic as words;

/// Installs the hook. It must not panic itself, so every step that can fail is allowed to.
pub fn install() {
    std::panic::set_hook(Box::new(|info| {
        banner(&info.to_string());
        console_error_panic_hook::hook(info);
    }));
}

/// Says that the program has stopped, and why.
pub fn banner(reason: &str) {
    let document = document();
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
    title.set_text_content(Some(words::TITLE));
    advice.set_text_content(Some(words::ADVICE));
    details.set_text_content(Some(reason));
    for part in [&title, &advice, &details] {
        let _ = banner.append_child(part);
    }
    let _ = body.prepend_with_node_1(&banner);
}
