//! Why the first token is late without a queue.

mod frontend_bound;
mod long_prompt_tail;
mod slow_prefill;

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] = &[&frontend_bound::RULE, &slow_prefill::RULE, &long_prompt_tail::RULE];
