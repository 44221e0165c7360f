//! What people paste around and into metric lines: recognised, taken off, named.

mod binary;
mod block;
mod clean;
mod json_log;
mod name;
mod prefix;
mod table;

pub(super) use binary::binary;
pub(super) use block::{Block, content_type, http_status};
pub(super) use clean::{clean, unescaped};
pub(super) use json_log::json_log;
pub(super) use name::{glued, name};
pub(super) use prefix::prefix;
pub(super) use table::row;
