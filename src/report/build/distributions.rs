//! Histograms with their quantiles, bounds and buckets.

use crate::report::{BucketView, DistributionView, QuantileView};
use crate::signal::{Distribution, DistributionReading, Observation};
use crate::slo::Target;
use crate::sorted::sort_by;
use crate::stats::{self, Place};

use super::time::time_base;

/// In the order in which a person asks for them.
const SHOWN: [Distribution; 17] = [
    Distribution::Ttft,
    Distribution::Itl,
    Distribution::Tpot,
    Distribution::E2e,
    Distribution::QueueTime,
    Distribution::PrefillTime,
    Distribution::DecodeTime,
    Distribution::InferenceTime,
    Distribution::ValidationTime,
    Distribution::PrefillCallTime,
    Distribution::DecodeCallTime,
    Distribution::PromptLength,
    Distribution::OutputLength,
    Distribution::MaxNewTokens,
    Distribution::StepTokens,
    Distribution::AdmittedBatch,
    Distribution::KvTransferTime,
];
const QUANTILES: [f64; 3] = [0.5, 0.95, 0.99];

/// Every distribution that has observations, with the targets on it.
#[must_use]
pub fn distributions(seen: &Observation, targets: &[Target]) -> Vec<DistributionView> {
    SHOWN.iter().filter_map(|distribution| view(seen, &seen.distribution(*distribution)?, targets)).collect()
}

fn view(seen: &Observation, reading: &DistributionReading, targets: &[Target]) -> Option<DistributionView> {
    let histogram = &reading.histogram;
    let samples = histogram.observations().filter(|samples| *samples > 0.0)?;
    let unit = reading.distribution.unit();
    let found: Vec<stats::Quantile> = QUANTILES.iter().filter_map(|q| stats::quantile(histogram, *q)).collect();
    let remark = if histogram.is_lumped() {
        Some("Only sum and count are in the text: the mean is known, quantiles need the buckets.".to_owned())
    } else if !stats::is_consistent(histogram) {
        Some("Sum and buckets contradict each other; some observations were lost or added on the way.".to_owned())
    } else if histogram.repaired {
        Some("The buckets were out of order or fell; they were repaired as PromQL does.".to_owned())
    } else {
        found.iter().find(|quantile| quantile.q > 0.9 && quantile.place == Place::First).map(|quantile| {
            format!(
                "Nearly all observations are in the first bucket: only “≤ {}” is known. The mean is the better number.",
                unit.show(quantile.bracket.1)
            )
        })
    };
    Some(DistributionView {
        path: reading.distribution.path().to_owned(),
        label: reading.distribution.words().to_owned(),
        unit,
        time_base: time_base(reading.time_base),
        samples,
        mean: histogram.mean(),
        quantiles: found
            .iter()
            .map(|quantile| QuantileView {
                q: quantile.q,
                point: quantile.point,
                bracket: bounds(quantile.bracket),
                interval: bounds(quantile.interval),
                shown: quantile.show(unit),
            })
            .collect(),
        buckets: counts(histogram),
        metric: reading.source.metric.clone(),
        input: seen.last.text_index,
        lines: reading.source.lines.clone(),
        targets: targets_on(reading.distribution, targets),
        remark,
    })
}

fn targets_on(distribution: Distribution, targets: &[Target]) -> Vec<f64> {
    let mut values: Vec<f64> =
        targets.iter().filter(|target| target.metric.distribution() == Some(distribution)).map(|target| target.value).collect();
    sort_by(&mut values, f64::total_cmp);
    values.dedup();
    values
}

fn bounds((low, high): (f64, f64)) -> [Option<f64>; 2] {
    [finite(low), finite(high)]
}

/// Infinity has no number in JSON; `None` is written as `null`.
#[must_use]
pub fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn counts(histogram: &crate::metrics::Histogram) -> Vec<BucketView> {
    let mut below = 0.0;
    histogram
        .buckets
        .iter()
        .map(|bucket| {
            let count = bucket.cumulative - below;
            below = bucket.cumulative;
            BucketView { upper: finite(bucket.upper), count }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_stand_at_the_distribution_that_they_speak_of_whatever_their_path() {
        let target = |path: &str, value| Target::new(None, path, "<=", value, None).expect("a valid target");
        let targets = [
            target("ttft.p95", 2.0),
            target("request_metrics.time_to_first_token_seconds", 1.0),
            target("ttft.p99", 2.0),
            target("e2e.p95", 9.0),
            target("availability", 0.9),
        ];
        assert_eq!(targets_on(Distribution::Ttft, &targets), [1.0, 2.0]);
        assert_eq!(targets_on(Distribution::Itl, &targets), [0.0; 0]);
    }
}
