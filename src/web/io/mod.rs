//! Everything that brings text in or takes text out. Each way in ends in [`take`].

pub mod clipboard;
pub mod clock;
pub mod download;
pub mod drop;
pub mod fetch;
pub mod files;
pub mod keys;
mod probe;
pub mod samples;
pub mod theme;

use super::analysis::Incoming;
use super::state::State;

/// Gives texts to the session, as soon as that is there.
pub fn take(state: State, incoming: Vec<Incoming>) {
    state.when_there(move || state.accept(&incoming));
}
