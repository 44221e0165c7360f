//! What the server is doing, before any judgement.

use super::Laws;
use super::words::{requests_running, requests_wait};
use crate::metrics::{Unit, capital};
use crate::signal::{BackendId, Caveat, Counter, Distribution, Gauge, Mode, Observation};

/// Less than this many finished requests per second, with no queue and hardly anybody inside, is idle (handbook A02).
pub(super) const IDLE_REQUESTS_PER_S: f64 = 0.1;
/// Requests inside on average below which a server is idle. The handbook allows half a decoding sequence; slow servers with few
/// requests are busier than that before their first tokens, and somebody waits for those.
pub(super) const IDLE_INSIDE: f64 = 0.2;
/// A process younger than this is warming up (handbook A03).
pub(super) const WARM_AFTER_SECONDS: f64 = 300.0;
/// SGLang's gauges may show the last running request for 30 s after it has finished; a window longer than that, with some room for its
/// own length, shows others.
pub(super) const STALE_SECONDS: f64 = 36.0;
/// One that has served fewer requests than this, too.
pub(super) const WARM_AFTER_REQUESTS: f64 = 30.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateKind {
    Active,
    Idle,
    /// Serving, but too young to judge caches and trends.
    WarmingUp,
    /// Requests are inside and nothing moves.
    Stalled,
    /// Put to sleep or paused by its operator.
    Sleeping,
    /// The gauges that would tell are not there.
    NoData,
}

impl StateKind {
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            StateKind::Active => "active",
            StateKind::Idle => "idle",
            StateKind::WarmingUp => "warming-up",
            StateKind::Stalled => "stalled",
            StateKind::Sleeping => "sleeping",
            StateKind::NoData => "no-data",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub kind: StateKind,
    pub sentence: String,
}

impl State {
    #[must_use]
    pub fn of(seen: &Observation, laws: &Laws) -> Self {
        let state = |kind, sentence: String| State { kind, sentence };
        if let Some(why) = asleep(seen) {
            return state(StateKind::Sleeping, why);
        }
        let (Some(running), Some(waiting)) = (seen.gauge_span(Gauge::Running), seen.gauge_span(Gauge::Waiting)) else {
            let missing = match (seen.gauge(Gauge::Running).is_some(), seen.gauge(Gauge::Waiting).is_some()) {
                (true, _) => "The text gives no usable number of waiting requests.",
                (_, true) => "The text gives no usable number of running requests.",
                _ => "The text gives no usable numbers of running and waiting requests.",
            };
            return state(StateKind::NoData, missing.to_owned());
        };
        if stalled(seen) {
            return state(StateKind::Stalled, "Requests are inside the server and nothing has moved between the two dumps.".to_owned());
        }
        if let Some(sentence) = idle(seen, laws, running, waiting) {
            return state(StateKind::Idle, sentence);
        }
        if let Some(why) = young(seen) {
            return state(StateKind::WarmingUp, why);
        }
        state(StateKind::Active, now(seen))
    }

    /// Requests are being served, so that queue and latency rules apply.
    #[must_use]
    pub fn serving(&self) -> bool {
        matches!(self.kind, StateKind::Active | StateKind::WarmingUp)
    }

    /// Old and busy enough to judge caches, batch sizes and throughput.
    #[must_use]
    pub fn exercised(&self) -> bool {
        self.kind == StateKind::Active
    }
}

/// What runs and waits at the last dump, and what did at the first where that was much more.
fn now(seen: &Observation) -> String {
    let value = |gauge| seen.gauge(gauge).map_or(0.0, |reading| reading.value);
    if seen.last.has_caveat(Caveat::Pooling) {
        return format!("{}; what is computed is not shown.", capital(&requests_wait(value(Gauge::Waiting))));
    }
    let was = |gauge| {
        let before = seen.gauge_before(gauge).filter(|_| !seen.restarted()).map(|reading| reading.value);
        before.filter(|before| *before >= 2.0 * value(gauge) && *before >= value(gauge) + 2.0)
    };
    let was = |gauge| was(gauge).map_or_else(String::new, |before| format!(" (was {})", Unit::Count.show(before)));
    format!(
        "{}{}, {} waiting{}.",
        requests_running(value(Gauge::Running)),
        was(Gauge::Running),
        Unit::Count.show(value(Gauge::Waiting)),
        was(Gauge::Waiting)
    )
}

fn asleep(seen: &Observation) -> Option<String> {
    if seen.gauge(Gauge::Awake).is_some_and(|awake| awake.value < 1.0) {
        return Some("The engine was put to sleep; it serves nothing until it is woken.".to_owned());
    }
    let paused = seen.gauge(Gauge::Paused)?.value;
    (paused > 0.0).then(|| format!("{} requests are paused by the operator, for example for a weight update.", Unit::Count.show(paused)))
}

