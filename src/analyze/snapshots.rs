//! From parsed texts to the snapshots of one instance, in order.

use super::times::ONE_GO_SECONDS;
use super::{Input, Options, own_time};
use crate::backend::{self, Detection, Servers};
use crate::error::RequestError;
use crate::exposition::{ProblemKind, answered_at, is_blank};
use crate::metrics::Scrape;
use crate::report::{Note, UNNAMED};
use crate::signal::{BackendId, InstanceKey, Snapshot, chronological};

/// The snapshots of the chosen instance and what was left out.
#[derive(Debug)]
pub(super) struct Chosen {
    pub snapshots: Vec<Snapshot>,
    pub notes: Vec<Note>,
}

/// Other instances that a note names.
const MOST_NAMED: usize = 20;

/// Reads every scrape of every input and keeps the snapshots of one instance: the one that is asked for, else the busiest of the last text.
pub(super) fn choose(inputs: &[Input], options: &Options) -> Result<Chosen, RequestError> {
    let backend = one_backend(inputs, options)?;
    let texts = || inputs.iter().enumerate().flat_map(|(index, input)| scrapes(input).map(move |scrape| (index, input, scrape)));
    // Snapshots are made of one instance only, so the instances are found first.
    let found = |scrape| backend::servers(scrape, backend).filter(|servers| servers.keys().next().is_some());
    let last = last_with_a_name(texts().rev().filter_map(|(index, _, scrape)| Some((index, scrape, found(scrape)?))));
    let last_text: Vec<&InstanceKey> = last.iter().flat_map(|(_, servers)| servers.keys()).collect();
    let Some(key) = wanted(&last_text, options).cloned() else { return Err(nothing_of(backend)) };
    let mut snapshots = Vec::new();
    for (index, input, scrape) in texts() {
        let read = match &last {
            Some((known, servers)) if std::ptr::eq(*known, scrape) => servers.snapshot(&key),
            _ => found(scrape).and_then(|servers| servers.snapshot(&key)),
        };
        let Some(mut snapshot) = read else { continue };
        snapshot.text_index = index;
        snapshot.text_name = Some(input.name.clone());
        // A time that was given may be of another clock than the server's dates.
        snapshot.at = snapshot.at.or_else(|| answered_at(&input.parsed, scrape).filter(|_| input.at.is_none()));
        // The time that was given is that of the end of the text; earlier expositions in it have their own or none.
        if scrapes(input).next_back().is_some_and(|end| std::ptr::eq(end, scrape)) {
            snapshot.at = input.at.or(snapshot.at);
            snapshot.hint = input.hint.filter(|_| snapshot.at.is_none());
        }
        snapshots.push(snapshot);
    }
    let mut notes = Vec::new();
    snapshots.extend(nothing_served_yet(inputs, &snapshots, &mut notes));
    if last_text.len() > 1 {
        let mut others: Vec<String> = last_text.iter().filter(|other| ***other != key).take(MOST_NAMED).map(|other| label(other)).collect();
        if last_text.len() > MOST_NAMED + 1 {
            others.push(format!("and {} more", last_text.len() - MOST_NAMED - 1));
        }
        notes.push(Note {
            id: "other-instances".to_owned(),
            sentence: format!(
                "This report is of one of {} instances in the text. It is {}; also there: {}.",
                last_text.len(),
                label(&key),
                others.join(", ")
            ),
        });
    }
    Ok(Chosen { snapshots, notes })
}

/// The last scrape, or the last before it in the same text whose servers have names when its own has none: pages of two models after one
/// another agree in their settings only, so that the settings of the second one stand alone at the end.
fn last_with_a_name<'a>(backwards: impl Iterator<Item = (usize, &'a Scrape, Servers<'a>)>) -> Option<(&'a Scrape, Servers<'a>)> {
    let mut end: Option<(usize, &Scrape, Servers<'_>)> = None;
    for (index, scrape, servers) in backwards {
        let named = servers.keys().any(|key| *key != InstanceKey::default());
        match &end {
            Some((last, ..)) if *last != index => break,
            _ if named => return Some((scrape, servers)),
            None => end = Some((index, scrape, servers)),
            Some(_) => {}
        }
    }
    end.map(|(_, scrape, servers)| (scrape, servers))
}

