//! Where the time of a request goes, as means over one span.

use crate::report::{Anatomy, Phase};
use crate::signal::{BackendId, Distribution, Observation, Reading};

/// The phases that the backend measures. Empty when it measures none of them.
#[must_use]
pub fn anatomy(seen: &Observation) -> Anatomy {
    let (mut phases, remark) = match seen.last.backend {
        BackendId::Vllm => (vllm(seen), VLLM_REMARK),
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

const VLLM_REMARK: &str = "Means of requests that finished; aborted requests are in none of these. Frontend is what is left of TTFT after queue and \
                           prefill: tokenising, the API server and the wait for a running step to end. Waiting after a preemption counts as decode.";
const SGLANG_REMARK: &str =
    "Queue and prefill are recorded when a request is scheduled, end-to-end when it finishes. Decode is what is left.";
const TGI_REMARK: &str = "Means of successful requests. Prefill is the mean duration of a prefill call, so its share is an estimate; queue waits of later \
                          1,024-token segments count as decode.";

fn vllm(seen: &Observation) -> Vec<Phase> {
    let mean = |distribution| seen.mean(distribution);
    let (queue, prefill, decode) = (mean(Distribution::QueueTime), mean(Distribution::PrefillTime), mean(Distribution::DecodeTime));
    let frontend = mean(Distribution::Ttft).zip(queue.as_ref().zip(prefill.as_ref())).and_then(|(ttft, (queue, prefill))| {
        // The three means come from different populations while requests are in flight: a negative rest is noise.
        let rest = ttft.value - queue.value - prefill.value;
        (rest > 0.0 && populations_agree(seen)).then_some(Reading { value: rest, ..ttft })
    });
    collect(
        seen,
        [("frontend", "frontend", frontend), ("queue", "queue", queue), ("prefill", "prefill", prefill), ("decode", "decode", decode)],
    )
}

/// TTFT is recorded live, the phases at finish: their means may be subtracted only while the counts differ by less than a fifth
/// (the guard of F01 FRONTEND_BOUND).
fn populations_agree(seen: &Observation) -> bool {
    let (Some(live), Some(finished)) = (seen.observations(Distribution::Ttft), seen.observations(Distribution::QueueTime)) else {
        return false;
    };
    live > 0.0 && ((live - finished) / live).abs() < 0.2
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
