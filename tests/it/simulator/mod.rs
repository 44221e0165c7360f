//! Tests of the simulator itself: its physics, its exposition, its labels.

mod exposition;
mod labels;
mod physics;
mod reader;
