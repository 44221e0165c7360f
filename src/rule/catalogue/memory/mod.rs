//! Pressure on the KV cache.

mod hybrid_pool_imbalance;
mod kv_full_and_healthy;
mod kv_under_allocated;
mod preemption_thrash;

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] =
    &[&preemption_thrash::RULE, &kv_full_and_healthy::RULE, &kv_under_allocated::RULE, &hybrid_pool_imbalance::RULE];
