//! servescope reads the Prometheus `/metrics` text of an LLM inference server and says what limits it.
//!
//! Design constraints, in this order:
//! - The core runs in a browser tab: no I/O, no clock, no randomness, no logging. Bytes and options go in, a [`report::Report`] comes out,
//!   and the same input gives the same bytes of JSON natively and in WebAssembly.
//! - Reading never fails. A bad line costs that line only, and is reported with its number.
//! - Missing is `Option`, never zero. A rule that lacks its inputs says so.
//! - Dependencies point one way, in the order of the modules below; a lower one never names a higher one.
#![forbid(unsafe_code)]

pub mod sorted;
pub mod wire;

pub mod exposition;
pub mod metrics;

pub mod backend;
pub mod signal;

pub mod dataset;

pub mod stats;

pub mod opinion;
pub mod rule;
pub mod slo;

pub mod trend;

pub mod classic;
pub mod compare;

pub mod health;
pub mod timeline;

pub mod report;

pub mod error;

pub mod analyze;
pub mod request;

pub mod export;

pub mod browse;
pub mod entry;
pub mod plot;

pub mod view;

pub mod protocol;

pub mod session;

#[cfg(feature = "web")]
pub mod web;
