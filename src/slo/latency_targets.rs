//! The thresholds that the rules measure symptoms against.

use super::{Metric, Target};
use crate::signal::Distribution;
use crate::sorted::sort_by;

/// Latency targets of a set, in seconds: of each, the P95 one, else P99, P50, another percentile, the mean.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LatencyTargets {
    pub ttft_seconds: Option<f64>,
    /// Of the gaps between tokens; when only the average per request has a target, that one.
    pub itl_seconds: Option<f64>,
    /// Of the average per request; when only the gaps have a target, that one.
    pub tpot_seconds: Option<f64>,
    pub e2e_seconds: Option<f64>,
}

/// Picks the threshold of each latency from a set of targets.
#[must_use]
pub fn latency_targets(targets: &[Target]) -> LatencyTargets {
    let of = |distribution| best(targets, distribution);
    let (itl, tpot) = (of(Distribution::Itl), of(Distribution::Tpot));
    LatencyTargets {
        ttft_seconds: of(Distribution::Ttft),
        itl_seconds: itl.or(tpot),
        tpot_seconds: tpot.or(itl),
        e2e_seconds: of(Distribution::E2e),
    }
}

fn best(targets: &[Target], distribution: Distribution) -> Option<f64> {
    let mut fitting: Vec<&Target> =
        targets.iter().filter(|target| target.metric.distribution() == Some(distribution) && target.comparison.wants_low()).collect();
    sort_by(&mut fitting, |a, b| preference(a.metric).cmp(&preference(b.metric)));
    fitting.first().map(|target| target.value)
}

fn preference(metric: Metric) -> u8 {
    match metric {
        Metric::Quantile(_, 0.95) => 0,
        Metric::Quantile(_, 0.99) => 1,
        Metric::Quantile(_, 0.5) => 2,
        Metric::Quantile(..) => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(path: &str, value: f64) -> Target {
        Target::new(None, path, "<=", value, None).expect("a valid target")
    }

    #[test]
    fn p95_comes_before_p99_before_p50_before_the_mean() {
        let mut targets = vec![target("ttft.mean", 0.1), target("ttft.p50", 0.3), target("ttft.p99", 2.0), target("ttft.p95", 1.0)];
        for expected in [1.0, 2.0, 0.3, 0.1] {
            assert_eq!(latency_targets(&targets).ttft_seconds, Some(expected));
            targets.retain(|target| target.value != expected);
        }
        assert_eq!(latency_targets(&targets), LatencyTargets::default());
    }

    #[test]
    fn gaps_and_averages_stand_in_for_each_other() {
        let found = latency_targets(&[target("tpot.p99", 0.1)]);
        assert_eq!((found.itl_seconds, found.tpot_seconds), (Some(0.1), Some(0.1)));
        let found = latency_targets(&[target("tpot.p99", 0.1), target("itl.p95", 0.05)]);
        assert_eq!((found.itl_seconds, found.tpot_seconds), (Some(0.05), Some(0.1)));
    }

    #[test]
    fn a_lower_bound_on_latency_is_no_threshold() {
        let unusual = Target::new(None, "ttft.p95", ">", 1.0, None).expect("a valid target");
        assert_eq!(latency_targets(&[unusual]).ttft_seconds, None);
    }
}
