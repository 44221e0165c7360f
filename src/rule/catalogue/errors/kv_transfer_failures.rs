//! E07: KV transfers between workers fail.

use crate::metrics::Unit;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Severity, Symptom, Texts, weight,
};
use crate::signal::{BackendId, Counter};

/// From this share of requests on, failures are more than stray ones (own judgement).
const FAILURES: f64 = 0.001;
/// Fewer failures than this in a window are stray ones.
const FAILURES_NEEDED: f64 = 3.0;
const REQUESTS_NEEDED: f64 = 1000.0;

pub(super) static RULE: Rule = Rule {
    id: "kv-transfer-failures",
    code: "E07",
    title: "KV transfers fail",
    kind: BottleneckType::Availability,
    role: Role::Cause,
    backends: VLLM_SGLANG,
    explains: &[Symptom::Availability, Symptom::Ttft],
    texts: Texts {
        sees: "More than 0.1 % of the requests in the window lose a KV transfer between workers, at least three.",
        why: "A request whose KV does not arrive fails or is computed again. It is a sign of a network, a worker or a lease that times out.",
        what_to_do: "Look at the network between prefill and decode workers, at restarts of either side, and at the lease time of transferred blocks.",
        falsifier: "The failures belong to a restart of one worker within the window.",
        sources: &[
            "vLLM NIXL connector: failed transfers and expired requests.",
            "SGLang: num_transfer_failed_reqs_total and num_bootstrap_failed_reqs_total.",
            "Own judgement: 0.1 %.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    let failures = ctx.seen.count(Counter::KvTransferFailures).ok_or_else(|| match ctx.backend() {
        BackendId::Vllm => {
            Missing::feature("KV transfer counters", "vLLM exports them with a KV connector; without one there is nothing to judge.")
        }
        _ => Missing::counter(ctx.backend(), Counter::KvTransferFailures),
    })?;
    if failures.value <= 0.0 {
        return Outcome::clear("No KV transfer failed.");
    }
    ctx.need_window()?;
    let finished = ctx.need_count(Counter::Finished)?.value;
    let all = finished + failures.value;
    let share = failures.value / all;
    let words = format!("{} KV transfers failed beside {} finished requests", Unit::Count.show(failures.value), Unit::Count.show(finished));
    if share <= FAILURES || failures.value < FAILURES_NEEDED {
        return Outcome::clear(format!("{words}."));
    }
    let measure = ctx.computed("kv_transfer.failed_share", "requests that lost a KV transfer", share, Unit::Ratio, &failures.source);
    let case = Case::new(ctx, Basis::Counters)
        .samples(all.max(failures.value / FAILURES), REQUESTS_NEEDED)
        .sees(weight::COUNTER, measure.clone())
        .shows(ctx.count(Counter::KvTransferFailures));
    Ok(case.fire(
        &RULE,
        Account {
            severity: Severity::High,
            sentence: format!("{words}."),
            headline: format!("KV transfers between workers fail: {} of the requests lost one.", Unit::Ratio.show(share)),
            formula: format!("failed transfers > {} of requests, at least {FAILURES_NEEDED:.0}", Unit::Ratio.show(FAILURES)),
            measure,
            threshold: FAILURES,
            actions: vec![Action::plain(
                "Check the network and the logs of prefill and decode workers at the time of the failures.",
                "Time to look.",
                "No transfer fails over a thousand requests.",
            )],
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::Observation;

    fn seen(failures: f64) -> Observation {
        let start = Build::new(BackendId::Sglang).at(0.0).counter(Counter::Finished, 0.0).counter(Counter::KvTransferFailures, 0.0);
        let end = start.clone().at(60.0).counter(Counter::Finished, 2000.0).counter(Counter::KvTransferFailures, failures);
        window(start, end)
    }

    #[test]
    fn it_fires_when_more_than_stray_transfers_fail() {
        let outcome = check(&RULE, &seen(20.0));
        assert_eq!(fired(&outcome).severity, Severity::High);
    }

    #[test]
    fn it_is_clear_when_none_or_a_stray_one_fails() {
        assert!(matches!(check(&RULE, &seen(0.0)), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen(1.0)), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_from_a_lifetime_count_or_without_one() {
        assert!(matches!(check(&RULE, &Observation::snapshot(seen(20.0).last)), Outcome::NotMeasurable(_)));
        let mut without = seen(20.0);
        without.last_mut().counters.remove(&Counter::KvTransferFailures);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
    }
}
