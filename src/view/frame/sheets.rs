//! What stands in the dialog: help, how to check that nothing is uploaded, and fetching by address.

use crate::view::failure::{Why, failed};
use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::button;
use crate::view::words::{fetch as words, help as help_words, privacy as privacy_words, shared};

/// What the dialog for fetching shows below the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    Idle,
    /// Bytes so far.
    Running(usize),
    /// The address and the reason.
    Failed(String, Why),
}

fn sheet(title: &str) -> Node {
    el_of("div", "sheet").with(el("header").with(el_with("h2", title).id("sheet")).with(button("small", "close", shared::CLOSE)))
}

/// The keys, what a dump can tell, and a switch for those whom single keys disturb.
pub fn help(keys: bool) -> Node {
    let row =
        |(key, action): &(&str, &str)| el("tr").with(el("th").attr("scope", "row").with(el_with("kbd", key))).with(el_with("td", action));
    let table = el_of("table", "keys")
        .with(el_of("caption", "hidden").text(help_words::KEYS))
        .with(el("tbody").all(help_words::TABLE.iter().map(row).collect()));
    let field = el("input").attr("type", "checkbox").attr("data-change", "keys").flag(".checked", keys);
    let check = el_of("label", "check").with(field).text(" ").text(help_words::SINGLE_KEYS);
    help_words::SENTENCES.iter().fold(sheet(help_words::TITLE).with(table).with(check), |sheet, (title, text)| {
        sheet.with(el_with("h3", title)).with(el("p").rich(text))
    })
}

/// How to check that nothing is uploaded.
pub fn privacy() -> Node {
    let steps = privacy_words::STEPS.iter().map(|text| el("li").rich(text)).collect();
    let sentences = privacy_words::SENTENCES.iter().map(|text| el("p").rich(text)).collect();
    sheet(privacy_words::TITLE).all(sentences).with(el("ol").all(steps))
}

/// The form, the progress, and what to do when it fails. `origin` and `mac` as for [`failed`].
pub fn fetch(address: &str, progress: &Progress, origin: &str, mac: bool) -> Node {
    let field = el("input")
        .id("fetch-address")
        .attr("type", "text")
        .attr("inputmode", "url")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("placeholder", words::EXAMPLE)
        .attr("data-input", "address")
        .attr(".value", address)
        .flag(".focus", true);
    let running = matches!(progress, Progress::Running(_));
    let send = el_of("button", "primary").attr("type", "submit").flag("disabled", running).text(words::FETCH);
    let form = el_of("form", "fetch")
        .with(el_with("label", words::ADDRESS).attr("for", "fetch-address"))
        .with(el_of("div", "field-row").with(field).with(send));
    let below = match progress {
        Progress::Idle => el_of("p", "quiet").text(words::HOW),
        Progress::Running(bytes) => {
            el("p").attr("role", "status").say(words::running(*bytes)).text(" ").with(button("small", "cancel", words::CANCEL))
        }
        Progress::Failed(url, why) => failed(url, why, origin, mac),
    };
    sheet(words::TITLE).with(form).with(below)
}
