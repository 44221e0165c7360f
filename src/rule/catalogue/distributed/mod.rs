//! Ranks, adapters, grammars, and prefill or decode workers.

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] = &[];
