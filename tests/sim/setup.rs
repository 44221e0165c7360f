//! What is simulated: the server's configuration, the load on it and what a step costs.

use super::rng::Rng;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Backend {
    Vllm,
    Sglang,
    Tgi,
}

impl Backend {
    pub const ALL: [Backend; 3] = [Backend::Vllm, Backend::Sglang, Backend::Tgi];

    pub fn name(self) -> &'static str {
        match self {
            Backend::Vllm => "vllm",
            Backend::Sglang => "sglang",
            Backend::Tgi => "tgi",
        }
    }

    pub fn parse(name: &str) -> Option<Backend> {
        Backend::ALL.into_iter().find(|b| b.name() == name)
    }
}

/// Which scheduler drives the engine; the version decides within a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Decodes first, prompts in chunks in the same step, recompute preemption.
    VllmV1,
    /// Whole prompts in steps of their own, recompute preemption that records first tokens again.
    VllmV0,
    /// Prompt batches before decodes, admission by estimated growth, retraction.
    Sglang,
    /// Reservation of prompt and answer at admission; prompts join the running batch.
    TgiChunked,
    /// The same reservation; a prompt batch stops the decodes.
    TgiPlain,
}

/// Seconds that one engine step costs. The defaults resemble an 8B model on one large GPU.
#[derive(Clone, Debug)]
pub struct Cost {
    pub fixed: f64,
    pub per_prefill_token: f64,
    pub per_sequence: f64,
    pub per_context_token: f64,
    pub host: f64,
}

#[derive(Clone, Debug)]
pub struct Speculation {
    pub tokens: u32,
    /// Chance that a drafted token is accepted, given that all before it were.
    pub acceptance: f64,
    /// Cost of drafting and verifying, as a share of the fixed step cost.
    pub overhead: f64,
}

#[derive(Clone, Debug)]
pub struct Grammar {
    /// Share of requests that carry a schema.
    pub share: f64,
    /// Distinct schemas; 0 means that every request has its own.
    pub schemas: u32,
    pub compile_s: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    Unified,
    /// Computes prompts and sends the cache to a decode server.
    Prefill,
    /// Receives the cache of finished prompts and decodes.
    Decode,
}

/// The link between a prefill and a decode server.
#[derive(Clone, Debug)]
pub struct Link {
    pub gigabytes_per_s: f64,
    pub bytes_per_token: f64,
    pub failure_share: f64,
}

/// The engine stops now and then, whatever it does.
#[derive(Clone, Debug)]
pub struct Pauses {
    /// Per step.
    pub chance: f64,
    /// Mean length.
    pub seconds: f64,
    /// Lengths within a fifth of the mean, else exponential.
    pub alike: bool,
}

#[derive(Clone, Debug)]
pub struct Server {
    pub model: String,
    pub policy: Policy,
    /// Tokens that the KV cache holds (per rank).
    pub kv_tokens: u32,
    pub block: u32,
    pub max_num_seqs: u32,
    /// vLLM max_num_batched_tokens, SGLang chunked_prefill_size, TGI max_batch_prefill_tokens.
    pub token_budget: u32,
    pub max_model_len: u32,
    pub prefix_caching: bool,
    pub speculation: Option<Speculation>,
    /// Mean seconds of the frontend (tokenizer, API server) per request; it serves one request at a time.
    pub frontend_s: f64,
    /// vLLM max_num_queued_reqs, SGLang max_queued_requests, TGI max_concurrent_requests.
    pub admission_limit: Option<u32>,
    pub conservativeness: f64,
    /// Decode steps over which SGLang's new_token_ratio falls to its floor.
    pub ratio_decay_steps: f64,
    pub lora_slots: Option<u32>,
    pub grammar: Option<Grammar>,
    pub role: Role,
    pub link: Link,
    /// Largest batch with a captured CUDA graph; larger ones pay twice the fixed cost.
    pub graph_max_batch: u32,
    pub stalls: Option<Pauses>,
    /// The engine stops once: from when, for how long.
    pub freeze: Option<(f64, f64)>,
    /// The process restarts: when, and how long it is down.
    pub restart: Option<(f64, f64)>,
    pub error_share: f64,
    pub repetition_share: f64,
    pub corrupted_share: f64,
    pub gpu_memory_utilization: f64,
    pub startup_free_gb: f64,
    /// Seconds that the process had been up when the simulation starts.
    pub uptime_s: f64,
    pub sleeping: bool,
    /// vLLM: processes that receive requests. From two on their metrics are added up, with the traps of that.
    pub api_servers: u32,
    /// Embeddings or scores: no token comes out, and the gauges of the engine show nothing that runs.
    pub pooling: bool,
    /// A second, small KV pool (SGLang hybrid models): share of the load that it takes, as usage of its own.
    pub swa_pool_tokens: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
pub enum Arrivals {
    /// Poisson arrivals, requests per second.
    Open { rate: f64 },
    /// A fixed number of clients, each waiting for its answer before it asks again.
    Closed { clients: u32, think_s: f64 },
}

/// How an open-loop rate changes with time (seconds since the load began).
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    Steady,
    Bursts {
        every_s: f64,
        length_s: f64,
        rate: f64,
    },
    Ramp {
        to: f64,
        over_s: f64,
    },
    Step {
        at_s: f64,
        rate: f64,
    },
    /// Load only in this span (seconds of simulated time).
    Until {
        end_s: f64,
    },
}

#[derive(Clone, Copy, Debug)]
pub struct Length {
    pub mean: f64,
    pub cv: f64,
    /// A share of requests with another, fixed length.
    pub tail: Option<(f64, u32)>,
}

impl Length {
    pub const fn new(mean: f64, cv: f64) -> Length {
        Length { mean, cv, tail: None }
    }

