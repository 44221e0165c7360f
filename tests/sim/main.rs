//! Tests of the simulator itself: its physics, its exposition, its labels.

#[path = "mod.rs"]
mod sim;
mod tests;
