//! DQ3: requests without streaming are in the time to first token.

use crate::metrics::Unit;
use crate::rule::definition::SGLANG;
use crate::rule::{Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Severity, Texts, weight};
use crate::signal::{Caveat, Counter, Distribution};

/// Share of first tokens without streaming that is worth saying (handbook DQ3).
const SHARE: f64 = 0.10;
const REQUESTS: f64 = 30.0;

pub(super) static RULE: Rule = Rule {
    id: "ttft-mixes-nonstreaming",
    code: "DQ3",
    title: "Many requests do not stream",
    kind: BottleneckType::DataQuality,
    role: Role::Note,
    backends: SGLANG,
    explains: &[],
    texts: Texts {
        sees: "More than 10 % of the first tokens are of requests that do not stream.",
        why: "SGLang hands out the tokens of such requests in pieces of 50, so that their “first token” is the fiftieth. They are left out of the time to first token and of the gaps between tokens here.",
        what_to_do: "Read these latencies as those of streaming requests only.",
        falsifier: "With SGLANG_FORCE_STREAM_INTERVAL=1 the two kinds have the same time to first token.",
        sources: &["SGLang, output streamer: SGLANG_FORCE_STREAM_INTERVAL is 50.", "SGLang 0.5.17: the label is_streaming."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if ctx.seen.last.has_caveat(Caveat::TtftMayMixNonStreaming) {
        return Err(Missing::new(
            "the label is_streaming on the time to first token",
            "SGLang 0.5.17 or later writes it. Without it, requests that do not stream inflate the time to first token by up to 49 gaps between tokens.",
        ));
    }
    let streaming = ctx.need_count(Counter::TtftStreaming)?;
    let other = ctx.need_count(Counter::TtftNonStreaming)?;
    let all = streaming.value + other.value;
    let share = if all > 0.0 { other.value / all } else { 0.0 };
    let shown = Unit::Ratio.show(share);
    if share <= SHARE {
        return Outcome::clear(format!("{shown} of the first tokens are of requests that do not stream."));
    }
    let measure = ctx.computed("ttft.nonstreaming_share", "first tokens of requests that do not stream", share, Unit::Ratio, &other.source);
    let case =
        Case::new(ctx, Basis::Counters).samples(all, REQUESTS).sees(weight::COUNTER, measure.clone()).shows(ctx.mean(Distribution::Ttft));
    Ok(case.fire(
        &RULE,
        Account {
            severity: Severity::Info,
            sentence: format!("{shown} of the requests do not stream; they are left out of the time to first token."),
            headline: format!("{shown} of the requests do not stream and have no true time to first token."),
            formula: format!("requests without streaming {shown} > {}", Unit::Ratio.show(SHARE)),
            measure,
            threshold: SHARE,
            actions: vec![Action::plain(
                "Set SGLANG_FORCE_STREAM_INTERVAL=1 to measure them too.",
                "More messages between SGLang's processes.",
                "Both kinds have the same time to first token.",
            )],
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot};
    use crate::signal::BackendId;

    fn first_tokens(streaming: f64, other: f64) -> Build {
        Build::new(BackendId::Sglang).counter(Counter::TtftStreaming, streaming).counter(Counter::TtftNonStreaming, other)
    }

    #[test]
    fn fires_when_many_requests_do_not_stream() {
        assert_eq!(fired(&check(&RULE, &snapshot(first_tokens(0.0, 200.0)))).severity, Severity::Info);
    }

    #[test]
    fn is_clear_when_nearly_all_stream() {
        assert!(matches!(check(&RULE, &snapshot(first_tokens(200.0, 3.0))), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_the_label() {
        let mut old = first_tokens(200.0, 3.0);
        old.0.caveats.push(Caveat::TtftMayMixNonStreaming);
        assert!(matches!(check(&RULE, &snapshot(old)), Outcome::NotMeasurable(_)));
    }
}
