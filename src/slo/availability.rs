//! Availability: good over good and bad outcomes, backend by backend.
//!
//! | outcome | vLLM | SGLang | TGI | class |
//! |---|---|---|---|---|
//! | ok | finished: stop, length, repetition | finished less aborted | success | good |
//! | server error | finished: error, further HTTP 5xx | HTTP 5xx other than 503, else failed transfers | generation, incomplete | bad |
//! | refused for capacity | admission rejections | HTTP 503 | overloaded | bad, unless excluded |
//! | client gone | in no counter: estimated | aborted | dropped | excluded, reported |
//! | client error | HTTP 4xx | HTTP 4xx | validation, template | excluded, reported |

use super::judge::{count_words, share_word};
use super::{SloStatus, Target, Verdict};
use crate::metrics::{SourceLines, Unit};
use crate::signal::{BackendId, Caveat, Counter, Distribution, Observation, Source, TimeBase};
use crate::stats::{share_needed, wilson, zero_failures_needed};

/// How requests that were refused for capacity count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rejections {
    /// The user got no answer.
    #[default]
    Bad,
    /// A rate limit that was agreed upon.
    Excluded,
}

/// Outcomes of the requests of a span.
#[derive(Debug, Clone, PartialEq)]
pub struct Availability {
    pub good: f64,
    pub bad: f64,
    /// good / (good + bad).
    pub value: f64,
    /// 95 % interval, widened by what cannot be told apart (SGLang counts a request that was aborted while running as finished).
    pub interval: (f64, f64),
    pub good_parts: Vec<Part>,
    pub bad_parts: Vec<Part>,
    /// Neither good nor bad.
    pub excluded: Vec<Part>,
    pub time_base: TimeBase,
}

/// One kind of outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub words: &'static str,
    pub count: f64,
    /// Empty for an estimate.
    pub source: Source,
    /// True when no counter holds it and it follows from others.
    pub estimated: bool,
}

impl Availability {
    #[must_use]
    pub fn total(&self) -> f64 {
        self.good + self.bad
    }

    /// Clients that went away before their answer was complete.
    #[must_use]
    pub fn clients_gone(&self) -> f64 {
        self.excluded.iter().filter(|part| part.words == CLIENT_GONE).map(|part| part.count).sum()
    }

    /// Availability if clients that went away were failures: the line to show when latency was over its target, since then they gave up.
    #[must_use]
    pub fn with_abandonment(&self) -> f64 {
        self.good / (self.total() + self.clients_gone())
    }
}

const CLIENT_GONE: &str = "clients gone";

/// Availability of the span.
///
/// # Errors
/// With a sentence when it cannot be measured: no request ended, or nothing in the text counts failures.
pub fn availability(seen: &Observation, rejections: Rejections) -> Result<Availability, String> {
    let outcomes = match seen.last.backend {
        BackendId::Vllm => vllm(seen),
        BackendId::Sglang => sglang(seen),
        BackendId::Tgi => tgi(seen),
    }?;
    let (refused, mut excluded) = (outcomes.refused, outcomes.excluded);
    let mut bad_parts = outcomes.bad;
    match rejections {
        Rejections::Bad => bad_parts.extend(refused),
        Rejections::Excluded => excluded.extend(refused),
    }
    let good = sum(&outcomes.good);
    let bad = sum(&bad_parts);
    let total = good + bad;
    if total <= 0.0 {
        return Err("No request ended in this span, so there is no availability to speak of.".to_owned());
    }
    let certain = |good: f64, total: f64| if total > 0.0 { wilson(good, total) } else { (0.0, 1.0) };
    // Requests that may be in the good count and in the excluded one: the truth lies between counting them as good and as not at all.
    let (low, high) = (certain(good, total), certain(good + outcomes.ambiguous, total + outcomes.ambiguous));
    Ok(Availability {
        good,
        bad,
        value: good / total,
        interval: (low.0.min(high.0), low.1.max(high.1)),
        good_parts: outcomes.good,
        bad_parts,
        excluded,
        time_base: seen.time_base(),
    })
}

struct Outcomes {
    good: Vec<Part>,
    bad: Vec<Part>,
    refused: Option<Part>,
    excluded: Vec<Part>,
    ambiguous: f64,
}

