//! Which part of a disaggregated pair an engine plays.

use crate::rule::{Context, Missing};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worker {
    /// Prefill and decode in one engine.
    Both,
    Prefill,
    Decode,
}

/// SGLang's label `engine_type`. Queue families of disaggregation exist with 0 on every engine, so that they prove nothing.
pub(super) fn worker(ctx: &Context<'_>) -> Result<Worker, Missing> {
    match ctx.seen.last.config.engine_type.as_ref().map(|setting| setting.value.as_str()) {
        Some("prefill") => Ok(Worker::Prefill),
        Some("decode") => Ok(Worker::Decode),
        Some(_) => Ok(Worker::Both),
        None => Err(Missing::new(
            "the role of this engine",
            "SGLang 0.5.7 or later writes it in the label engine_type: prefill, decode or unified.",
        )),
    }
}
