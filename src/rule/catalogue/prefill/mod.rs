//! Why the first token is late without a queue.

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] = &[];
