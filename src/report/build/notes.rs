//! Limits of the exposition, said in sentences.

use crate::dataset::Given;
use crate::exposition::ProblemKind;
use crate::metrics::{capital, counted};
use crate::report::Note;
use crate::signal::{Caveat, Observation, OutOfRange, Refusal};

/// One note per caveat of the last snapshot and per refused difference.
#[must_use]
pub fn notes(seen: &Observation) -> Vec<Note> {
    let mut notes: Vec<Note> = seen.last.caveats.iter().map(|caveat| note(*caveat)).collect();
    notes.extend(seen.last.out_of_range.iter().map(|odd| Note { id: "out-of-range".to_owned(), sentence: out_of_range(odd) }));
    for refusal in seen.refusals() {
        let Refusal::BucketsChanged(distribution) = refusal;
        notes.push(Note {
            id: "buckets-changed".to_owned(),
            sentence: format!("The bucket bounds of {} changed between the dumps, so their difference is not taken.", distribution.words()),
        });
    }
    if seen.counts_sequences_only() {
        notes.push(Note {
            id: "requests-are-sequences".to_owned(),
            sentence: "Requests are counted as the engine sees them: one with n > 1, a beam search or a score is several. The text lacks \
                       request_params_n and http_requests_total, which would tell."
                .to_owned(),
        });
    }
    if seen.window.is_some_and(|window| window.restarted) {
        notes.push(Note {
            id: "restarted".to_owned(),
            sentence: "The server restarted between the dumps. Counts are those since the restart.".to_owned(),
        });
    }
    notes
}

/// Labels that the text lacks because whoever pasted it left them out.
#[must_use]
pub fn left_out(given: &[Given]) -> Option<Note> {
    let lines: u32 = given.iter().filter_map(|given| given.problem_counts.get(&ProblemKind::LabelsLeftOut)).sum();
    (lines > 0).then(|| Note {
        id: "labels-left-out".to_owned(),
        sentence: format!(
            "Labels were left out or masked on {}. The values are used; which model, rank or instance they are of is not known.",
            counted(f64::from(lines), "line", "lines")
        ),
    })
}

fn out_of_range(odd: &OutOfRange) -> String {
    let rank = if odd.rank.is_empty() { String::new() } else { format!(" of rank {}", odd.rank) };
    let cannot = match (odd.value.is_nan(), odd.value < 0.0) {
        (true, _) => "which is not a number",
        (_, true) => "and cannot be negative",
        (_, false) => "out of its range of 0 to 1",
    };
    format!(
        "{}{rank} reads {} on line {} (`{}`), {cannot}. This value is not used.",
        capital(odd.gauge.words()),
        odd.value,
        odd.line,
        odd.metric
    )
}

fn note(caveat: Caveat) -> Note {
    let (id, sentence) = match caveat {
        Caveat::TtftMayMixNonStreaming => (
            "ttft-mixes-nonstreaming",
            "This SGLang does not tell streaming requests apart. The first output of a non-streaming request comes at its 50th token, \
             so TTFT may be inflated.",
        ),
        Caveat::NonStreamingLeftOut => (
            "nonstreaming-left-out",
            "TTFT and ITL are those of streaming requests. Non-streaming ones report their 50th token as the first and are left out.",
        ),
        Caveat::RequestCountDoubled => (
            "request-count-doubled",
            "tgi_request_count counts every OpenAI-style request twice. It is not used; success is taken against success and failure.",
        ),
        Caveat::NoTtft => ("no-ttft", "TGI does not export TTFT. It can only be bounded by validation, queue and prefill time."),
        Caveat::PrefixQueriesInflated => (
            "prefix-queries-inflated",
            "Prefix-cache look-ups exceed the prompt tokens: this vLLM counts them again at every scheduling retry. The hit rate is not used.",
        ),
        Caveat::NoStartTime => {
            ("no-start-time", "The text carries no start time, so rates since start cannot be given. Two dumps give rates.")
        }
        Caveat::TtftRecordedAgainAfterPreemption => {
            ("ttft-recorded-again", "The V0 engine records TTFT again after each recompute, so under preemption its quantiles are too low.")
        }
        Caveat::UsageWasPercent => {
            ("usage-was-percent", "KV cache usage was above 1: something on the way scaled it. It was read as percent.")
        }
        Caveat::ProcessIsApiServerOnly => {
            ("process-is-api-server", "process_* metrics describe the API server only, not the engine or its GPUs.")
        }
        Caveat::PrefixCountsWereBlocks => (
            "prefix-counts-were-blocks",
            "This vLLM counts prefix-cache look-ups and hits in blocks. They were multiplied by the block size when it is known.",
        ),
        Caveat::KvCapacityFromBlocks => (
            "kv-capacity-from-blocks",
            "The KV capacity is blocks × block size, which is wrong for hybrid models and for decode context parallelism.",
        ),
        Caveat::GaugesRefreshedPerReport => (
            "gauges-refreshed-per-report",
            "SGLang refreshes its gauges at each prefill and every 40 decode steps, so they can be seconds old.",
        ),
        Caveat::CountedAtFinish => {
            ("counted-at-finish", "SGLang counts a request and its tokens when it finishes, so they lag behind with long outputs.")
        }
        Caveat::TpotIncludesPrefill => {
            ("tpot-includes-prefill", "TGI divides the whole inference time by the tokens. Time per output token is an upper bound.")
        }
        Caveat::OnlySuccessesTimed => {
            ("only-successes-timed", "TGI records latency of successful requests only. Refused and failed ones leave no sample.")
        }
        Caveat::SegmentsCountedAsInputs => (
            "segments-counted-as-inputs",
            "More inputs than requests were counted: TGI re-queues long outputs in segments of 1024 tokens, so the mean prompt is too long.",
        ),
        Caveat::SeveralApiServers => (
            "several-api-servers",
            "These are the metrics of several API servers. vLLM then counts an engine step up to once for each of them, so step counts are \
             not used; the mean step follows from tokens and the gap between them.",
        ),
        Caveat::ApiServersPresumed => (
            "api-servers-presumed",
            "Several API servers are taken from what the page lacks: the metrics of its process and the times at which its counters were \
             made. A page of one API server with those lines left out looks the same; the mean step is right for both.",
        ),
        Caveat::GaugesNotSetYet => (
            "gauges-not-set-yet",
            "With several API servers vLLM shows a gauge only after the first step of its rank. Gauges that are declared without a number \
             belong to ranks that have served nothing, and were read as 0.",
        ),
        Caveat::Pooling => (
            "pooling",
            "This server computes embeddings or scores. No tokens come out, and vLLM shows 0 running requests and 0 % KV use at any load.",
        ),
        Caveat::NoBatchMetrics => {
            ("no-batch-metrics", "This TGI exports no batch and queue metrics, as its TensorRT-LLM and llama.cpp backends do.")
        }
    };
    Note { id: id.to_owned(), sentence: sentence.to_owned() }
}
