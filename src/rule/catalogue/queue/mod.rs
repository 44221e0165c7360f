//! Why requests wait for admission.

mod kv_capacity_bound;
mod sequence_limit;

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] = &[&kv_capacity_bound::RULE, &sequence_limit::RULE];
