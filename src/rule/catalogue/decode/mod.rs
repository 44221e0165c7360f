//! Why output tokens come slowly.

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] = &[];
