//! TGI's gauges: all that it says of now.

use crate::backend::native::{Row, native};
use crate::signal::Gauge;

pub(super) static ROWS: &[Row<Gauge>] = &[
    Row::alias(Gauge::Running, &[native("batch_current_size")]),
    Row::alias(Gauge::Waiting, &[native("queue_size")]),
    Row::alias(Gauge::ReservedTokens, &[native("batch_current_max_tokens")]),
];
