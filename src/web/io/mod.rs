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

use super::state::State;
use crate::session::Incoming;

/// Gives texts to the session.
pub fn take(state: State, mut incoming: Vec<Incoming>) {
    state.change(&mut |session| session.accept(std::mem::take(&mut incoming)));
}
