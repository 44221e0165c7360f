//! How fast failures spend the error budget, and whether so few of them can tell.

use crate::rule::{Context, Severity};
use crate::signal::Mode;
use crate::slo::Metric;
use crate::stats::{at_least, wilson};

/// Availability when no target is set: three nines, the objective of the llm-d alerts.
const DEFAULT_AVAILABILITY: f64 = 0.999;
/// Burn rates of the SRE workbook's multi-window alerts, with the severity that each one pages or tickets at.
const TIERS: [(f64, Severity); 4] = [(14.4, Severity::Critical), (6.0, Severity::High), (3.0, Severity::Medium), (1.0, Severity::Low)];
/// Fewer failures than this, and failures that chance explains this well, raise nothing (handbook 3.5).
const FAILURES_NEEDED: f64 = 3.0;
const CHANCE: f64 = 0.05;

/// Failures held against the budget.
pub(super) enum Burn {
    Within,
    /// Over it, if these few are to be believed.
    TooFew,
    /// Over it.
    Over {
        share: f64,
        rate: f64,
        severity: Severity,
    },
}

/// The availability objective of the active targets.
pub(super) fn objective(ctx: &Context<'_>) -> f64 {
    let target = ctx.slo.iter().find(|status| status.target.metric == Metric::Availability).map(|status| status.target.value);
    target.filter(|value| *value > 0.0 && *value < 1.0).unwrap_or(DEFAULT_AVAILABILITY)
}

/// Judges `failures` of `all` requests. A lifetime share is high at most: it cannot tell what is critical now.
pub(super) fn burn(ctx: &Context<'_>, failures: f64, all: f64) -> Burn {
    let budget = 1.0 - objective(ctx);
    let share = if all > 0.0 { failures / all } else { 0.0 };
    if failures <= 0.0 || share <= budget {
        return Burn::Within;
    }
    let believed = |limit: f64| failures >= FAILURES_NEEDED && at_least(failures, all, (limit * budget).min(1.0)) < CHANCE;
    let tier = TIERS.iter().find(|(limit, _)| share >= limit * budget && believed(*limit));
    let Some((_, severity)) = tier else {
        return Burn::TooFew;
    };
    // A loose target cannot burn fast, but a server that fails most requests is down all the same.
    let down = wilson(failures, all).0 >= 0.5;
    let severity = if down { Severity::Critical } else { *severity };
    let cap = if ctx.mode() == Mode::Snapshot { Severity::High } else { Severity::Critical };
    Burn::Over { share, rate: share / budget, severity: severity.min(cap) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gate_follows_the_published_vectors() {
        // Handbook 3.5: n=10,k=1,p=.0144 → .135; n=100,k=3 → .175; n=100,k=5 → .0151.
        assert!((at_least(1.0, 10.0, 0.0144) - 0.135).abs() < 5e-4);
        assert!((at_least(3.0, 100.0, 0.0144) - 0.175).abs() < 5e-4);
        assert!((at_least(5.0, 100.0, 0.0144) - 0.0151).abs() < 5e-5);
    }
}
