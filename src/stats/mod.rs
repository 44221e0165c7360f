//! Statistics of counts, shares and histograms: pure functions.
//!
//! Read [`quantile`] first: it turns a histogram into a number with its bounds. The rest are the tools that it and the service levels
//! use: intervals of shares ([`wilson`]) and of counts ([`garwood`]), the binomial distribution, smallest sample sizes, and PromQL's own
//! functions for anyone who wants to compare.

mod attainment;
mod binomial;
mod dispersion;
mod makarov;
mod partial;
mod poisson;
pub mod promql;
mod quantile;
mod range;
mod sample_size;
mod share;
mod special;

pub use attainment::{Attainment, attainment};
pub use binomial::{at_least, at_most, binomial_quantile, same_rate};
pub use dispersion::{Dispersion, dispersion};
pub use makarov::{sum_quantile, sum_within};
pub use partial::least_sum;
pub use poisson::garwood;
pub use quantile::{Place, Quantile, RESOLUTION_LIMIT, is_consistent, log_linear, quantile, show_range, unit_buckets};
pub use sample_size::{detectable_change, quantile_needed, share_needed, zero_failures_needed};
pub use share::{Z95, wilson};
pub use special::normal_cdf;
