//! Error budgets: how fast they burn, and when that is worth waking somebody.
//!
//! Windows and factors are those of Google's SRE workbook as sloth ships them (google-30d): page at 14.4 over 1 h and 5 min and at 6 over
//! 6 h and 30 min; ticket at 3 over 1 d and 2 h and at 1 over 3 d and 6 h. The short window is the long one divided by twelve.

use crate::stats::at_least;

/// Bad and all events of a span.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Events {
    pub bad: f64,
    pub total: f64,
}

/// Share of bad events over the share that the objective allows: 1 spends exactly the budget. `None` without events or without a budget.
#[must_use]
pub fn burn(events: Events, objective: f64) -> Option<f64> {
    let budget = 1.0 - objective;
    (events.total > 0.0 && budget > 0.0).then(|| events.bad / events.total / budget)
}

/// Share of the period's budget that this burn spends in a window.
#[must_use]
pub fn consumed(burn: f64, window_seconds: f64, period_seconds: f64) -> f64 {
    burn * window_seconds / period_seconds
}

/// Seconds until the rest of the budget (0–1) is gone at this burn. `None` when nothing burns.
#[must_use]
pub fn seconds_to_exhaustion(remaining: f64, burn: f64, period_seconds: f64) -> Option<f64> {
    (burn > 0.0).then(|| remaining.max(0.0) * period_seconds / burn)
}

/// What a burn asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    Ticket,
    Page,
}

/// Two windows that must both burn faster than a factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alert {
    pub urgency: Urgency,
    pub factor: f64,
    pub long_seconds: f64,
    pub short_seconds: f64,
}

const HOUR: f64 = 3600.0;

/// From the most urgent down, for a 30-day period.
pub const ALERTS: [Alert; 4] = [
    Alert { urgency: Urgency::Page, factor: 14.4, long_seconds: HOUR, short_seconds: HOUR / 12.0 },
    Alert { urgency: Urgency::Page, factor: 6.0, long_seconds: 6.0 * HOUR, short_seconds: HOUR / 2.0 },
    Alert { urgency: Urgency::Ticket, factor: 3.0, long_seconds: 24.0 * HOUR, short_seconds: 2.0 * HOUR },
    Alert { urgency: Urgency::Ticket, factor: 1.0, long_seconds: 72.0 * HOUR, short_seconds: 6.0 * HOUR },
];

/// The most urgent alert whose long window is covered and that both windows raise. With less history there is only a pace ([`burn`]).
///
/// `events` gives the events of the newest so many seconds, or `None` when the history does not reach that far.
#[must_use]
pub fn raised(objective: f64, events: impl Fn(f64) -> Option<Events>) -> Option<Alert> {
    ALERTS.into_iter().find(|alert| {
        [alert.long_seconds, alert.short_seconds].into_iter().all(|seconds| {
            events(seconds).is_some_and(|events| {
                burn(events, objective).is_some_and(|burn| burn >= alert.factor) && is_evidence(events, alert.factor, objective)
            })
        })
    })
}

/// False for what little traffic produces by chance: at ten requests an hour one failure burns a budget of 99.9 % a hundred times too fast.
///
/// True when three or more events are bad and so many would come in less than 5 % of windows that burn exactly at `factor`.
#[must_use]
pub fn is_evidence(events: Events, factor: f64, objective: f64) -> bool {
    const FEW: f64 = 3.0;
    let share = (factor * (1.0 - objective)).min(1.0);
    events.bad >= FEW && at_least(events.bad, events.total, share) < 0.05
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONTH: f64 = 30.0 * 24.0 * HOUR;

    #[test]
    fn three_per_mille_of_errors_burn_three_nines_threefold() {
        let slow = burn(Events { bad: 3.0, total: 1000.0 }, 0.999).expect("events and a budget");
        assert!((slow - 3.0).abs() < 1e-9);
        assert!((seconds_to_exhaustion(1.0, slow, MONTH).expect("it burns") / HOUR - 240.0).abs() < 1e-6);
        let fast = burn(Events { bad: 144.0, total: 10_000.0 }, 0.999).expect("events and a budget");
        assert!((fast - 14.4).abs() < 1e-9);
        assert!((seconds_to_exhaustion(1.0, fast, MONTH).expect("it burns") / HOUR - 50.0).abs() < 1e-6);
    }

    #[test]
    fn each_alert_spends_its_share_of_the_month() {
        // SRE workbook: 2 %, 5 %, 10 % and 10 % of a 30-day budget.
        for (alert, share) in ALERTS.into_iter().zip([0.02, 0.05, 0.1, 0.1]) {
            assert!((consumed(alert.factor, alert.long_seconds, MONTH) - share).abs() < 1e-12);
            assert_eq!(alert.short_seconds * 12.0, alert.long_seconds);
        }
    }

    #[test]
    fn little_traffic_raises_nothing() {
        // Tail probabilities of a binomial with p = 14.4 · 0.001: 0.135, 0.175 and 0.0151.
        for (total, bad, expected, evidence) in [(10.0, 1.0, 0.135, false), (100.0, 3.0, 0.175, false), (100.0, 5.0, 0.0151, true)] {
            let probability = at_least(bad, total, 0.0144);
            assert!((probability - expected).abs() < 6e-4, "{bad} of {total}: {probability}");
            assert_eq!(is_evidence(Events { bad, total }, 14.4, 0.999), evidence);
        }
        assert!(!is_evidence(Events { bad: 2.0, total: 2.0 }, 1.0, 0.999), "two failures decide nothing");
    }

    #[test]
    fn an_alert_needs_both_windows_and_a_history_that_covers_them() {
        let bad = |bad: f64| Some(Events { bad, total: 10_000.0 });
        let hour = |seconds: f64| if seconds <= HOUR { bad(500.0) } else { None };
        assert_eq!(raised(0.999, hour).map(|alert| alert.factor), Some(14.4));
        let over = |seconds: f64| if seconds < HOUR { bad(0.0) } else { bad(500.0) };
        assert_eq!(raised(0.999, over).map(|alert| alert.factor), Some(3.0), "the short windows of both pages have calmed down");
        assert_eq!(raised(0.999, |_| None), None);
        assert_eq!(raised(1.0, hour), None);
    }
}
