//! Why a fetch failed, and what works instead.

use super::node::{Node, el, el_of, el_with};
use super::parts::copy_button;
use super::words::{fetch as words, shared};

/// Why there is no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    BadAddress(String),
    /// An https page may not read http.
    MixedContent,
    /// The server answers, but does not let this page read it.
    Cors,
    /// The browser was told not to let this page into the local network.
    Permission,
    Offline,
    /// No such name, nobody listening, or blocked on the way.
    Unreachable,
    Timeout,
    Cancelled,
    Status(u16),
    TooLarge,
    /// An answer, but no metrics in it.
    NotMetrics {
        sentence: String,
        hint: String,
        first_line: String,
    },
}

/// The failure of a fetch of this address. `origin` is this page's, for the server's flag; `mac` decides the command for the clipboard.
pub fn failed(url: &str, why: &Why, origin: &str, mac: bool) -> Node {
    let advice = words::advice(why).iter().map(|sentence| el("p").rich(sentence)).collect();
    let command = (!matches!(why, Why::BadAddress(_))).then(|| {
        let line = words::curl(url, mac);
        el_of("div", "command").with(el_with("p", words::INSTEAD)).with(el("pre").with(el_with("code", &line))).with(copy_button(
            &format!("copy {line}"),
            shared::COPY,
            words::CURL,
        ))
    });
    let flags = matches!(why, Why::Cors | Why::Unreachable).then(|| {
        let row = |(server, flag, note): (&str, Option<String>, &str)| {
            let flag = flag.map_or_else(|| el("td"), |flag| el("td").with(el_with("code", &flag)).text(" "));
            el("tr").row_head(server).with(flag.text(note))
        };
        el_of("table", "flags")
            .with(el_with("caption", words::FLAGS))
            .with(el("tbody").all(words::flags(origin).into_iter().map(row).collect()))
    });
    el_of("div", "failure").attr("role", "alert").with(el("h3").say(words::headline(why))).all(advice).maybe(command).maybe(flags)
}