fn idle(seen: &Observation, laws: &Laws, running: (f64, f64), waiting: (f64, f64)) -> Option<String> {
    if waiting.1 > 0.0 {
        return None;
    }
    if seen.mode() == Mode::Snapshot {
        // A server of embeddings or scores shows none of the requests that it computes.
        return (running.1 == 0.0 && !seen.last.has_caveat(Caveat::Pooling))
            .then(|| "Nothing is running or waiting at the moment of the dump.".to_owned());
    }
    if running.1 > 0.0 && occupied_throughout(seen).is_none() && progress(seen) == Some(0.0) {
        // Stuck, or served before the window: the gauge does not tell yet.
        return None;
    }
    let finished = seen
        .count(Counter::Finished)
        .map(|count| count.value)
        .or_else(|| seen.observations(Distribution::Ttft))
        .or_else(|| seen.observations(Distribution::E2e))?;
    let Some(seconds) = seen.seconds() else {
        let moved = progress(seen).is_some_and(|moved| moved > 0.0);
        return (running.1 == 0.0 && finished == 0.0 && !moved)
            .then(|| "Nothing ran, waited or finished between the two dumps.".to_owned());
    };
    // SGLang's gauges may still show the last busy moment.
    let late_gauges = seen.last.has_caveat(Caveat::GaugesRefreshedPerReport) && finished > 0.0;
    (finished / seconds < IDLE_REQUESTS_PER_S && inside(seen, laws).unwrap_or(running.1) < IDLE_INSIDE && (running.1 <= 1.0 || late_gauges))
        .then(|| format!("{} requests finished in {}, and nothing waited.", Unit::Count.show(finished), Unit::Seconds.show(seconds)))
}

/// Few requests finished, nobody waited, and at most one ran at the dumps; whether more were inside in between is unknown.
#[must_use]
pub(super) fn may_be_idle(seen: &Observation, laws: &Laws) -> bool {
    let quiet = |gauge, most: f64| seen.gauge_span(gauge).is_some_and(|(_, highest)| highest <= most);
    let few = seen.rate(Counter::Finished).is_some_and(|rate| rate.value < IDLE_REQUESTS_PER_S);
    seen.mode() != Mode::Snapshot && few && quiet(Gauge::Waiting, 0.0) && quiet(Gauge::Running, 1.0) && inside(seen, laws).is_none()
}

/// Requests inside on average, by their times.
fn inside(seen: &Observation, laws: &Laws) -> Option<f64> {
    let (Some(decoding), Some(before)) = (&laws.decode_concurrency, &laws.before_first_token) else {
        return Some(seen.sum(Distribution::E2e)? / seen.seconds()?);
    };
    Some(decoding.value + before.value)
}

fn young(seen: &Observation) -> Option<String> {
    if let Some(age) = seen.last.uptime_seconds().filter(|age| *age < WARM_AFTER_SECONDS) {
        return Some(format!("The process started {} before the dump.", Unit::Seconds.show(age)));
    }
    let served = seen.last.counters.get(&Counter::Finished).map(|value| value.value)?;
    (served < WARM_AFTER_REQUESTS).then(|| format!("Only {} requests were served since the start.", Unit::Count.show(served)))
}

/// True when requests are inside at both ends and no live counter moved. Needs a window.
#[must_use]
pub(super) fn stalled(seen: &Observation) -> bool {
    seen.mode() != Mode::Snapshot && occupied_throughout(seen) == Some(true) && progress(seen) == Some(0.0)
}

/// Requests inside at both ends of the window. Unknown while a running request may be one that SGLang's gauge still shows.
#[must_use]
pub(crate) fn occupied_throughout(seen: &Observation) -> Option<bool> {
    let stale =
        seen.last.has_caveat(Caveat::GaugesRefreshedPerReport) && seen.gauge_span(Gauge::Waiting).is_some_and(|(_, most)| most == 0.0);
    if stale && seen.seconds().is_none_or(|seconds| seconds < STALE_SECONDS) {
        return None;
    }
    let inside = |gauge: fn(&Observation, Gauge) -> Option<crate::signal::Reading>| {
        let running = gauge(seen, Gauge::Running)?.value;
        let waiting = gauge(seen, Gauge::Waiting)?.value;
        Some(running + waiting)
    };
    Some(inside(Observation::gauge)? > 0.0 && inside(Observation::gauge_before)? > 0.0)
}

