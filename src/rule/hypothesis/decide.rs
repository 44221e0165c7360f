//! The cheapest observation that decides between a hypothesis and its rivals.

use super::Context;
use crate::rule::flags;
use crate::signal::{BackendId, Caveat};

const LATER: &str = "A second dump 30 to 60 s later:";

/// What to look at, and what it would say.
pub(super) fn decide(ctx: &Context<'_>, rule: &str) -> String {
    let second = |what: &str| format!("{LATER} {what}");
    match rule {
        "sequence-limit" if ctx.seen.last.has_caveat(Caveat::Pooling) => {
            second("how many requests a step computes in between; the same whole number each time is the limit.")
        }
        "sequence-limit" => limit(ctx, "--max-num-seqs", "--max-running-requests", "--max-batch-size", "the requests that run now"),
        "token-budget-bound" => {
            limit(ctx, "--max-num-batched-tokens", "--chunked-prefill-size", "--max-batch-prefill-tokens", "the tokens of a mean step")
        }
        "kv-capacity-bound" if ctx.backend() == BackendId::Tgi => {
            "The line “Setting max batch total tokens to …” in the start-up log, against the tokens that the batch reserves now.".to_owned()
        }
        "kv-capacity-bound" | "preemption-thrash" => second("the KV cache stays full, or preemptions are counted in between."),
        "kv-under-allocated" => "The share of GPU memory that is free after the start, as the start-up log has it.".to_owned(),
        "over-reservation" => "The max_new_tokens that clients send, against the tokens that an answer has on average.".to_owned(),
        "compute-saturated" => second("tokens come as slowly as since start, or prompts fill the time, while the queue stays."),
        "engine-stalled" => second("if no token, step or finished request is counted in between, the engine stands still."),
        "deferred-waiting" | "lora-thrash" => second("the same requests still wait, for adapters or grammars and not for slots."),
        "grammar-bottleneck" => second("the grammar queue is not empty, and the mean time to compile a grammar is of this minute."),
        "prefill-workers-short" => {
            "The queues of the decode workers of this pair: short ones mean that prefill is the narrow half.".to_owned()
        }
        "decode-workers-short" => "The queues of the prefill workers of this pair, and the KV usage here half a minute later.".to_owned(),
        "kv-transfer-slow" | "kv-transfer-failures" => second("how many transfers failed in between, and how long the others took."),
        "rank-imbalance" | "expert-imbalance" => second("the share of each rank in the work of that minute."),
        "bursty-arrivals" => "A dump every 5 s for a minute: the queue comes and goes.".to_owned(),
        "frontend-bound" => "The CPU use of the API server’s process: at one full core the front end is the limit.".to_owned(),
        "multimodal-cache-miss" => second("the hit share of the multimodal cache of that minute."),
        "slow-prefill" | "long-prompt-tail" => {
            second("the time to first token and the prompt lengths of that minute, while nothing waits.")
        }
        "prefill-interference" | "decode-stalls" => second("the longest gaps between tokens, beside the prompt tokens of that minute."),
        "host-overhead" | "cuda-graph-miss" => second("the share of that minute in forward passes, and how many ran without a CUDA graph."),
        "hardware-floor" => "Two dumps at a quiet hour: the gap between tokens with at most four requests decoding.".to_owned(),
        "poor-speculation" => second("how many of the tokens drafted in that minute were accepted."),
        "server-errors" | "capacity-rejections" | "client-disconnects" => second("how many requests failed in between."),
        _ => second("whether its numbers still move as they have since the start."),
    }
}

/// One flag's value, in the spelling of the release.
fn limit(ctx: &Context<'_>, vllm: &str, sglang: &str, tgi: &str, against: &str) -> String {
    let flag = match ctx.backend() {
        BackendId::Vllm => vllm,
        BackendId::Sglang => sglang,
        BackendId::Tgi => tgi,
    };
    match flags::spelling_for(ctx.backend(), flag, ctx.version()) {
        Some(found) => format!("The value of {} as the server was started, against {against}.", found.flag),
        None => format!("{LATER} whether the number of running requests stands still while others wait."),
    }
}
