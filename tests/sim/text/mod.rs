//! Recorded events as the `/metrics` text of a server version.

pub mod hist;
mod number;
mod page;
mod sglang;
mod tgi;
pub mod version;
mod vllm;

use super::event::Event;
use super::setup::{Backend, Setup};
use version::Version;

/// Unix time of simulated time zero: 2026-11-20 09:00:00 UTC.
pub const EPOCH: f64 = 1_795_165_200.0;

/// Folds events into a server's metrics and prints them.
pub trait Writer {
    fn observe(&mut self, at: f64, rank: usize, event: &Event);
    fn page(&mut self, now: f64) -> String;
}

pub fn writer<'a>(setup: &'a Setup, version: Version) -> Box<dyn Writer + 'a> {
    match setup.backend {
        Backend::Vllm => Box::new(vllm::Vllm::new(setup, version)),
        Backend::Sglang => Box::new(sglang::Sglang::new(setup, version)),
        Backend::Tgi => Box::new(tgi::Tgi::new(setup, version)),
    }
}
