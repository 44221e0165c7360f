//! Every rule, grouped by what it looks at; upstream causes first, for they win ties.

mod cache;
mod decode;
mod distributed;
mod errors;
mod memory;
mod prefill;
mod quality;
mod queue;
mod state;
mod throughput;

pub(in crate::rule) use queue::is_usual;

use super::Rule;

/// As many waiting on one data-parallel rank, while half of the ranks have no queue, are no accident of a limit that all share (own
/// judgement).
const QUEUE_OF_A_RANK: f64 = 5.0;

const GROUPS: &[&[&Rule]] = &[
    quality::RULES,
    state::RULES,
    queue::RULES,
    prefill::RULES,
    memory::RULES,
    decode::RULES,
    cache::RULES,
    throughput::RULES,
    errors::RULES,
    distributed::RULES,
];

/// All rules in their order.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().flat_map(|group| group.iter().copied())
}

/// The rule with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}
