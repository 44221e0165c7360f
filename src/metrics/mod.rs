//! What a scrape is: families, series and values, each with the line it was read from.

mod columns;
mod families;
mod histogram;
mod kind;
mod number;
mod sample;
mod scrape;
mod series;
mod text;
mod unit;

pub(crate) use columns::{Columns, Metadata, Row, Says, label_hash, name_hash};
pub use histogram::{Bucket, Histogram};
pub use kind::Kind;
pub use number::number;
pub(crate) use number::plain;
pub use sample::{Family, Sample};
pub use scrape::Scrape;
pub(crate) use scrape::Table;
pub use series::LabelledHistogram;
pub(crate) use text::Piece;
pub use unit::{Unit, counted};