fn vllm(seen: &Observation) -> Result<Outcomes, String> {
    // Of requests with several sequences the engine counts each; what clients sent is in proportion.
    let clients = seen.client_requests();
    let share = clients.as_ref().map_or(1.0, |clients| clients.sent / clients.sequences);
    let part = |seen: &Observation, words, counter| part(seen, words, counter).map(|part| Part { count: part.count * share, ..part });
    let good: Vec<Part> = [
        ("finished: stop", Counter::FinishedStop),
        ("finished: length", Counter::FinishedLength),
        ("finished: repetition", Counter::FinishedRepetition),
    ]
    .into_iter()
    .filter_map(|(words, counter)| part(seen, words, counter))
    .collect();
    let error = part(seen, "finished: error", Counter::FinishedError);
    let refused = self::part(seen, "refused for capacity", Counter::CapacityRejections);
    let http = seen.count(Counter::Http5xx);
    let counts_failures = error.is_some() || http.is_some() || seen.count(Counter::Http2xx).is_some();
    if good.is_empty() {
        return Err("The text does not say how requests finished.".to_owned());
    }
    if !counts_failures {
        return Err("This release of vLLM counts no failed requests: neither an error reason nor HTTP status is in the text.".to_owned());
    }
    let mut bad: Vec<Part> = error.into_iter().collect();
    // An engine error and a rejection are also answered with 5xx; only what exceeds them is new.
    let known = sum(&bad) + refused.as_ref().map_or(0.0, |refused| refused.count);
    if let Some(http) = http {
        bad.push(Part { words: "other HTTP 5xx", count: (http.value - known).max(0.0), source: http.source, estimated: false });
    }
    let mut excluded: Vec<Part> = self::part(seen, "client errors", Counter::Http4xx).into_iter().collect();
    excluded.extend(hidden_aborts(seen, &good, &bad).map(|part| Part { count: part.count * share, ..part }));
    Ok(Outcomes { good, bad, refused, excluded, ambiguous: 0.0 })
}

/// vLLM drops an aborted request from every per-request metric. One that had its first token shows as a first token without an end.
fn hidden_aborts(seen: &Observation, good: &[Part], bad: &[Part]) -> Option<Part> {
    if seen.last.has_caveat(Caveat::TtftRecordedAgainAfterPreemption) {
        return None;
    }
    let first_tokens = seen.observations(Distribution::Ttft)?;
    let ended = seen.count(Counter::Finished).map_or_else(|| sum(good) + sum(bad), |finished| finished.value);
    let count = first_tokens - ended - seen.growth_past_first_token()?;
    (count >= 1.0).then(|| Part { words: CLIENT_GONE, count, source: Source::default(), estimated: true })
}

fn sglang(seen: &Observation) -> Result<Outcomes, String> {
    let finished = part(seen, "finished", Counter::Finished).ok_or("The text does not count finished requests.")?;
    let gone = part(seen, CLIENT_GONE, Counter::Aborted);
    let refused = part(seen, "refused for capacity", Counter::CapacityRejections);
    // HTTP status counts everything; where it is missing, failed transfers of a disaggregated pair are all that is counted.
    let bad = part(seen, "server errors", Counter::ServerErrors)
        .or_else(|| part(seen, "failed KV transfers", Counter::KvTransferFailures))
        .into_iter()
        .collect::<Vec<_>>();
    if bad.is_empty() && refused.is_none() {
        return Err("This release of SGLang counts no failed requests: http_responses_total is not in the text.".to_owned());
    }
    let aborted = gone.as_ref().map_or(0.0, |gone| gone.count).min(finished.count);
    let good = vec![Part { count: finished.count - aborted, words: "finished, not aborted", ..finished }];
    let excluded = gone.into_iter().chain(part(seen, "client errors", Counter::ClientErrors)).collect();
    Ok(Outcomes { good, bad, refused, excluded, ambiguous: aborted })
}

fn tgi(seen: &Observation) -> Result<Outcomes, String> {
    let good = part(seen, "success", Counter::Finished);
    let bad = part(seen, "server errors", Counter::ServerErrors);
    let refused = part(seen, "refused for capacity", Counter::CapacityRejections);
    if good.is_none() && bad.is_none() && refused.is_none() {
        return Err("Neither success nor failure is in the text; TGI shows them after the first one.".to_owned());
    }
    let excluded = [(CLIENT_GONE, Counter::Aborted), ("client errors", Counter::ClientErrors)];
    Ok(Outcomes {
        good: good.into_iter().collect(),
        bad: bad.into_iter().collect(),
        refused,
        excluded: excluded.into_iter().filter_map(|(words, counter)| part(seen, words, counter)).collect(),
        ambiguous: 0.0,
    })
}

