//! Servers of embeddings, scores and classes: prompts go in, no token comes out.

use crate::signal::{Caveat, Counter, Distribution, Snapshot};

/// Latencies of tokens, which such a server records as 0 for each request or not at all.
const OF_TOKENS: &[Distribution] = &[Distribution::Tpot, Distribution::Itl, Distribution::DecodeTime, Distribution::MaxNewTokens];

pub(super) fn read(snapshot: &mut Snapshot) {
    let count = |counter: Counter| snapshot.counters.get(&counter).map(|value| value.value);
    let spread = |distribution| snapshot.distributions.get(&distribution).map(|spread| &spread.histogram);
    let seen = |distribution| spread(distribution).and_then(|histogram| histogram.observations()).is_some_and(|seen| seen > 0.0);
    let tokens = [count(Counter::OutputTokens), spread(Distribution::OutputLength).and_then(|lengths| lengths.sum)];
    let answered = [Counter::FinishedStop, Counter::FinishedLength].iter().filter_map(|counter| count(*counter)).sum::<f64>();
    let served = answered > 0.0 || seen(Distribution::E2e);
    let computed = count(Counter::PromptTokens).is_none_or(|tokens| tokens > 0.0);
    // A server of tokens notes the limit that each of its requests sets.
    let no_tokens = tokens.contains(&Some(0.0)) && !tokens.into_iter().flatten().any(|tokens| tokens > 0.0);
    if served && computed && no_tokens && !seen(Distribution::MaxNewTokens) && !seen(Distribution::Itl) {
        snapshot.caveats.push(Caveat::Pooling);
        for distribution in OF_TOKENS {
            snapshot.distributions.remove(distribution);
        }
    }
}
