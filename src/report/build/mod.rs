//! Turns what the analysis found into the report's shapes.

mod anatomy;
mod classic;
mod comparison;
mod distributions;
mod findings;
mod notes;
mod over_time;
mod signals;
mod time;
mod timeline;
mod views;

pub use anatomy::anatomy;
pub use classic::classic_bottleneck;
pub use comparison::comparison;
pub use distributions::{distributions, finite};
pub use findings::{bottlenecks, headline, hypotheses, not_measurable, recommendations, rules, state};
pub use notes::{left_out, notes};
pub use over_time::{changes, forecasts, trends};
pub use signals::signals;
pub use time::{duration, rfc3339, time_base};
pub use timeline::timeline;
pub use views::{backend, input, instance_name, opinion, problems, scope, slo_status, version_range, window};
