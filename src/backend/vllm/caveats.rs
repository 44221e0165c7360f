//! What vLLM's numbers do not mean, and the repair that can be made.

use super::releases;
use crate::backend::native::Instance;
use crate::signal::{Caveat, Counter, Snapshot, Version};

/// Without a help text the release tells whether these are blocks.
pub(super) fn count_prefix_in_tokens(instance: &Instance<'_, '_>, snapshot: &mut Snapshot) {
    let in_use = snapshot.counters.get(&Counter::PrefixQueries).is_some_and(|value| value.source.metric.contains("gpu_prefix_cache"));
    let before_tokens = snapshot.version.to.is_some_and(|to| to < Version(0, 9, 0));
    if !in_use || !(releases::help_says_blocks(instance) || before_tokens) {
        return;
    }
    snapshot.caveats.push(Caveat::PrefixCountsWereBlocks);
    let Some(block) = snapshot.config.block_size.as_ref().map(|block| block.value) else {
        return;
    };
    for counter in [Counter::PrefixQueries, Counter::PrefixHits] {
        if let Some(value) = snapshot.counters.get_mut(&counter) {
            value.value *= block;
            value.ranks.iter_mut().for_each(|(_, rank)| *rank *= block);
        }
    }
}

pub(super) fn note(instance: &Instance<'_, '_>, snapshot: &mut Snapshot) {
    let count = |counter: Counter| snapshot.counters.get(&counter).map(|value| value.value);
    // Up to 0.26 a waiting request is counted again at each scheduling attempt.
    if let (Some(queries), Some(prompt)) = (count(Counter::PrefixQueries), count(Counter::PromptTokens))
        && prompt > 0.0
        && queries > 1.2 * prompt
        && !snapshot.caveats.contains(&Caveat::PrefixCountsWereBlocks)
    {
        snapshot.caveats.push(Caveat::PrefixQueriesInflated);
    }
    if releases::is_v0(instance) && count(Counter::Preemptions).is_some_and(|preemptions| preemptions > 0.0) {
        snapshot.caveats.push(Caveat::TtftRecordedAgainAfterPreemption);
    }
    if snapshot.config.kv_capacity_tokens.as_ref().is_some_and(|capacity| capacity.inferred) {
        snapshot.caveats.push(Caveat::KvCapacityFromBlocks);
    }
    if instance.has("process_start_time_seconds") || instance.has("process_cpu_seconds_total") {
        snapshot.caveats.push(Caveat::ProcessIsApiServerOnly);
    }
}
