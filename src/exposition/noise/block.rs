//! Noise of many lines: HTTP headers, a web page, a JSON answer, PowerShell's print-out.

use crate::exposition::{Format, ProblemKind};

/// Noise that goes on over several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::exposition) enum Block {
    /// Until the blank line after the headers.
    Http,
    Html,
    /// As long as lines are no samples.
    Json,
    Powershell,
}

/// The status of `HTTP/1.1 200 OK`, also with the `< ` of `curl -v`.
pub(in crate::exposition) fn http_status(line: &str) -> Option<u16> {
    let rest = line.strip_prefix("< ").unwrap_or(line).strip_prefix("HTTP/")?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

impl Block {
    /// The block that a line begins.
    pub(in crate::exposition) fn begin(line: &str) -> Option<Block> {
        if http_status(line).is_some() {
            return Some(Block::Http);
        }
        let begins = |tag: &str| line.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
        if begins("<!doctype html") || begins("<html") || begins("<?xml") {
            return Some(Block::Html);
        }
        if is_json(line) {
            return Some(Block::Json);
        }
        let powershell = line.strip_prefix("StatusCode").and_then(|rest| rest.trim_start().strip_prefix(':'));
        powershell.map(|_| Block::Powershell)
    }

    /// True when the line is part of the block; `fits` tells whether it is a metric line.
    pub(in crate::exposition) fn goes_on(self, line: &str, fits: bool) -> bool {
        match self {
            Block::Http => {
                let line = line.strip_prefix("< ").unwrap_or(line);
                let name = line.split(':').next().unwrap_or("");
                let is_header =
                    line.len() > name.len() && line.get(name.len() + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
                !line.is_empty() && is_header && !name.contains(['{', ' ', '#'])
            }
            Block::Html => !line.starts_with("# HELP ") && !line.starts_with("# TYPE "),
            Block::Json => !fits,
            Block::Powershell => true,
        }
    }

    /// True when the line is the last one of the block.
    pub(in crate::exposition) fn ends(self, line: &str) -> bool {
        match self {
            Block::Http | Block::Json => false,
            Block::Html => line.to_ascii_lowercase().contains("</html>"),
            Block::Powershell => line.starts_with("RawContentLength"),
        }
    }

    pub(in crate::exposition) fn kind(self) -> ProblemKind {
        match self {
            Block::Http => ProblemKind::HttpHeader,
            Block::Html => ProblemKind::HtmlPage,
            Block::Json => ProblemKind::JsonAnswer,
            Block::Powershell => ProblemKind::PowershellObject,
        }
    }

    /// What the block is, from its beginning.
    pub(in crate::exposition) fn sentence(self, beginning: &str) -> String {
        let plain: String = beginning.chars().filter(|char| !char.is_whitespace()).collect();
        match self {
            Block::Http => match http_status(beginning) {
                Some(status) if status >= 400 => {
                    format!("The server answered with HTTP status {status}; these header lines are no metrics.")
                }
                _ => "These are HTTP headers, not metrics.".to_owned(),
            },
            Block::Html => "This is a web page, not a metrics text. Check the address: it should end in /metrics.".to_owned(),
            Block::Json => json(&plain.replace('\'', "\"")).to_owned(),
            Block::Powershell => "This is what PowerShell prints of a web response, and it leaves most of the text out. \
                                  Use (Invoke-WebRequest URL).Content, or -OutFile, and give that."
                .to_owned(),
        }
    }
}

/// What a JSON text is, from its beginning without blanks. The first that fits.
fn json(plain: &str) -> &'static str {
    const SIGNS: [(&[&str], &str); 8] = [
        (&["\"status\":\"error\"", "\"errorType\""], "This is an error answer of the Prometheus HTTP API; the query failed."),
        (
            &["\"resultType\"", "\"status\":\"success\"", "{\"metric\":{"],
            "This is a JSON answer of the Prometheus HTTP API. It cannot be read yet; give the text of the server's /metrics page.",
        ),
        (
            &["\"frames\":", "{\"schema\":{"],
            "This is a query result of Grafana in JSON. It cannot be read yet; give the text of the server's /metrics page.",
        ),
        (
            &["\"panels\":", "\"dashboard\":", "\"schemaVersion\":", "\"__inputs\":"],
            "This is the JSON of a Grafana dashboard: it holds queries, not the numbers. Give the text of the server's /metrics page.",
        ),
        (&["\"resourceMetrics\""], "This is OpenTelemetry's JSON, which cannot be read. Give the text of the server's /metrics page."),
        (
            &["\"inflightBatchingStats\"", "\"kvCacheStats\""],
            "This is the JSON that TensorRT-LLM gives at /metrics. TensorRT-LLM is not supported.",
        ),
        (
            &["\"log\":", "\"message\":\"#", "\"msg\":\"#"],
            "These are log lines in JSON. Take the text out of them, for example with jq -r .log, and give that.",
        ),
        (
            &["\"detail\":", "\"error\":", "\"object\":\"error\""],
            "This is an error answer in JSON, not a metrics text. Check the address: it should end in /metrics.",
        ),
    ];
    let found = SIGNS.iter().find(|(signs, _)| signs.iter().any(|sign| plain.contains(sign)));
    found.map_or("This is JSON, not a metrics text. Check the address: it should end in /metrics.", |(_, sentence)| sentence)
}

/// The format that a `Content-Type` header names.
pub(in crate::exposition) fn content_type(line: &str) -> Option<Format> {
    let lower = line.strip_prefix("< ").unwrap_or(line).to_ascii_lowercase();
    let value = lower.strip_prefix("content-type:")?;
    if value.contains("openmetrics-text") {
        return Some(if value.contains("version=2") { Format::OpenMetrics2 } else { Format::OpenMetrics1 });
    }
    value.contains("text/plain").then_some(Format::Text004)
}

/// An object or a list that is no metric line in braces: `{"name": …`, `{` alone, `[{`; with the quotes of JSON or of Python.
fn is_json(line: &str) -> bool {
    let Some(inside) = line.strip_prefix(['{', '[']) else { return false };
    let inside = inside.trim_start();
    if inside.is_empty() || inside == "]" || line.starts_with("[{") || line.starts_with("[\"") {
        return true;
    }
    let Some(quote) = inside.chars().next().filter(|char| matches!(char, '"' | '\'')) else { return false };
    inside.get(1..).and_then(|key| key.split_once(quote)).is_some_and(|(_, rest)| rest.trim_start().starts_with(':'))
}
