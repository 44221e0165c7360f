//! Why requests wait for admission.

mod admission;
mod compute_saturated;
mod deferred_waiting;
mod kv_capacity_bound;
mod over_reservation;
mod pooled_slots;
mod sequence_limit;
mod slot_room;
mod token_budget_bound;

use crate::rule::Rule;

pub(super) const RULES: &[&Rule] = &[
    &kv_capacity_bound::RULE,
    &sequence_limit::RULE,
    &token_budget_bound::RULE,
    &compute_saturated::RULE,
    &deferred_waiting::RULE,
    &over_reservation::RULE,
];
