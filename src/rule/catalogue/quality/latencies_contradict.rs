//! DQ6: latencies that cannot all be true.

use crate::metrics::{Unit, capital};
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::{Account, Action, Basis, BottleneckType, Case, Checked, Context, Outcome, Role, Rule, Severity, Texts, weight};
use crate::signal::{BackendId, Distribution};

pub(super) static RULE: Rule = Rule {
    id: "latencies-contradict",
    code: "DQ6",
    title: "A latency is recorded wrongly",
    kind: BottleneckType::DataQuality,
    role: Role::Note,
    backends: ALL_BACKENDS,
    explains: &[],
    texts: Texts {
        sees: "Two latencies cannot both be true: a first token within microseconds beside requests of seconds, or a phase that lasts longer than the request.",
        why: "Targets on the wrong one would be met or missed by mistake, and causes would be found or ruled out with it.",
        what_to_do: "Do not use this latency. Measure it at the client, and look for a proxy, a benchmark mode or a patch that changes what the server records.",
        falsifier: "Clients measure the same latency.",
        sources: &[
            "The phases of a request lie within the request: queue and prefill before the first token, the first token before the end.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    let Some(found) = ctx.seen.contradiction() else {
        ctx.need_distribution(Distribution::E2e)?;
        if ctx.backend() != BackendId::Tgi {
            ctx.need_distribution(Distribution::Ttft)?;
        }
        ctx.need_distribution(Distribution::QueueTime)?;
        if ctx.backend() == BackendId::Vllm {
            ctx.need_distribution(Distribution::PrefillTime)?;
        }
        return Outcome::clear("The latencies fit together.");
    };
    let (mean, other) = (Unit::Seconds.show(found.mean), Unit::Seconds.show(found.other_mean));
    let Some(source) = ctx.seen.last.distributions.get(&found.broken).map(|spread| spread.source.clone()) else {
        return Outcome::clear("The latencies fit together.");
    };
    let label = format!("mean {}", found.broken.words());
    let measure = ctx.computed(&format!("{}.mean", found.broken.path()), &label, found.mean, Unit::Seconds, &source);
    let case = Case::new(ctx, Basis::Counters).sees(weight::COUNTER, measure.clone()).shows(ctx.mean(found.other));
    Ok(case.fire(
        &RULE,
        Account {
            severity: Severity::Medium,
            sentence: format!(
                "The mean {} is {mean} beside a mean {} of {other}. Both cannot be true; targets on the first are not judged.",
                found.broken.words(),
                found.other.words()
            ),
            headline: format!(
                "{} is recorded wrongly: its mean is {mean} beside {} of {other}.",
                capital(found.broken.words()),
                found.other.words()
            ),
            formula: format!("{mean} against {other}"),
            measure,
            threshold: found.other_mean,
            actions: vec![Action::plain(
                "Measure this latency at the client and compare.",
                "None.",
                "The client sees what the server records.",
            )],
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot};

    fn server(ttft: f64) -> Build {
        Build::new(BackendId::Vllm).latency(Distribution::Ttft, 500.0, ttft).latency(Distribution::E2e, 500.0, 8.0)
    }

    #[test]
    fn fires_when_the_first_token_comes_before_anything_could_be_computed() {
        let outcome = check(&RULE, &snapshot(server(1e-5)));
        let found = fired(&outcome);
        assert_eq!(found.severity, Severity::Medium);
        assert!(found.headline.contains("recorded wrongly"), "{}", found.headline);
    }

    #[test]
    fn is_clear_when_latencies_fit() {
        let whole = server(0.3).latency(Distribution::QueueTime, 500.0, 0.1).latency(Distribution::PrefillTime, 500.0, 0.2);
        assert!(matches!(check(&RULE, &snapshot(whole)), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_from_one_latency() {
        let lone = Build::new(BackendId::Vllm).latency(Distribution::Ttft, 500.0, 1e-5);
        assert!(matches!(check(&RULE, &snapshot(lone)), Outcome::NotMeasurable(_)));
    }
}
