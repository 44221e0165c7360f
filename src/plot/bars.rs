//! The bars of a histogram with unequal buckets.

use super::{LogAxis, Tick};
use crate::report::{BucketView, DistributionView};

/// One bucket that holds something. The *area* of a bar is its share of the observations, so that a wide bucket does not look
/// fuller than it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Left and right edge, 0–1.
    pub x: [f64; 2],
    /// 0–1, the tallest bar being 1.
    pub height: f64,
    /// Share of all observations, 0–1.
    pub share: f64,
    pub lower: f64,
    /// `None` above the highest bound.
    pub upper: Option<f64>,
    pub count: f64,
}

/// A quantile on the same axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bracket {
    pub q: f64,
    /// The bucket that holds it, 0–1.
    pub bucket: [f64; 2],
    /// The 95 % interval, which is never narrower than the bucket.
    pub interval: [f64; 2],
    pub point: f64,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bars {
    pub bars: Vec<Bar>,
    pub brackets: Vec<Bracket>,
    pub ticks: Vec<Tick>,
    /// The targets that were asked for, in their order.
    pub targets: Vec<f64>,
}

/// Lays out a distribution and the targets that stand against it. Empty buckets at both ends are left out.
#[must_use]
pub fn bars(view: &DistributionView, targets: &[f64]) -> Bars {
    let edges = edges(&view.buckets);
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else {
        return Bars::default();
    };
    // A target may lie beside the data; it widens the axis up to a hundredfold and sits at the edge after that.
    let near = |target: &&f64| **target > first.low / 100.0 && **target < last.high * 100.0;
    let low = targets.iter().filter(near).fold(first.low, |low, target| low.min(target / 1.3));
    let high = targets.iter().filter(near).fold(last.high, |high, target| high.max(target * 1.3));
    let Some(axis) = LogAxis::new(low, high) else {
        return Bars::default();
    };
    let total: f64 = view.buckets.iter().map(|bucket| bucket.count).filter(|count| *count > 0.0).sum();
    let density = |edge: &Edge| edge.count / (edge.high / edge.low).ln();
    let tallest = edges.iter().map(density).fold(0.0, f64::max);
    let place = |bound: Option<f64>, otherwise: f64| bound.map_or(otherwise, |bound| axis.at(bound));
    Bars {
        bars: edges
            .iter()
            .filter(|edge| edge.count > 0.0)
            .map(|edge| Bar {
                x: [axis.at(edge.low), axis.at(edge.high)],
                height: density(edge) / tallest,
                share: edge.count / total,
                lower: edge.lower,
                upper: edge.upper,
                count: edge.count,
            })
            .collect(),
        brackets: view
            .quantiles
            .iter()
            .map(|quantile| Bracket {
                q: quantile.q,
                bucket: [place(quantile.bracket[0], 0.0), place(quantile.bracket[1], 1.0)],
                interval: [place(quantile.interval[0], 0.0), place(quantile.interval[1], 1.0)],
                point: axis.at(quantile.point),
            })
            .collect(),
        ticks: axis.ticks(7),
        targets: targets.iter().map(|target| axis.at(*target)).collect(),
    }
}

struct Edge {
    /// Edges as drawn: positive and finite.
    low: f64,
    high: f64,
    /// Bounds as they are.
    lower: f64,
    upper: Option<f64>,
    count: f64,
}

