//! Why there is nothing to analyse.

use crate::dataset::{Dataset, Given, Page};
use crate::error::RequestError;
use crate::exposition::ProblemKind;
use crate::signal::BackendId;

/// The backend of the dataset, or why it has none.
pub(super) fn backend(dataset: &Dataset) -> Result<BackendId, RequestError> {
    let samples: usize = dataset.given().iter().map(|given| given.samples).sum();
    if samples == 0 {
        return Err(nothing_read(dataset.given()));
    }
    match (dataset.backend(), dataset.pages().iter().find_map(Page::other)) {
        (Some(backend), _) => Ok(backend),
        (None, Some((name, why))) => Err(RequestError::new(
            "unsupported-server",
            format!("Not supported: {name}. {why}"),
            "Supported are vLLM, SGLang and Hugging Face TGI. Take the text from the inference server itself, not from a router or exporter beside it.",
        )),
        (None, None) => Err(RequestError::new(
            "unknown-server",
            match samples {
                1 => "No metrics of vLLM, SGLang or TGI. The one sample of the text is of something else.".to_owned(),
                _ => format!("No metrics of vLLM, SGLang or TGI. The {samples} samples of the text are of something else."),
            },
            "Take the text from the /metrics page of the inference server. SGLang needs --enable-metrics. If names were rewritten on the way, choose the \
             backend in the settings.",
        )),
    }
}

pub(super) fn nothing_of(backend: BackendId) -> RequestError {
    let hint = match backend {
        BackendId::Vllm => "vLLM writes vllm:… families; with --disable-log-stats they stay empty.",
        BackendId::Sglang => "SGLang writes sglang:… families only with --enable-metrics.",
        BackendId::Tgi => "TGI writes tgi_… families, each after its first event.",
    };
    RequestError::new("no-samples", format!("The text holds no sample of {}.", backend.name()), hint)
}

/// Why the texts gave no sample at all.
fn nothing_read(given: &[Given]) -> RequestError {
    if given.iter().all(|given| given.blank) {
        let answered = given.iter().any(|given| given.has_text);
        return RequestError::new(
            "empty-text",
            if answered { "The server’s answer is empty." } else { "The text is empty." },
            "Give the text of a /metrics page. A TGI that has not served a request yet answers with an empty page; send it one and try again.",
        );
    }
    let named: [(ProblemKind, &str); 8] = [
        (ProblemKind::BinaryFile, "binary-file"),
        (ProblemKind::HtmlPage, "html-page"),
        (ProblemKind::JsonAnswer, "json-answer"),
        (ProblemKind::PowershellObject, "powershell-object"),
        (ProblemKind::ServerLog, "server-log"),
        (ProblemKind::TableExport, "table-export"),
        (ProblemKind::OpenMetrics2, "openmetrics-2"),
        (ProblemKind::HttpHeader, "no-metrics-answer"),
    ];
    let problems = || given.iter().flat_map(|given| &given.problems);
    for (kind, id) in named {
        if let Some(problem) = problems().find(|problem| problem.kind == kind) {
            return RequestError::new(id, problem.sentence.clone(), "Give the text of a /metrics page: curl -s http://HOST:PORT/metrics");
        }
    }
    RequestError::new(
        "no-samples",
        "No line of the text is a metric sample.",
        "Give the text of a /metrics page: lines of a name, labels in braces, and a number.",
    )
}
