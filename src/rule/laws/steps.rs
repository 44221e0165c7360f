//! How large and how long the engine's steps are.

use super::{Laws, derived};
use crate::metrics::Unit;
use crate::signal::{BackendId, Caveat, Counter, Distribution, Gauge, Observation, Reading, TimeBase};

pub(super) fn fill(seen: &Observation, laws: &mut Laws) {
    let counted = seen.mean(Distribution::StepTokens).filter(|_| !seen.last.has_caveat(Caveat::SeveralApiServers));
    laws.step_tokens = counted.or_else(|| by_gaps(seen).filter(|_| one_token_a_step(seen)));
    laws.step_seconds = step_seconds(seen);
}

/// vLLM's V1 engine, which names itself in a label, computes prompts and decodes in the same step. Its steps are on the page unless several
/// API servers count them or the page is a part.
pub(in crate::rule) fn one_token_a_step(seen: &Observation) -> bool {
    let labelled = |ranks: &crate::signal::Ranks| ranks.iter().any(|(rank, _)| !rank.is_empty());
    let running = seen.last.gauges.get(&Gauge::Running).map(|value| &value.ranks);
    let tokens = [Counter::OutputTokens, Counter::PromptTokens].map(|counter| seen.last.counters.get(&counter).map(|value| &value.ranks));
    let of_engine = running.into_iter().chain(tokens.into_iter().flatten()).any(labelled);
    seen.last.backend == BackendId::Vllm && (of_engine || seen.last.has_caveat(Caveat::SeveralApiServers))
}

/// Where steps are not counted as such: a running request gets a token in every step, so that the mean gap is the mean step, and the
/// tokens of the window times the gap over its length are those of one step. Each rank steps for itself. A lower bound where the engine
/// was idle in between.
fn by_gaps(seen: &Observation) -> Option<Reading> {
    let gap = gap(seen).filter(|gap| matches!(gap.time_base, TimeBase::Window(_)))?;
    let seconds = seen.seconds()?;
    let output = seen.count(Counter::OutputTokens).or_else(|| of_finished(seen, Distribution::OutputLength))?;
    let prompt = prompt_tokens(seen)?;
    let value = (prompt.value + output.value) / ranks(seen) * gap.value / seconds;
    derived(value, Distribution::StepTokens.unit(), gap.time_base, &[&prompt.source, &output.source, &gap.source])
}

/// The mean gap between tokens; else that of the requests which finished, from their own means or from the time that their answers took.
fn gap(seen: &Observation) -> Option<Reading> {
    let of_answers = || {
        let decode = seen.distribution(Distribution::DecodeTime)?;
        let answers = seen.distribution(Distribution::OutputLength)?;
        let gaps = answers.histogram.sum? - answers.histogram.observations()?;
        derived(decode.histogram.sum? / gaps, Unit::Seconds, decode.time_base, &[&decode.source, &answers.source]).filter(|_| gaps > 0.0)
    };
    seen.mean(Distribution::Itl).or_else(|| seen.mean(Distribution::Tpot)).or_else(of_answers)
}

/// Prompt tokens that went through the engine.
fn prompt_tokens(seen: &Observation) -> Option<Reading> {
    if let Some(computed) = seen.count(Counter::PromptTokensComputed) {
        return Some(computed);
    }
    let all = seen.count(Counter::PromptTokens).or_else(|| of_finished(seen, Distribution::PromptLength))?;
    let cached = seen.count(Counter::PromptTokensCached).or_else(|| seen.count(Counter::PrefixHits)).map_or(0.0, |cached| cached.value);
    Some(Reading { value: (all.value - cached).max(0.0), ..all })
}

/// Tokens of the requests that finished, where no counter of them is there.
fn of_finished(seen: &Observation, lengths: Distribution) -> Option<Reading> {
    let reading = seen.distribution(lengths)?;
    derived(reading.histogram.sum?, Unit::Tokens, reading.time_base, &[&reading.source])
}

fn step_seconds(seen: &Observation) -> Option<f64> {
    if seen.last.has_caveat(Caveat::SeveralApiServers) {
        return gap(seen).map(|gap| gap.value);
    }
    let steps = seen.observations(Distribution::StepTokens).or_else(|| seen.count(Counter::Steps).map(|count| count.value));
    let steps = steps.filter(|steps| *steps > 0.0)?;
    Some(seen.seconds()? * ranks(seen) / steps)
}

fn ranks(seen: &Observation) -> f64 {
    let counted = seen.last.counters.get(&Counter::OutputTokens).map_or(0, |tokens| tokens.ranks.len());
    let shown = seen.last.gauges.get(&Gauge::Running).map_or(0, |running| running.ranks.len());
    counted.max(shown).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::testing::{Build, window};

    /// 10 s of steps of 20 ms, each with 240 prompt tokens and 16 output tokens of as many requests.
    fn server(seconds: f64, several: bool) -> Build {
        let steps = seconds / 0.02;
        let build = Build::new(BackendId::Vllm)
            .counter(Counter::PromptTokensComputed, 240.0 * steps)
            .counter(Counter::OutputTokens, 16.0 * steps)
            .latency(Distribution::Itl, 16.0 * steps, 0.02);
        let mut build =
            if several { build } else { build.histogram(Distribution::StepTokens, &[(512.0, steps), (f64::INFINITY, 0.0)], 256.0 * steps) };
        build.0.caveats = if several { vec![Caveat::SeveralApiServers] } else { Vec::new() };
        build
    }

    #[test]
    fn the_mean_step_is_the_same_however_many_api_servers_count_it() {
        for several in [false, true] {
            let seen = window(server(0.0, several).at(0.0), server(10.0, several).at(10.0));
            let laws = Laws::of(&seen);
            assert!(laws.step_tokens.is_some_and(|step| (step.value - 256.0).abs() < 1e-6), "{several}");
            assert!(laws.step_seconds.is_some_and(|step| (step - 0.02).abs() < 1e-9), "{several}");
        }
    }

    #[test]
    fn without_times_or_in_one_dump_it_is_not_known() {
        let mut seen = window(server(0.0, true), server(10.0, true));
        seen.window = seen.window.map(|window| crate::signal::Window { seconds: None, counted_seconds: None, ..window });
        assert_eq!(Laws::of(&seen).step_tokens, None);
        assert_eq!(Laws::of(&Observation::snapshot(server(10.0, true).0)).step_tokens, None);
    }
}
