//! How much work gets done.

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] = &[];
