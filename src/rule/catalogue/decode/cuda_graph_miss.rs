//! I05: decode steps run without a CUDA graph.

use super::ITL_SYMPTOMS;
use crate::metrics::Unit;
use crate::rule::definition::SGLANG_TGI;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Texts, flags, weight,
};
use crate::signal::{BackendId, Counter, Gauge};

/// From this share of decode passes without a graph, batches outgrow the graphs (own judgement).
const EAGER_SHARE: f64 = 0.10;
const PASSES_NEEDED: f64 = 100.0;
/// The largest batch that TGI captures a graph for by default.
const TGI_LARGEST_GRAPH: f64 = 32.0;
/// TGI does not export the batch sizes that were captured.
const TGI_CEILING: f64 = 0.45;

pub(super) static RULE: Rule = Rule {
    id: "cuda-graph-miss",
    code: "I05",
    title: "Decoding without CUDA graphs",
    kind: BottleneckType::HighLatency,
    role: Role::Cause,
    backends: SGLANG_TGI,
    explains: ITL_SYMPTOMS,
    texts: Texts {
        sees: "SGLang: 10 % or more of the decode passes run without a CUDA graph while others run with one. TGI: batches are larger than the largest graph that is captured by default, and tokens are late.",
        why: "Without a graph each kernel is launched from the host, which makes small steps much slower. It happens when the batch outgrows the captured sizes, or when graphs are switched off.",
        what_to_do: "Capture graphs up to the batch sizes that occur. Each captured size takes GPU memory.",
        falsifier: "With larger graphs the step time stays as it is.",
        sources: &[
            "SGLang: cuda_graph_passes_total{mode=\"decode_none\"}.",
            "TGI launcher: --cuda-graphs defaults to 1,2,4,8,16,32.",
            "Own judgement: 10 % of passes.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    ctx.need_window()?;
    if ctx.backend() == BackendId::Tgi { tgi(ctx) } else { sglang(ctx) }
}

fn sglang(ctx: &Context<'_>) -> Checked {
    let eager = ctx.need_count(Counter::DecodeEagerPasses)?;
    let graph = ctx.need_count(Counter::DecodeGraphPasses)?;
    let passes = eager.value + graph.value;
    if passes <= 0.0 {
        return Err(Missing::samples("decode passes", 0.0, PASSES_NEEDED));
    }
    let share = eager.value / passes;
    if share < EAGER_SHARE {
        return Outcome::clear(format!("{} of {passes:.0} decode passes ran without a CUDA graph.", Unit::Ratio.show(share)));
    }
    let ever_graph = ctx.seen.last.counters.get(&Counter::DecodeGraphPasses).is_some_and(|value| value.value > 0.0);
    if !ever_graph && !ctx.tokens_late()? {
        return Outcome::clear(format!(
            "All {passes:.0} decode passes ran without a CUDA graph: graphs are switched off or the platform has none. Tokens come in time."
        ));
    }
    let measure = ctx.computed("engine.eager_decode_share", "decode passes without a CUDA graph", share, Unit::Ratio, &eager.source);
    let mut case = Case::new(ctx, Basis::Counters)
        .samples(passes, PASSES_NEEDED)
        .sees(weight::COUNTER, measure.clone())
        .shows(ctx.gauge(Gauge::Running));
    if !ever_graph {
        case = case.against("No decode pass ever used a graph: the platform may have none.");
    }
    let reason = if ever_graph { "batches outgrow the captured sizes" } else { "graphs are switched off, or the platform has none" };
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!("{} of {passes:.0} decode passes ran without a CUDA graph: {reason}.", Unit::Ratio.show(share)),
            headline: format!("{} of the decode steps run without a CUDA graph: {reason}.", Unit::Ratio.show(share)),
            formula: format!("decode passes without a graph ≥ {} of all decode passes", Unit::Ratio.show(EAGER_SHARE)),
            measure,
            threshold: EAGER_SHARE,
            actions: sglang_actions(ctx, ever_graph),
        },
    ))
}

