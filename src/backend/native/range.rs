//! Values that a gauge cannot have, and in which unit a share is written.

use super::select::all_admit;
use super::{Instance, Native, Row};
use crate::signal::{Gauge, OutOfRange};

/// Rounding may lift a share a little above one.
const ONE: f64 = 1.0001;
/// Above this a share is not a wrong fraction but a percentage.
const PERCENT_FROM: f64 = 2.0;
/// Samples of a gauge that are named.
const MOST_NAMED: usize = 8;

/// The highest value that the gauge can have under this spelling.
pub(super) fn most(instance: &Instance<'_, '_>, gauge: Gauge, native: &Native) -> f64 {
    if !is_usage(gauge) {
        return f64::INFINITY;
    }
    let (mut within, mut over, mut highest) = (0, 0, 0.0);
    for sample in instance.samples(native.name) {
        let value = sample.value() * native.scale;
        highest = value.max(highest);
        within += u32::from(value > 0.0 && value <= ONE);
        over += u32::from(value > ONE);
    }
    // A re-exporter that writes percent does so for every rank; the help text, which it keeps, counts where the ranks disagree.
    let others_say_fraction = within > over || (within > 0 && help_says_fraction(instance, native));
    if highest > PERCENT_FROM && !others_say_fraction { 100.0 * ONE } else { ONE }
}

fn is_usage(gauge: Gauge) -> bool {
    matches!(gauge, Gauge::KvUsage | Gauge::CpuKvUsage | Gauge::FullPoolUsage | Gauge::SwaPoolUsage | Gauge::MambaPoolUsage)
}

fn help_says_fraction(instance: &Instance<'_, '_>, native: &Native) -> bool {
    let family = instance.scrape().family(&instance.full_name(native.name));
    family.and_then(|family| family.help()).is_some_and(|help| {
        let help = help.to_ascii_lowercase();
        ["1 means 100", "fraction", "ratio", "between 0 and 1", "0 to 1", "0-1"].iter().any(|words| help.contains(words))
    })
}

/// The samples of a gauge that it cannot have; they are not read.
pub(in crate::backend) fn out_of_range(instance: &Instance<'_, '_>, row: &Row<Gauge>) -> Vec<OutOfRange> {
    let mut found = Vec::new();
    for native in row.from {
        let most = most(instance, row.to, native);
        let mut admitted = all_admit(native.select);
        let samples = instance.samples(native.name).filter(|sample| admitted(sample));
        for sample in samples {
            let value = sample.value() * native.scale;
            // The V0 engine writes -1 for the hit rate of a cache that is off.
            let is_sentinel = value == -1.0 && row.to == Gauge::CacheHitRateGauge;
            let is_no_number = value.is_nan() && matches!(row.to, Gauge::Running | Gauge::Waiting | Gauge::KvUsage);
            if (is_no_number || value > most || value < 0.0) && !is_sentinel && found.len() < MOST_NAMED {
                let rank = instance.spec().labels.rank.and_then(|rank| sample.label(rank)).unwrap_or("").to_owned();
                let metric = sample.name().to_owned();
                found.push(OutOfRange { gauge: row.to, metric, rank, value: sample.value(), line: sample.line() });
            }
        }
    }
    found
}