/// Sum of everything that moves while the engine works; `None` when nothing of that kind is exported.
/// SGLang's and TGI's token counters move only when a request finishes, so they show movement but not the lack of it.
#[must_use]
pub(crate) fn progress(seen: &Observation) -> Option<f64> {
    // Where requests wait and none runs, work would show as a running request: then what is counted at its end tells as well.
    let none_runs = seen.gauge_span(Gauge::Running).is_some_and(|(_, most)| most < 1.0)
        && seen.gauge_span(Gauge::Waiting).is_some_and(|(least, _)| least >= 1.0);
    let late = matches!(seen.last.backend, BackendId::Sglang | BackendId::Tgi) && !none_runs;
    let live_counters: &[Counter] = &[
        Counter::LiveOutputTokens,
        Counter::PromptTokensComputed,
        Counter::Steps,
        Counter::PrefillCalls,
        Counter::DecodeCalls,
        Counter::DecodeGraphPasses,
        Counter::DecodeEagerPasses,
        Counter::ForwardSeconds,
    ];
    let live_histograms: &[Distribution] = &[Distribution::Itl, Distribution::Ttft, Distribution::StepTokens, Distribution::DecodeCallTime];
    // TGI counts prompt tokens when a request arrives, which a dead engine does not hinder.
    let at_finish: &[Counter] = match seen.last.backend {
        BackendId::Tgi => &[Counter::OutputTokens, Counter::Finished],
        BackendId::Vllm | BackendId::Sglang => &[Counter::OutputTokens, Counter::PromptTokens, Counter::Finished],
    };
    let mut live = false;
    let mut moved = 0.0;
    for counter in live_counters {
        if let Some(count) = seen.count(*counter) {
            live = true;
            moved += count.value.abs();
        }
    }
    for distribution in live_histograms {
        if let Some(count) = seen.observations(*distribution) {
            live = true;
            moved += count.abs();
        }
    }
    for counter in at_finish {
        if let Some(count) = seen.count(*counter) {
            live |= !late;
            moved += count.value.abs();
        }
    }
    live.then_some(moved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::testing::{Build, snapshot, window};

    fn server(running: f64, waiting: f64, requests: f64) -> Build {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, running)
            .gauge(Gauge::Waiting, waiting)
            .counter(Counter::Finished, requests)
            .counter(Counter::OutputTokens, requests * 100.0)
            .latency(Distribution::Itl, requests * 100.0, 0.02)
            .latency(Distribution::Ttft, requests, 0.1)
    }

    fn kind(seen: &Observation) -> StateKind {
        State::of(seen, &Laws::of(seen)).kind
    }

    #[test]
    fn a_server_is_idle_by_its_counters_not_by_two_lucky_moments() {
        assert_eq!(kind(&window(server(0.0, 0.0, 100.0), server(0.0, 0.0, 101.0))), StateKind::Idle);
        // One request a second, none of them inside at either dump.
        assert_eq!(kind(&window(server(0.0, 0.0, 100.0), server(0.0, 0.0, 160.0))), StateKind::Active);
    }

    #[test]
    fn few_requests_that_take_long_to_their_first_token_are_no_idleness() {
        let slow = |requests: f64| server(0.0, 0.0, requests).latency(Distribution::Ttft, requests, 4.0);
        assert_eq!(kind(&window(slow(100.0), slow(105.0))), StateKind::Active);
    }

    #[test]
    fn requests_inside_and_no_counter_moving_is_a_stall_unless_the_engine_sleeps() {
        assert_eq!(kind(&window(server(2.0, 0.0, 100.0), server(2.0, 5.0, 100.0))), StateKind::Stalled);
        let asleep = server(2.0, 0.0, 100.0).gauge(Gauge::Awake, 0.0);
        assert_eq!(kind(&window(asleep.clone(), asleep)), StateKind::Sleeping);
    }

    #[test]
    fn arrivals_at_a_dead_tgi_are_no_progress() {
        let dead = |prompts: f64| {
            Build::new(BackendId::Tgi)
                .gauge(Gauge::Running, 12.0)
                .gauge(Gauge::Waiting, 90.0)
                .counter(Counter::PromptTokens, prompts)
                .counter(Counter::DecodeCalls, 700.0)
                .counter(Counter::OutputTokens, 9000.0)
        };
        assert_eq!(kind(&window(dead(1000.0), dead(5000.0))), StateKind::Stalled);
    }

    #[test]
    fn without_the_gauges_nothing_is_known() {
        assert_eq!(kind(&snapshot(Build::new(BackendId::Vllm).counter(Counter::Finished, 3.0))), StateKind::NoData);
    }
}
