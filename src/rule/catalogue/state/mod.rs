//! What the server is doing at all.

mod idle;

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] = &[&idle::RULE];