fn sglang_actions(ctx: &Context<'_>, outgrown: bool) -> Vec<Action> {
    let verify = "Fewer than 1 % of the decode passes run without a graph, and the gap between tokens shrinks.";
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify);
    [
        advise(
            "--cuda-graph-max-bs-decode",
            "Set it to the largest batch that occurs.",
            "Each captured size takes GPU memory; lower --mem-fraction-static if it runs out.",
        )
        .filter(|_| outgrown),
        advise("--disable-decode-cuda-graph", "Remove it, if it is set.", "Graphs take GPU memory and lengthen the start.")
            .filter(|_| !outgrown),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// TGI exports neither graphs nor their sizes: only a batch above the default list while tokens are late points at it.
fn tgi(ctx: &Context<'_>) -> Checked {
    let running = ctx.need_gauge(Gauge::Running)?;
    let (least, most) = ctx.seen.gauge_span(Gauge::Running).unwrap_or((running.value, running.value));
    if most <= TGI_LARGEST_GRAPH {
        return Outcome::clear(format!(
            "The batch holds {} requests; graphs reach to {TGI_LARGEST_GRAPH:.0} by default.",
            Unit::Count.show(most)
        ));
    }
    if !ctx.tokens_late()? {
        return Outcome::clear(format!("The batch holds {} requests, and tokens come in time.", Unit::Count.show(most)));
    }
    let measure = Evidence::new(Gauge::Running.path(), "requests in the batch", running, ctx.seen.last.text_index);
    let batch = if least > TGI_LARGEST_GRAPH { weight::GAUGE_SUSTAINED } else { weight::GAUGE_ONCE };
    let case = Case::new(ctx, Basis::Gauges)
        .at_most(TGI_CEILING)
        .sees(batch, measure.clone())
        .lacks(&Missing::new("the captured batch sizes", "Read --cuda-graphs in the start-up arguments."));
    let verify = "The decode step time falls at the same batch size.";
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!("The batch holds {}; by default graphs are captured up to {TGI_LARGEST_GRAPH:.0}.", measure.shown),
            headline: format!("Batches of {} are larger than the CUDA graphs that TGI captures by default.", measure.shown),
            formula: format!("batch > {TGI_LARGEST_GRAPH:.0} while tokens are late"),
            measure,
            threshold: TGI_LARGEST_GRAPH,
            actions: flags::advise(
                ctx.backend(),
                ctx.version(),
                "--cuda-graphs",
                "Add the batch sizes that occur, for example 64 and 128.",
                "Each captured size takes GPU memory.",
                verify,
            )
            .into_iter()
            .collect(),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, check_with, failing, fired, window};
    use crate::signal::{Distribution, Observation};
    use crate::slo::{SloStatus, Verdict};

    fn seen(graph: f64, eager: f64) -> Observation {
        let start = Build::new(BackendId::Sglang)
            .at(0.0)
            .gauge(Gauge::Running, 80.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::Finished, 100.0)
            .counter(Counter::DecodeGraphPasses, 0.0)
            .counter(Counter::DecodeEagerPasses, 0.0);
        let end = start
            .clone()
            .at(60.0)
            .counter(Counter::Finished, 200.0)
            .counter(Counter::DecodeGraphPasses, graph)
            .counter(Counter::DecodeEagerPasses, eager);
        window(start, end)
    }

    #[test]
    fn it_fires_when_a_part_of_the_passes_misses_its_graph() {
        let outcome = check(&RULE, &seen(700.0, 300.0));
        assert!((fired(&outcome).measure.value - 0.3).abs() < 1e-12);
    }

    #[test]
    fn it_is_clear_when_graphs_cover_the_batch_or_are_off_without_harm() {
        assert!(matches!(check(&RULE, &seen(990.0, 10.0)), Outcome::Clear(_)));
        let met = SloStatus { verdict: Verdict::Pass, ..failing(Distribution::Itl, 0.02, 0.05) };
        assert!(matches!(check_with(&RULE, &seen(0.0, 1000.0), &[met]), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_without_the_counter_or_a_window() {
        let mut without = seen(700.0, 300.0);
        without.last_mut().counters.remove(&Counter::DecodeEagerPasses);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
        // Nobody says whether the tokens are late.
        assert!(matches!(check(&RULE, &seen(0.0, 1000.0)), Outcome::NotMeasurable(_)));
        assert!(matches!(check(&RULE, &Observation::snapshot(seen(700.0, 300.0).last)), Outcome::NotMeasurable(_)));
    }
}
