//! A deterministic simulator of LLM inference servers, for tests, samples and accuracy figures.
//!
//! One [`Setup`] (server, load, cost of a step) gives one [`Run`]: a continuous-batching engine is stepped
//! through time and every event is recorded once. A writer then turns the recording into the `/metrics` text that
//! a chosen server version would have shown at any moment, quirks included.
//!
//! The step costs `t0 + a·prefill tokens + b·decoding sequences + g·context tokens + host`; the rest of the
//! behaviour (queues, memory, limits) is the schedulers' own logic, reduced to what reaches the metrics.
#![allow(dead_code, unused_imports)]

mod engine;
mod event;
mod kv;
mod request;
mod rng;
mod run;
mod scenario;
mod setup;
mod text;
mod truth;
mod workload;

pub use event::{Event, Gauges, Outcome, Reason, Step};
pub use rng::Rng;
pub use run::Run;
pub use scenario::{HELD_OUT_SEEDS, Mode, Scenario, TRAINING_SEEDS, field, find, scenarios};
pub use setup::*;
pub use text::version::{Flavour, Version, versions};
pub use truth::Truth;
