//! Targets on quantiles where the text has sum and count only: the mean is judged instead.

use super::{Metric, Target};
use crate::metrics::capital;
use crate::signal::{Distribution, Observation};

/// The targets, with those on quantiles of one distribution without buckets as one on its mean. Its limit is the loosest of theirs: a mean
/// beyond what one request in twenty or a hundred may take is a miss for nearly everybody.
pub(super) fn on_means(targets: Vec<Target>, seen: &Observation) -> Vec<Target> {
    let mut turned: Vec<Target> = Vec::new();
    for target in targets {
        let Metric::Quantile(distribution, _) = target.metric else {
            turned.push(target);
            continue;
        };
        let Some(on_mean) = on_mean(&target, distribution, seen) else {
            turned.push(target);
            continue;
        };
        match turned.iter_mut().find(|known| known.path == on_mean.path) {
            Some(known) if known.asked < on_mean.asked => *known = on_mean,
            Some(_) => {}
            None => turned.push(on_mean),
        }
    }
    turned
}

fn on_mean(target: &Target, distribution: Distribution, seen: &Observation) -> Option<Target> {
    let lumped = seen.distribution(distribution).is_some_and(|reading| reading.histogram.is_lumped() && reading.histogram.mean().is_some());
    if !lumped || !target.comparison.wants_low() {
        return None;
    }
    let remark = format!(
        "{} has no buckets in this text, so its mean is held against the limit of {}.",
        capital(distribution.words()),
        target.path.rsplit('.').next().unwrap_or("the quantile").to_uppercase()
    );
    let description = target.description.as_ref().map_or_else(|| remark.clone(), |own| format!("{own} {remark}"));
    Target::new(None, &format!("{}.mean", distribution.path()), target.comparison.symbol(), target.asked, Some(&description)).ok()
}
