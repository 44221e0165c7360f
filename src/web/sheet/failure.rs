//! Why a fetch failed, most likely, and what works instead.

use leptos::prelude::*;

use crate::web::parts::{copy_button, rich};

const INSTEAD: &str = "This works whatever the browser allows; paste what it copies:";
const CURL: &str = "the curl command";
const FLAGS: &str = "What lets a page read the metrics";

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
pub fn failure(url: &str, why: &Why, origin: &str, mac: bool) -> AnyView {
    let advice = advice(why).iter().map(|sentence| view! { <p>{rich(sentence)}</p> }.into_any()).collect::<Vec<AnyView>>();
    let command = (!matches!(why, Why::BadAddress(_))).then(|| {
        let line = curl(url, mac);
        view! {
            <div class="command">
                <p>{INSTEAD}</p>
                <pre><code>{line.clone()}</code></pre>
                {copy_button(line, CURL.to_owned())}
            </div>
        }
    });
    let flags = matches!(why, Why::Cors | Why::Unreachable).then(|| {
        let row = |(server, flag, note): (&'static str, Option<String>, &'static str)| {
            view! { <tr><th scope="row">{server}</th><td>{flag.map(|flag| view! { <code>{flag}</code> " " })} {note}</td></tr> }.into_any()
        };
        let rows = flags(origin).into_iter().map(row).collect::<Vec<AnyView>>();
        view! { <table class="flags"><caption>{FLAGS}</caption><tbody>{rows}</tbody></table> }
    });
    view! { <div class="failure" role="alert"><h3>{headline(why)}</h3> {advice} {command} {flags}</div> }.into_any()
}

fn headline(why: &Why) -> String {
    match why {
        Why::BadAddress(sentence) => sentence.clone(),
        Why::MixedContent => "The browser does not let an https page read http.".to_owned(),
        Why::Cors => "The server answers, but does not let this page read it (CORS).".to_owned(),
        Why::Permission => "The browser does not let this page into the local network.".to_owned(),
        Why::Offline => "The browser is offline.".to_owned(),
        Why::Unreachable => "Nobody answers there.".to_owned(),
        Why::Timeout => "No answer within 10 seconds.".to_owned(),
        Why::Cancelled => "Cancelled.".to_owned(),
        Why::Status(status) => format!("The server answers with status {status}."),
        Why::TooLarge => "The answer is larger than 32 MB and was cut off.".to_owned(),
        Why::NotMetrics { sentence, .. } => sentence.clone(),
    }
}

fn advice(why: &Why) -> Vec<String> {
    let sentence = match why {
        Why::BadAddress(_) | Why::Cancelled => return Vec::new(),
        Why::MixedContent => "Run the page from http://localhost (it is one folder of static files), or use the command below.",
        Why::Cors => "Allow this page with the server's own flag, or use the command below. A proxy in front may also drop the header.",
        Why::Permission => {
            "The permission was refused earlier. Reset “local network access” for this site in the browser's site settings, then fetch again."
        }
        Why::Offline => "Fetching needs the network. Pasting and opening files do not.",
        Why::Unreachable => {
            "Most likely the name is unknown, nothing listens on that port, or a firewall, a blocker or the browser stops it; a page is not told \
             which. Does the command below work?"
        }
        Why::Timeout => "The server takes the request and stays silent, or a firewall drops it. A stalled engine can look like this.",
        Why::Status(404) => {
            "There is no such page. SGLang serves /metrics only with --enable-metrics; behind a gateway the path may differ."
        }
        Why::Status(401 | 403) => "It asks for a login. The metrics page of vLLM, SGLang and TGI needs none: a proxy in front does.",
        Why::Status(500..=599) => {
            "The server or a proxy in front of it fails. If it is the server itself, its log says more than its metrics."
        }
        Why::Status(_) => "That is not the answer of a metrics page. Is the path right?",
        Why::TooLarge => {
            "One server's metrics are far smaller. Is this the address of an aggregating proxy? Save it with curl and open the file."
        }
        Why::NotMetrics { hint, first_line, .. } => {
            let mut sentences = vec![hint.clone()];
            if !first_line.is_empty() {
                sentences.push(format!("The answer begins with: {first_line}"));
            }
            return sentences;
        }
    };
    vec![sentence.to_owned()]
}

/// A command that fetches and copies, in the way of the person's machine.
fn curl(url: &str, mac: bool) -> String {
    let quoted = url.replace('\'', "'\\''");
    if mac { format!("curl -s '{quoted}' | pbcopy") } else { format!("curl -s '{quoted}' | xclip -selection clipboard") }
}

/// Server, flag, remark.
fn flags(origin: &str) -> [(&'static str, Option<String>, &'static str); 3] {
    [
        ("vLLM", Some(format!("--allowed-origins '[\"{origin}\"]'")), "since 0.32 no other page may read it by default"),
        ("SGLang", None, "allows every page; look for a proxy in front"),
        ("TGI", Some(format!("--cors-allow-origin {origin}")), "only when it was restricted; it allows every page by default"),
    ]
}
