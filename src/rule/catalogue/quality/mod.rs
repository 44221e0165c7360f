//! What may be concluded at all.

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] = &[];
