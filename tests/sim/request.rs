//! One request inside the engine.

#[derive(Clone, Debug)]
pub struct Request {
    pub streaming: bool,
    pub prompt: u32,
    /// Tokens that it will generate if nobody stops it.
    pub output: u32,
    pub max_new: u32,
    pub group: Option<u32>,
    pub prefix_tokens: u32,
    pub adapter: Option<u32>,
    pub schema: Option<u32>,
    pub images: u32,
    /// Number of its client's request, of which it may be one of several answers.
    pub parent: usize,
    /// vLLM counts it as deferred while it waits: it has a grammar, or was passed over for its adapter.
    pub deferred: bool,
    pub hang_up_after: Option<u32>,
    pub fate: Fate,

    pub arrived: f64,
    pub queued: f64,
    pub scheduled: Option<f64>,
    pub last_scheduled: f64,
    pub first_token: Option<f64>,
    pub last_token: f64,
    /// Tokens since the last chunk of a non-streamed answer, and whether one was sent.
    pub chunk_tokens: u32,
    pub chunk_sent: bool,

    /// Tokens whose keys and values are in memory.
    pub computed: u32,
    /// Prefill is complete when `computed` reaches this.
    pub target: u32,
    pub generated: u32,
    pub own_blocks: u32,
    pub shared_tokens: u32,
    pub pinned: bool,
    pub cached: u32,
    pub preemptions: u32,
    pub place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Frontend,
    Waiting,
    Running,
    Gone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Normal,
    Error,
    Repetition,
    Corrupted,
}

impl Request {
    pub fn in_prefill(&self) -> bool {
        self.computed < self.target
    }
}
