//! From the server's own series to neutral values: instances, label selections, aliases and ranks.

mod evaluate;
mod index;
mod instances;
mod lacks;
mod range;
mod ranks;
mod select;
mod series;
mod table;
mod traffic;
mod uses;

pub(super) use evaluate::{counter, distribution, gauge};
pub(super) use index::{Index, Instance};
pub(super) use lacks::{Always, lacks};
pub(super) use range::out_of_range;
pub(super) use select::Select;
pub(super) use series::Series;
pub(super) use table::{Absent, Combine, Native, Row, native};
pub(super) use traffic::traffic;