/// From the first to the last bucket that holds something. A bucket without a lower or upper bound is drawn as wide as its neighbour.
fn edges(buckets: &[BucketView]) -> Vec<Edge> {
    let bounds: Vec<f64> = buckets.iter().filter_map(|bucket| bucket.upper).filter(|bound| *bound > 0.0).collect();
    let ratio = |a: Option<&f64>, b: Option<&f64>| a.zip(b).map_or(2.0, |(a, b)| (b / a).clamp(1.2, 5.0));
    let first_ratio = ratio(bounds.first(), bounds.get(1));
    let last_ratio = ratio(bounds.len().checked_sub(2).and_then(|index| bounds.get(index)), bounds.last());
    let mut edges: Vec<Edge> = Vec::with_capacity(buckets.len());
    let mut lower = 0.0;
    let mut carried = 0.0;
    for bucket in buckets {
        let upper = bucket.upper.filter(|bound| bound.is_finite());
        if upper.is_some_and(|bound| bound <= 0.0) {
            carried += bucket.count.max(0.0); // a logarithmic axis has no place for zero
            continue;
        }
        let low = if lower > 0.0 { lower } else { upper.map_or(1.0, |bound| bound / first_ratio) };
        let high = upper.unwrap_or(low * last_ratio);
        edges.push(Edge { low, high, lower, upper, count: bucket.count.max(0.0) + std::mem::take(&mut carried) });
        lower = upper.unwrap_or(lower);
    }
    let filled = |edge: &Edge| edge.count > 0.0;
    let start = edges.iter().position(filled).unwrap_or(edges.len());
    let end = edges.iter().rposition(filled).map_or(start, |last| last + 1);
    edges.truncate(end);
    edges.drain(..start.min(end));
    edges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Unit;
    use crate::report::{QuantileView, TimeBaseView};

    fn view(buckets: &[(Option<f64>, f64)], quantiles: Vec<QuantileView>) -> DistributionView {
        DistributionView {
            path: "ttft".into(),
            label: "time to first token".into(),
            unit: Unit::Seconds,
            time_base: TimeBaseView { kind: "lifetime".into(), seconds: None, words: "since start".into() },
            samples: buckets.iter().map(|(_, count)| count).sum(),
            mean: None,
            quantiles,
            buckets: buckets.iter().map(|(upper, count)| BucketView { upper: *upper, count: *count }).collect(),
            metric: String::new(),
            input: 0,
            lines: Default::default(),
            targets: Vec::new(),
            remark: None,
        }
    }

    #[test]
    fn empty_buckets_at_the_ends_are_left_out_and_those_between_leave_a_gap() {
        let bars = bars(&view(&[(Some(0.1), 0.0), (Some(0.2), 5.0), (Some(0.4), 0.0), (Some(0.8), 5.0), (None, 0.0)], vec![]), &[]);
        assert_eq!(bars.bars.len(), 2);
        assert_eq!(bars.bars[0].x[0], 0.0);
        assert!((bars.bars[0].x[1] - 1.0 / 3.0).abs() < 1e-12, "three doublings, the first filled");
        assert!((bars.bars[1].x[0] - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(bars.bars[1].x[1], 1.0);
    }

    #[test]
    fn area_is_the_share() {
        // 0.1–0.2 is one doubling, 0.2–0.8 is two: equal counts give half the height.
        let bars = bars(&view(&[(Some(0.1), 0.0), (Some(0.2), 4.0), (Some(0.8), 4.0)], vec![]), &[]);
        assert_eq!(bars.bars[0].height, 1.0);
        assert!((bars.bars[1].height - 0.5).abs() < 1e-12);
        assert_eq!((bars.bars[0].share, bars.bars[1].share), (0.5, 0.5));
    }

    #[test]
    fn first_and_last_bucket_have_no_bound_but_a_width() {
        let bars = bars(&view(&[(Some(0.1), 3.0), (Some(0.2), 0.0), (None, 1.0)], vec![]), &[]);
        assert_eq!(bars.bars.len(), 2);
        assert_eq!((bars.bars[0].lower, bars.bars[0].upper), (0.0, Some(0.1)));
        assert_eq!((bars.bars[1].lower, bars.bars[1].upper), (0.2, None));
        assert!(bars.bars.iter().all(|bar| bar.x[1] > bar.x[0]));
    }

    #[test]
    fn a_quantile_above_the_highest_bound_reaches_the_end() {
        let quantile =
            QuantileView { q: 0.99, point: 0.2, bracket: [Some(0.2), None], interval: [Some(0.1), None], shown: "≥ 200 ms".into() };
        let bars = bars(&view(&[(Some(0.1), 3.0), (Some(0.2), 1.0), (None, 1.0)], vec![quantile]), &[]);
        assert_eq!(bars.brackets[0].bucket[1], 1.0);
        assert!(bars.brackets[0].bucket[0] > bars.brackets[0].interval[0]);
    }

    #[test]
    fn a_target_beside_the_data_widens_the_axis() {
        let plain = bars(&view(&[(Some(0.1), 0.0), (Some(0.2), 4.0)], vec![]), &[]);
        let with = bars(&view(&[(Some(0.1), 0.0), (Some(0.2), 4.0)], vec![]), &[1.0]);
        assert_eq!(plain.bars[0].x[1], 1.0);
        assert!(with.bars[0].x[1] < with.targets[0] && with.targets[0] < 1.0);
    }

    #[test]
    fn nothing_observed_draws_nothing() {
        assert_eq!(bars(&view(&[(Some(0.1), 0.0), (None, 0.0)], vec![]), &[1.0]), Bars::default());
        assert_eq!(bars(&view(&[], vec![]), &[]), Bars::default());
    }

    #[test]
    fn counts_at_zero_join_the_first_bucket_that_can_be_drawn() {
        let bars = bars(&view(&[(Some(0.0), 2.0), (Some(1.0), 1.0), (Some(2.0), 1.0)], vec![]), &[]);
        assert_eq!(bars.bars[0].count, 3.0);
    }
}