/// A TGI exports a family only after its first event, so that an empty page before the first dump is a server that has served nothing, and
/// a beginning to count from. Other texts without samples are left out, and said to be.
fn nothing_served_yet(inputs: &[Input], snapshots: &[Snapshot], notes: &mut Vec<Note>) -> Option<Snapshot> {
    let first = snapshots.iter().min_by(|a, b| chronological(a, b))?;
    let silent = || inputs.iter().enumerate().filter(|(_, input)| scrapes(input).next().is_none());
    let is_beginning = |(index, input): &(usize, &Input)| {
        let before = match (moment(input), first.at.or(first.hint.map(|hint| hint.at))) {
            (Some(at), Some(first)) if (at - first).abs() >= ONE_GO_SECONDS => at < first,
            _ => *index < first.text_index,
        };
        first.backend == BackendId::Tgi && before && is_blank(&input.parsed)
    };
    let beginning =
        silent().filter(is_beginning).max_by(|(_, a), (_, b)| moment(a).unwrap_or(f64::MIN).total_cmp(&moment(b).unwrap_or(f64::MIN)));
    for (index, input) in silent() {
        let sentence = match &beginning {
            Some((chosen, _)) if *chosen == index => {
                format!("{} is empty: this TGI had served nothing yet, so everything is counted from zero there.", input.name)
            }
            _ => format!("{} holds no sample and was left out.", input.name),
        };
        notes.push(Note { id: "empty-text".to_owned(), sentence });
    }
    let (index, input) = beginning?;
    let at = told(input);
    Some(Snapshot {
        at,
        hint: input.hint.filter(|_| at.is_none()),
        text_index: index,
        text_name: Some(input.name.clone()),
        gauges: Default::default(),
        counters: Default::default(),
        distributions: Default::default(),
        ..first.clone()
    })
}

/// When an empty text was scraped, if anything tells it.
fn told(input: &Input) -> Option<f64> {
    input.at.or_else(|| own_time(input).map(|(at, _)| at))
}

/// The best that is known of it.
fn moment(input: &Input) -> Option<f64> {
    told(input).or(input.hint.map(|hint| hint.at))
}

fn scrapes(input: &Input) -> impl DoubleEndedIterator<Item = &Scrape> {
    input.parsed.scrapes.iter().filter(|scrape| !scrape.is_empty())
}

fn wanted<'k>(keys: &[&'k InstanceKey], options: &Options) -> Option<&'k InstanceKey> {
    let named = options.instance_id.as_ref().and_then(|id| {
        keys.iter().find(|key| key.model.as_ref() == Some(id) || label(key) == *id || key.labels.iter().any(|(_, value)| value == id))
    });
    named.or_else(|| keys.first()).copied()
}

/// What an instance is called on the page: its labels, else its model.
pub(super) fn label(key: &InstanceKey) -> String {
    let labels: Vec<&str> = key.labels.iter().map(|(_, value)| value.as_str()).collect();
    match (&key.model, labels.is_empty()) {
        (Some(model), true) => model.clone(),
        (Some(model), false) => format!("{} ({model})", labels.join(" ")),
        (None, false) => labels.join(" "),
        (None, true) => UNNAMED.to_owned(),
    }
}

fn one_backend(inputs: &[Input], options: &Options) -> Result<BackendId, RequestError> {
    let mut found: Option<(BackendId, &str)> = None;
    let mut other = None;
    let mut samples = 0;
    for input in inputs {
        for scrape in &input.parsed.scrapes {
            samples += scrape.len();
            match backend::detect(scrape) {
                Detection::Supported { backend, .. } => match found {
                    Some((first, name)) if first != backend && options.backend.is_none() => {
                        return Err(RequestError::new(
                            "different-servers",
                            format!("{name} is of {}, but {} is of {}.", first.name(), input.name, backend.name()),
                            "Snapshots of one report must be of one server. Analyse them one after the other.",
                        ));
                    }
                    Some(_) => {}
                    None => found = Some((backend, &input.name)),
                },
                Detection::Other { name, why } => other = other.or(Some((name, why))),
                Detection::Unknown => {}
            }
        }
    }
    if samples == 0 {
        return Err(nothing_read(inputs));
    }
    if let Some(backend) = options.backend {
        return Ok(backend);
    }
    match (found, other) {
        (Some((backend, _)), _) => Ok(backend),
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

fn nothing_of(backend: BackendId) -> RequestError {
    let hint = match backend {
        BackendId::Vllm => "vLLM writes vllm:… families; with --disable-log-stats they stay empty.",
        BackendId::Sglang => "SGLang writes sglang:… families only with --enable-metrics.",
        BackendId::Tgi => "TGI writes tgi_… families, each after its first event.",
    };
    RequestError::new("no-samples", format!("The text holds no sample of {}.", backend.name()), hint)
}

/// Why a text gave no sample at all.
fn nothing_read(inputs: &[Input]) -> RequestError {
    if inputs.iter().all(|input| is_blank(&input.parsed)) {
        let answered = inputs.iter().any(|input| !input.parsed.text.trim().is_empty());
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
    let problems = || inputs.iter().flat_map(|input| &input.parsed.problems);
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
