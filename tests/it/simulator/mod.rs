//! Tests of the simulator itself: its physics, its exposition, its labels.

mod as_run;
mod exposition;
mod labels;
mod physics;
mod reader;
