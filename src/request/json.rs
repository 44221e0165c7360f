//! Reading the request.

use serde::Deserialize;

use super::RequestError;
use crate::analyze::{Input, Options, Profile};
use crate::exposition;
use crate::signal::BackendId;
use crate::slo::Target;
use crate::sorted::Table;

/// The request as it is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    #[serde(default)]
    pub instance_id: Option<String>,
    /// `auto` (the default), `vllm`, `sglang`, `tgi`.
    #[serde(default)]
    pub instance_type: Option<String>,
    #[serde(default)]
    pub slo_targets: Option<Vec<TargetRequest>>,
    #[serde(default)]
    pub snapshots: Vec<SnapshotRequest>,
    #[serde(default)]
    pub profile: Option<String>,
    #[serde(default)]
    pub preset: Option<String>,
    /// `default`, `classic` or `apdex`.
    #[serde(default)]
    pub score: Option<String>,
    /// Thresholds of the classic profile.
    #[serde(default)]
    pub thresholds: Table<String, f64>,
    /// Of three and more dumps: the span to analyse instead of the present phase, from and to, in seconds of the clock of `at`.
    #[serde(default)]
    pub span: Option<[f64; 2]>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetRequest {
    #[serde(default)]
    pub name: Option<String>,
    pub metric: String,
    pub target_value: f64,
    pub comparison: String,
    #[serde(default)]
    pub description: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotRequest {
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub at: Option<Time>,
    #[serde(default)]
    pub name: Option<String>,
}

/// Seconds on any common clock, or an RFC 3339 time.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Time {
    Seconds(f64),
    Rfc3339(String),
}

pub(super) fn parse(text: &str) -> Result<(Vec<Input>, Options), RequestError> {
    let request: Request = serde_json::from_str(text).map_err(|error| {
        RequestError::new(
            "bad-request",
            format!("The request could not be read: {error}."),
            "The shape is described in the README under “Interfaces”.",
        )
    })?;
    let options = options(&request)?;
    if request.snapshots.is_empty() {
        return Err(RequestError::new(
            "empty-text",
            "The request holds no snapshot.",
            "Give at least one: {\"snapshots\": [{\"text\": \"…\"}]}.",
        ));
    }
    let mut inputs = Vec::with_capacity(request.snapshots.len());
    for (index, snapshot) in request.snapshots.into_iter().enumerate() {
        inputs.push(input(index, snapshot)?);
    }
    Ok((inputs, options))
}

fn input(index: usize, snapshot: SnapshotRequest) -> Result<Input, RequestError> {
    let Some(text) = snapshot.text else {
        return Err(RequestError::new(
            "url-not-fetched",
            "A snapshot holds a URL but no text, and the analysis itself never fetches.",
            "Fetch the text first, or use the page's own fetch.",
        ));
    };
    let at = match snapshot.at {
        None => None,
        Some(Time::Seconds(seconds)) if seconds.is_finite() => Some(seconds),
        Some(Time::Seconds(_)) => return Err(bad_time("NaN")),
        Some(Time::Rfc3339(text)) => {
            let time = chrono::DateTime::parse_from_rfc3339(&text).map_err(|_| bad_time(&text))?;
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of any calendar date are below 2^53")]
            Some(time.timestamp_millis() as f64 / 1e3)
        }
    };
    let name = snapshot.name.or(snapshot.url).unwrap_or_else(|| format!("snapshot {}", index + 1));
    Ok(Input { name, at, hint: None, parsed: exposition::parse(text.as_bytes()) })
}

fn bad_time(found: &str) -> RequestError {
    RequestError::new("bad-time", format!("{found:?} is not a time."), "Give seconds as a number, or RFC 3339 as in 2026-11-24T02:42:43Z.")
}

/// What a request asks for, besides its snapshots.
///
/// # Errors
/// When a word is not known or a target makes no sense.
pub fn options(request: &Request) -> Result<Options, RequestError> {
    let backend = match request.instance_type.as_deref() {
        None | Some("auto") => None,
        Some("vllm") => Some(BackendId::Vllm),
        Some("sglang") => Some(BackendId::Sglang),
        Some("tgi") => Some(BackendId::Tgi),
        Some(other) => return Err(RequestError::unknown("unknown-backend", "instance_type", other, &["auto", "vllm", "sglang", "tgi"])),
    };
    let profile = match request.profile.as_deref() {
        None | Some("default") => Profile::Default,
        Some("classic") => Profile::Classic,
        Some(other) => return Err(RequestError::unknown("unknown-profile", "profile", other, &["default", "classic"])),
    };
    if let Some(score) = request.score.as_deref()
        && !["default", "classic", "apdex"].contains(&score)
    {
        return Err(RequestError::unknown("unknown-score", "score", score, &["default", "classic", "apdex"]));
    }
    let targets = request.slo_targets.as_ref().map(|targets| targets.iter().map(target).collect::<Result<Vec<Target>, _>>()).transpose()?;
    Ok(Options {
        instance_id: request.instance_id.clone(),
        input: None,
        span: request.span.map(|[from, to]| (from.min(to), from.max(to))),
        backend,
        profile,
        preset: request.preset.clone(),
        targets,
        thresholds: request.thresholds.clone(),
        score: request.score.clone(),
    })
}

fn target(request: &TargetRequest) -> Result<Target, RequestError> {
    Target::new(request.name.as_deref(), &request.metric, &request.comparison, request.target_value, request.description.as_deref())
        .map_err(|error| RequestError::new(error.id(), error.sentence(), error.hint()))
}
