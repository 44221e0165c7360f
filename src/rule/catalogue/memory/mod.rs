//! Pressure on the KV cache.

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] = &[];
