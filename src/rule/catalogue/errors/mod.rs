//! Requests that fail, and outputs that are cut.

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] = &[];
