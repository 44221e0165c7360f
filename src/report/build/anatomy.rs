//! Where the time of a request goes, as means over one span.

use crate::metrics::Histogram;
use crate::report::{Anatomy, Phase};
use crate::signal::{BackendId, Distribution, Observation, Reading};

/// The phases that the backend measures. Empty when it measures none of them.
#[must_use]
pub fn anatomy(seen: &Observation) -> Anatomy {
    let (mut phases, remark) = match seen.last.backend {
        BackendId::Vllm => vllm(seen),
        BackendId::Sglang => (sglang(seen), SGLANG_REMARK),
        BackendId::Tgi => (tgi(seen), TGI_REMARK),
    };
    let total: f64 = phases.iter().map(|phase| phase.mean_seconds).sum();
    for phase in &mut phases {
        phase.share = if total > 0.0 { phase.mean_seconds / total } else { 0.0 };
    }
    let total_seconds = seen.mean(Distribution::E2e).map(|reading| reading.value);
    Anatomy { phases, total_seconds, remark: remark.to_owned(), distributions: Vec::new() }
}

const VLLM_REMARK: &str = "Means of requests that finished; aborted requests are in none of these. Front end is what is left of the whole request after \
                           queue, prefill and decode: tokenising, the API server, the wait for a running step to end, and sending the answer. Waiting \
                           after a preemption counts as decode.";
const VLLM_WITHOUT_FRONTEND: &str = "Means of requests that finished; aborted requests are in none of these. The time of the front end is not known: the \
                                     whole request, its queue and its phases are not all given for the same requests, and the time to first token is \
                                     that of others. Waiting after a preemption counts as decode.";
const SGLANG_REMARK: &str =
    "Queue and prefill are recorded when a request is scheduled, end-to-end when it finishes. Decode is what is left.";
const TGI_REMARK: &str = "Means of successful requests. Prefill is the mean duration of a prefill call, so its share is an estimate; queue waits of later \
                          1,024-token segments count as decode.";

fn vllm(seen: &Observation) -> (Vec<Phase>, &'static str) {
    let mean = |distribution| seen.mean(distribution);
    let (queue, prefill, decode) = (mean(Distribution::QueueTime), mean(Distribution::PrefillTime), mean(Distribution::DecodeTime));
    let frontend = frontend(seen);
    let remark = if frontend.is_some() { VLLM_REMARK } else { VLLM_WITHOUT_FRONTEND };
    let phases = collect(
        seen,
        [("frontend", "frontend", frontend), ("queue", "queue", queue), ("prefill", "prefill", prefill), ("decode", "decode", decode)],
    );
    (phases, remark)
}

/// The whole request less queue and inference. All three are recorded when a request finishes, so that they are of the same requests; the
/// time to first token is recorded at the first token, and is that of others while requests are inside.
fn frontend(seen: &Observation) -> Option<Reading> {
    let (whole, queue) = (seen.distribution(Distribution::E2e)?.histogram, seen.distribution(Distribution::QueueTime)?.histogram);
    let parts = match seen.distribution(Distribution::InferenceTime) {
        Some(inference) => vec![inference.histogram],
        None => [Distribution::PrefillTime, Distribution::DecodeTime]
            .into_iter()
            .map(|part| Some(seen.distribution(part)?.histogram))
            .collect::<Option<Vec<_>>>()?,
    };
    let requests = whole.observations().filter(|requests| *requests > 0.0)?;
    let of_the_same = |part: &Histogram| part.observations() == Some(requests);
    if !of_the_same(&queue) || !parts.iter().all(of_the_same) {
        return None;
    }
    let inside = parts.iter().map(|part| part.sum).sum::<Option<f64>>()?;
    // The two clocks differ by a little: a negative rest is noise.
    let rest = (whole.sum? - queue.sum? - inside) / requests;
    let reading = seen.mean(Distribution::E2e)?;
    (rest > 0.0).then_some(Reading { value: rest, ..reading })
}

fn sglang(seen: &Observation) -> Vec<Phase> {
    let mean = |distribution| seen.mean(distribution);
    let (queue, prefill, e2e) = (mean(Distribution::QueueTime), mean(Distribution::PrefillTime), mean(Distribution::E2e));
    let known = queue.as_ref().map_or(0.0, |reading| reading.value) + prefill.as_ref().map_or(0.0, |reading| reading.value);
    let decode = e2e.filter(|e2e| queue.is_some() && e2e.value > known).map(|e2e| Reading { value: e2e.value - known, ..e2e });
    collect(seen, [("queue", "queue", queue), ("prefill", "prefill", prefill), ("decode", "decode and rest", decode)])
}

fn tgi(seen: &Observation) -> Vec<Phase> {
    let mean = |distribution| seen.mean(distribution);
    let inference = mean(Distribution::InferenceTime);
    let prefill = mean(Distribution::PrefillCallTime)
        .zip(inference.as_ref())
        .map(|(prefill, inference)| Reading { value: prefill.value.min(inference.value), ..prefill });
    let decode =
        inference.zip(prefill.as_ref()).map(|(inference, prefill)| Reading { value: inference.value - prefill.value, ..inference });
    collect(
        seen,
        [
            ("frontend", "validation", mean(Distribution::ValidationTime)),
            ("queue", "queue", mean(Distribution::QueueTime)),
            ("prefill", "prefill", prefill),
            ("decode", "decode", decode),
        ],
    )
}

fn collect<const N: usize>(seen: &Observation, phases: [(&str, &str, Option<Reading>); N]) -> Vec<Phase> {
    phases
        .into_iter()
        .filter_map(|(id, label, reading)| {
            let reading = reading?;
            Some(Phase {
                id: id.to_owned(),
                label: label.to_owned(),
                mean_seconds: reading.value,
                share: 0.0,
                metric: reading.source.metric.clone(),
                input: seen.last.text_index,
                lines: reading.source.lines.clone(),
            })
        })
        .collect()
}
