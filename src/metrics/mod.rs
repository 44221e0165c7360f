//! What a scrape is: families, series and values, each with the line it was read from.

mod histogram;
mod scrape;
mod unit;

pub use histogram::{Bucket, Histogram};
pub(crate) use scrape::LabelValue;
pub use scrape::{Family, Kind, LabelledHistogram, Sample, Scrape, ScrapeBuilder};
pub use unit::Unit;
