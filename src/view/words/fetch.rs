//! Words of the fetch dialog: what failed, most likely, and what to do.

use super::size;
use crate::view::Why;

pub const TITLE: &str = "Fetch from a URL";
pub const ADDRESS: &str = "Address of the server";
pub const EXAMPLE: &str = "gpu-7:8000";
pub const FETCH: &str = "Fetch";
pub const CANCEL: &str = "Cancel";
pub const HOW: &str = "http:// and /metrics are added when they are missing. The browser asks the server directly, without cookies; a server that does not \
                       allow other pages to read its answers cannot be fetched this way.";
pub const INSTEAD: &str = "This works whatever the browser allows; paste what it copies:";
pub const CURL: &str = "the curl command";
pub const FLAGS: &str = "What lets a page read the metrics";

pub fn running(bytes: usize) -> String {
    if bytes == 0 { "Asking…".to_owned() } else { format!("Receiving… {}", size(bytes)) }
}

pub fn headline(why: &Why) -> String {
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

pub fn advice(why: &Why) -> Vec<String> {
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
pub fn curl(url: &str, mac: bool) -> String {
    let quoted = url.replace('\'', "'\\''");
    if mac { format!("curl -s '{quoted}' | pbcopy") } else { format!("curl -s '{quoted}' | xclip -selection clipboard") }
}

/// Server, flag, remark.
pub fn flags(origin: &str) -> [(&'static str, Option<String>, &'static str); 3] {
    [
        ("vLLM", Some(format!("--allowed-origins '[\"{origin}\"]'")), "since 0.32 no other page may read it by default"),
        ("SGLang", None, "allows every page; look for a proxy in front"),
        ("TGI", Some(format!("--cors-allow-origin {origin}")), "only when it was restricted; it allows every page by default"),
    ]
}
