//! What a scrape is: families, series and values, each with the line it was read from.

mod columns;
mod duration;
mod families;
mod histogram;
mod kind;
mod number;
mod pick;
mod sample;
mod scrape;
mod series;
mod slots;
mod spans;
mod text;
mod unit;

pub(crate) use columns::{Columns, Metadata, Row, Says, label_hash, name_hash};
pub use duration::duration;
pub use histogram::{Bucket, Histogram};
pub use kind::Kind;
pub use number::number;
pub(crate) use number::plain;
pub(crate) use pick::Pick;
pub use sample::{Family, Sample};
pub(crate) use scrape::{Run, Table};
pub use scrape::{Samples, Scrape};
pub use series::LabelledHistogram;
pub(crate) use series::{HistogramRows, SUFFIXES, histograms_of, sum_of, totals_of};
pub(crate) use slots::Slots;
pub use spans::{SourceLines, Spans};
pub(crate) use text::{Piece, hash};
pub use unit::{Unit, capital, counted, first_sentence};