fn part(seen: &Observation, words: &'static str, counter: Counter) -> Option<Part> {
    seen.count(counter).map(|count| Part { words, count: count.value.max(0.0), source: count.source, estimated: false })
}

fn sum(parts: &[Part]) -> f64 {
    parts.iter().map(|part| part.count).sum()
}

/// One or two failures decide nothing, however few requests there were: one in ten burns a 99.9 % budget a hundredfold by chance.
const FEW_FAILURES: f64 = 3.0;

/// The verdict on an availability target.
pub(super) fn status(seen: &Observation, target: &Target) -> SloStatus {
    let found = match availability(seen, Rejections::Bad) {
        Ok(found) => found,
        Err(reason) => return SloStatus::no_data(target, seen.time_base(), reason),
    };
    let objective = target.value;
    let total = found.total();
    let flawless = zero_failures_needed(objective);
    let proven_without_failure = found.bad == 0.0 && flawless.is_some_and(|needed| total >= needed);
    let met = target.comparison.holds_over(found.interval, objective);
    let verdict = match met {
        Some(true) => Verdict::Pass,
        Some(false) if found.bad < FEW_FAILURES => Verdict::Undetermined,
        Some(false) => Verdict::Fail,
        None if proven_without_failure && !target.comparison.wants_low() => Verdict::Pass,
        None => Verdict::Undetermined,
    };
    let needed = match verdict {
        Verdict::Undetermined if found.bad == 0.0 => flawless.filter(|needed| *needed > total),
        Verdict::Undetermined => share_needed(found.value, objective).filter(|needed| *needed > total),
        _ => None,
    };
    let source = merged(found.good_parts.iter().chain(&found.bad_parts).chain(&found.excluded));
    SloStatus {
        current: Some(found.value),
        interval: Some(found.interval),
        verdict,
        samples: Some(total),
        needed,
        over_share: Some((1.0 - found.value, 1.0 - found.interval.1, 1.0 - found.interval.0)),
        unit: Unit::Ratio,
        shown_value: share_word(found.value),
        counted: true,
        why: format!("{}{}", explain(&found, objective, verdict, needed), in_sequences(seen)),
        source,
        ..SloStatus::no_data(target, found.time_base, "")
    }
}

fn explain(found: &Availability, objective: f64, verdict: Verdict, needed: Option<f64>) -> String {
    let failed = if found.bad == 0.0 { "none".to_owned() } else { Unit::Count.show(found.bad) };
    let mut why = format!("Of {}, {failed} failed", count_words(found.total(), "request"));
    let kinds: Vec<String> = found
        .bad_parts
        .iter()
        .filter(|part| part.count > 0.0)
        .map(|part| format!("{}: {}", part.words, Unit::Count.show(part.count)))
        .collect();
    if !kinds.is_empty() {
        why.push_str(&format!(" ({})", kinds.join(", ")));
    }
    if verdict == Verdict::Undetermined {
        why.push_str(&format!("; that neither proves nor disproves {}", share_word(objective)));
        if let Some(needed) = needed {
            why.push_str(&format!(", which takes about {}", count_words(needed, "request")));
        }
    }
    why.push('.');
    for part in found.excluded.iter().filter(|part| part.count > 0.0) {
        let estimated = if part.estimated { ", estimated from first tokens without an end" } else { "" };
        why.push_str(&format!(" Not counted: {} {}{estimated}.", Unit::Count.show(part.count), part.words));
    }
    why
}

/// The engine counts other things than clients do.
fn in_sequences(seen: &Observation) -> String {
    seen.client_requests().map_or_else(String::new, |clients| {
        let (sent, sequences) = (Unit::Count.show(clients.sent), Unit::Count.show(clients.sequences));
        format!(" The engine computed {sequences} sequences for these {sent}, as with n > 1, beam search or scores.")
    })
}

fn merged<'a>(parts: impl Iterator<Item = &'a Part>) -> Source {
    let mut names: Vec<&str> = Vec::new();
    let mut lines = Vec::new();
    for part in parts {
        if !part.source.metric.is_empty() && !names.contains(&part.source.metric.as_str()) {
            names.push(&part.source.metric);
        }
        lines.push(&part.source.lines);
    }
    Source::new(names.join(", "), SourceLines::join(lines))
}
