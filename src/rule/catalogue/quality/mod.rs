//! What may be concluded at all.

mod counter_reset;
mod latencies_contradict;
mod request_count_doubled;
mod stale_gauges;
mod survivor_bias;
mod ttft_mixes_nonstreaming;

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] = &[
    &counter_reset::RULE,
    &latencies_contradict::RULE,
    &stale_gauges::RULE,
    &ttft_mixes_nonstreaming::RULE,
    &survivor_bias::RULE,
    &request_count_doubled::RULE,
];
