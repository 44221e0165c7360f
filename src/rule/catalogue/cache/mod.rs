//! Whether the caches earn their keep.

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] = &[];