    pub fn draw(&self, rng: &mut Rng, cap: u32) -> u32 {
        let value = match self.tail {
            Some((share, tokens)) if rng.chance(share) => f64::from(tokens) * rng.between(0.9, 1.1),
            _ => rng.lognormal(self.mean, self.cv),
        };
        (value.round().max(1.0) as u32).min(cap)
    }
}

/// Prompts that begin with one of `count` shared texts.
#[derive(Clone, Copy, Debug)]
pub struct Prefixes {
    pub count: u32,
    pub tokens: u32,
}

#[derive(Clone, Debug)]
pub struct Load {
    pub arrivals: Arrivals,
    pub shape: Shape,
    /// Simulated time at which the load begins; a trickle runs before it.
    pub starts_s: f64,
    pub trickle: f64,
    pub prompt: Length,
    pub output: Length,
    pub max_new: u32,
    pub prefixes: Option<Prefixes>,
    pub streaming_share: f64,
    /// Clients that give up when no token came by then.
    pub patience_s: Option<f64>,
    /// Share of requests dropped in the middle of their answer.
    pub hang_up_share: f64,
    pub bad_request_share: f64,
    pub adapters: u32,
    /// Answers that a request asks for (`n`); each is a request of the engine.
    pub answers: u32,
    pub image_share: f64,
    /// Requests come through the OpenAI chat route (TGI counts those twice).
    pub chat_route: bool,
}

#[derive(Clone, Debug)]
pub struct Setup {
    pub backend: Backend,
    pub seed: u64,
    pub server: Server,
    pub cost: Cost,
    /// One load per data-parallel rank.
    pub loads: Vec<Load>,
    pub end_s: f64,
    /// Cost factors that apply from a moment on: (when, factor on a and b).
    pub slower_from: Option<(f64, f64)>,
}

impl Setup {
    pub fn base(backend: Backend, policy: Policy) -> Setup {
        let server = Server {
            model: "meta-llama/Llama-3.1-8B-Instruct".into(),
            policy,
            kv_tokens: 400_000,
            block: if backend == Backend::Vllm { 16 } else { 1 },
            max_num_seqs: 256,
            token_budget: 8192,
            max_model_len: if backend == Backend::Tgi { 16_384 } else { 131_072 },
            prefix_caching: !matches!(policy, Policy::VllmV0 | Policy::TgiPlain | Policy::TgiChunked),
            speculation: None,
            frontend_s: 0.002,
            admission_limit: None,
            conservativeness: 1.0,
            ratio_decay_steps: 600.0,
            lora_slots: None,
            grammar: None,
            role: Role::Unified,
            link: Link { gigabytes_per_s: 25.0, bytes_per_token: 131_072.0, failure_share: 0.0 },
            graph_max_batch: 1024,
            stalls: None,
            freeze: None,
            restart: None,
            error_share: 0.0,
            repetition_share: 0.0,
            corrupted_share: 0.0,
            gpu_memory_utilization: 0.9,
            startup_free_gb: 6.8,
            uptime_s: 7200.0,
            sleeping: false,
            api_servers: 1,
            pooling: false,
            swa_pool_tokens: None,
        };
        let load = Load {
            arrivals: Arrivals::Open { rate: 8.0 },
            shape: Shape::Steady,
            starts_s: 0.0,
            trickle: 0.0,
            prompt: Length::new(512.0, 0.5),
            output: Length::new(200.0, 0.6),
            max_new: if backend == Backend::Tgi { 320 } else { 1024 },
            prefixes: None,
            streaming_share: 1.0,
            patience_s: None,
            hang_up_share: 0.0,
            bad_request_share: 0.0,
            adapters: 0,
            answers: 1,
            image_share: 0.0,
            chat_route: true,
        };
        Setup {
            backend,
            seed: 0,
            server,
            cost: Cost { fixed: 7e-3, per_prefill_token: 40e-6, per_sequence: 20e-6, per_context_token: 30e-9, host: 0.0 },
            loads: vec![load],
            end_s: 300.0,
            slower_from: None,
        }
    }

    pub fn load(&mut self) -> &mut Load {
        if self.loads.is_empty() {
            self.loads.push(Setup::base(self.backend, self.server.policy).loads.remove(0));
        }
        &mut self.loads[0]
    }

    pub fn rate(&mut self, rate: f64) {
        self.load().arrivals = Arrivals::Open { rate };
    }

    /// Other hardware and other traffic for the same condition: cost ×0.6–1.6, rates ±15 %, and the rates follow
    /// the speed of the hardware, so that a server which was saturated stays saturated and an idle one idle.
    pub fn perturb(&mut self, seed: u64) {
        self.seed = seed;
        let mut rng = Rng::fork(seed, "perturb");
        let factor = (rng.between(0.6f64.ln(), 1.6f64.ln())).exp();
        let cost = &mut self.cost;
        for part in [&mut cost.fixed, &mut cost.per_prefill_token, &mut cost.per_sequence, &mut cost.per_context_token] {
            *part *= factor;
        }
        self.server.frontend_s *= factor;
        self.server.link.gigabytes_per_s /= factor;
        if let Some(grammar) = &mut self.server.grammar {
            grammar.compile_s *= factor;
        }
        let speed = rng.between(0.85, 1.15) / factor;
        for load in &mut self.loads {
            load.trickle *= speed;
            if let Arrivals::Open { rate } = &mut load.arrivals {
                *rate *= speed;
            }
            match &mut load.shape {
                Shape::Bursts { rate, .. } | Shape::Step { rate, .. } => *rate *= speed,
                Shape::Ramp { to, .. } => *to *= speed,
                Shape::Steady | Shape::Until { .. } => {}
            }
        }
        self.server.uptime_s = rng.between(3600.0, 40_000.0).round();
    }
}
