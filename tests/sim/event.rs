//! What a run records. Writers fold these events, in time order, into the numbers that a server shows.

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Stop,
    Length,
    Error,
    Repetition,
}

impl Reason {
    pub fn vllm(self) -> &'static str {
        match self {
            Reason::Stop => "stop",
            Reason::Length => "length",
            Reason::Error => "error",
            Reason::Repetition => "repetition",
        }
    }
}

/// A finished or abandoned request with its moments in seconds of simulated time.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub streaming: bool,
    /// Number of the client's request.
    pub parent: usize,
    pub prompt: u32,
    pub cached: u32,
    pub output: u32,
    pub max_new: u32,
    /// The HTTP handler saw it.
    pub arrived: f64,
    /// The frontend handed it to the engine.
    pub queued: f64,
    pub scheduled: Option<f64>,
    pub first_token: Option<f64>,
    pub ended: f64,
    pub preemptions: u32,
    pub corrupted: bool,
}

#[derive(Clone, Debug)]
pub enum Event {
    Received {
        streaming: bool,
    },
    /// The frontend is done with it: it waits in the engine.
    Queued {
        prompt: u32,
        max_new: u32,
        images: u32,
        image_hits: u32,
        frontend_s: f64,
    },
    ClientError,
    Rejected,
    /// It got its place in a batch. `again` after a preemption.
    Admitted {
        again: bool,
        waited_s: f64,
        prompt: u32,
        hit: u32,
    },
    /// The prompt is computed and a token came out. `recompute_from` counts tokens of an earlier life.
    FirstToken {
        ttft_s: f64,
        prompt: u32,
        cached: u32,
        prefill_s: f64,
        streaming: bool,
        again: bool,
    },
    Finished {
        reason: Reason,
        outcome: Box<Outcome>,
    },
    Aborted {
        outcome: Box<Outcome>,
    },
    Preempted {
        prompt: u32,
        output: u32,
    },
    /// First chunk of a non-streamed answer reached the frontend (SGLang).
    Chunk {
        ttft_s: f64,
    },
    /// One answer chunk: seconds per token and tokens (SGLang counts tokens).
    Gap {
        per_token_s: f64,
        tokens: u32,
    },
    ChunkedPrefill {
        seconds: f64,
    },
    GrammarCompiled {
        seconds: f64,
        hit: bool,
    },
    Transferred {
        seconds: f64,
        bytes: f64,
        waited_s: f64,
    },
    TransferFailed,
    Step(Box<Step>),
    /// Nothing to do from now on.
    Idle(Box<Gauges>),
    /// All counters begin anew; requests in flight are lost.
    Restarted,
}

#[derive(Clone, Debug, Default)]
pub struct Step {
    pub seconds: f64,
    /// Of which the GPU worked.
    pub forward_s: f64,
    pub prefill_tokens: u32,
    pub prefill_sequences: u32,
    /// Prompt tokens whose prefill was completed in this step: all, and without cache hits.
    pub completed_prompt: u32,
    pub completed_computed: u32,
    pub decode_sequences: u32,
    pub generated: u32,
    pub outputs: u32,
    /// Inter-token gaps by output event: seconds and how many.
    pub gaps: Vec<(f64, u32)>,
    pub drafted: u32,
    pub accepted_at: Vec<u32>,
    /// Requests that joined the batch in this step.
    pub admitted: u32,
    /// Cached and computed prompt tokens that were scheduled.
    pub hit_tokens: u32,
    /// Of `prefill_tokens` and `hit_tokens`, those that a retraction caused.
    pub again_tokens: u32,
    /// Tokens of requests that were looked up in the cache but not admitted.
    pub retried_queries: u32,
    pub retried_hits: u32,
    pub evicted_tokens: u32,
    pub graph: bool,
    /// TGI: a batch was merged, and why.
    pub merged: Option<&'static str>,
    pub gauges: Gauges,
}

#[derive(Clone, Debug, Default)]
pub struct Gauges {
    pub running: u32,
    /// All that wait, preempted and deferred ones included.
    pub waiting: u32,
    pub deferred: u32,
    pub kv_used: u32,
    pub kv_total: u32,
    pub kv_evictable: u32,
    pub kv_usage: f64,
    pub swa_used: u32,
    pub context: u32,
    /// TGI: tokens that the running batch may grow to.
    pub reserved: u32,
    pub grammar_queue: u32,
    pub prealloc_queue: u32,
    pub transfer_queue: u32,
    pub inflight_queue: u32,
    pub prealloc_usage: f64,
    pub new_token_ratio: f64,
    pub running_adapters: Vec<u32>,
    pub waiting_adapters: Vec<u32>,
    /// Adapters of the requests past their first token, by the API server that sent them.
    pub adapters_by_server: Vec<Vec<u32>>,
}
