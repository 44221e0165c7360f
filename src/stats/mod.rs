//! Statistics of counts, shares and histograms: pure functions.
//!
//! Read [`quantile`] first: it turns a histogram into a number with its bounds. The rest are the tools that it and the service levels
//! use: intervals of shares ([`wilson`]) and of counts ([`garwood`]), the binomial distribution, smallest sample sizes, and PromQL's own
//! functions for anyone who wants to compare. Series have [`mann_kendall`], [`theil_sen`], [`line()`] and [`energy_split`].

mod attainment;
mod binomial;
mod dispersion;
mod line;
mod makarov;
mod partial;
mod plane;
mod poisson;
pub mod promql;
mod quantile;
mod range;
mod sample;
mod sample_size;
mod share;
mod slope;
mod smooth;
mod special;
mod split;
mod trend;

pub use attainment::{Attainment, attainment};
pub use binomial::{at_least, at_most, binomial_quantile, same_rate};
pub use dispersion::{Dispersion, dispersion};
pub use line::{Line, line};
pub use makarov::{sum_quantile, sum_within};
pub use partial::least_sum;
pub use plane::{Plane, plane};
pub use poisson::garwood;
pub use quantile::{Place, Quantile, RESOLUTION_LIMIT, is_consistent, log_linear, quantile, show_range, unit_buckets};
pub use sample::{lag_one, mean, mean_and_variance, median, median_deviation};
pub use sample_size::{detectable_change, quantile_needed, share_needed, zero_failures_needed};
pub use share::{Z95, wilson};
pub use slope::{TheilSen, theil_sen};
pub use smooth::smooth;
pub use special::{normal_cdf, normal_quantile, student_quantile};
pub use split::{Pettitt, Split, Welch, energy_split, one_sample, pettitt, welch};
pub use trend::{MannKendall, mann_kendall};
