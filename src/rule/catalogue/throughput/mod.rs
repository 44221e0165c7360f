//! How much work gets done.

mod at_capacity;

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] = &[&at_capacity::RULE];
