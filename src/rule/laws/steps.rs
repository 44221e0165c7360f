//! How large and how long the engine's steps are.

use super::{Laws, derived};
use crate::signal::{Caveat, Counter, Distribution, Gauge, Observation, Reading, TimeBase};

pub(super) fn fill(seen: &Observation, laws: &mut Laws) {
    laws.step_tokens = if seen.last.has_caveat(Caveat::SeveralApiServers) { by_gaps(seen) } else { seen.mean(Distribution::StepTokens) };
    laws.step_seconds = step_seconds(seen);
}

/// Where steps are not counted as such: a running request gets a token in every step, so that the mean gap is the mean step, and the
/// tokens of the window times the gap over its length are those of one step. Each rank steps for itself. A lower bound where the engine
/// was idle in between.
fn by_gaps(seen: &Observation) -> Option<Reading> {
    let gap = seen.mean(Distribution::Itl).filter(|gap| matches!(gap.time_base, TimeBase::Window(_)))?;
    let seconds = seen.seconds()?;
    let output = seen.count(Counter::OutputTokens)?;
    let prompt = prompt_tokens(seen)?;
    let value = (prompt.value + output.value) / ranks(seen) * gap.value / seconds;
    derived(value, Distribution::StepTokens.unit(), gap.time_base, &[&prompt.source, &output.source, &gap.source])
}

/// Prompt tokens that went through the engine.
fn prompt_tokens(seen: &Observation) -> Option<Reading> {
    if let Some(computed) = seen.count(Counter::PromptTokensComputed) {
        return Some(computed);
    }
    let all = seen.count(Counter::PromptTokens)?;
    let cached = seen.count(Counter::PromptTokensCached).or_else(|| seen.count(Counter::PrefixHits)).map_or(0.0, |cached| cached.value);
    Some(Reading { value: (all.value - cached).max(0.0), ..all })
}

fn step_seconds(seen: &Observation) -> Option<f64> {
    if seen.last.has_caveat(Caveat::SeveralApiServers) {
        return seen.mean(Distribution::Itl).map(|gap| gap.value);
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
    use crate::signal::BackendId;
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
