//! Servers of embeddings, scores and classes: prompts go in, no token comes out.

use crate::signal::{Caveat, Counter, Distribution, Snapshot};

/// Latencies of tokens, which such a server records as 0 for each request or not at all.
const OF_TOKENS: &[Distribution] = &[Distribution::Tpot, Distribution::Itl, Distribution::DecodeTime, Distribution::MaxNewTokens];

pub(super) fn read(snapshot: &mut Snapshot) {
    let count = |counter: Counter| snapshot.counters.get(&counter).map(|value| value.value);
    let answered = [Counter::FinishedStop, Counter::FinishedLength].iter().filter_map(|counter| count(*counter)).sum::<f64>();
    let lengths = snapshot.distributions.get(&Distribution::OutputLength);
    let no_output = lengths.is_none_or(|lengths| lengths.histogram.sum == Some(0.0));
    let limits = snapshot.distributions.get(&Distribution::MaxNewTokens);
    let no_limit = limits.is_none_or(|limits| limits.histogram.observations() == Some(0.0));
    let computed = count(Counter::PromptTokens).is_some_and(|tokens| tokens > 0.0);
    if answered > 0.0 && computed && count(Counter::OutputTokens) == Some(0.0) && no_output && no_limit {
        snapshot.caveats.push(Caveat::Pooling);
        for distribution in OF_TOKENS {
            snapshot.distributions.remove(distribution);
        }
    }
}
