//! What the server is doing at all.

mod engine_stalled;
mod idle;
mod warming_up;

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] = &[&engine_stalled::RULE, &idle::RULE, &warming_up::RULE];
