//! Limits of the exposition, said in sentences.

use crate::report::Note;
use crate::signal::{Caveat, Observation, Refusal};

/// One note per caveat of the last snapshot and per refused difference.
#[must_use]
pub fn notes(seen: &Observation) -> Vec<Note> {
    let mut notes: Vec<Note> = seen.last.caveats.iter().map(|caveat| note(*caveat)).collect();
    for refusal in seen.refusals() {
        let Refusal::BucketsChanged(distribution) = refusal;
        notes.push(Note {
            id: "buckets-changed".to_owned(),
            sentence: format!("The bucket bounds of {} changed between the dumps, so their difference is not taken.", distribution.words()),
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
    };
    Note { id: id.to_owned(), sentence: sentence.to_owned() }
}
