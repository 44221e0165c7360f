//! How many requests clients sent, where the engine counts more: an answer of n, a beam or a pair to score is a request of its own there.

use super::{BackendId, Counter, Distribution, Observation, Source};

/// Requests of clients behind the engine's finished ones.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientRequests {
    /// What clients sent.
    pub sent: f64,
    /// What the engine finished for them.
    pub sequences: f64,
    /// What tells.
    pub source: Source,
}

/// A response is counted a moment after its last request has finished; this many may be between the two at the ends of a window.
const IN_BETWEEN: f64 = 5.0;
/// HTTP counts below this share of the engine's show requests of several sequences.
const SEVERAL: f64 = 0.9;

impl Observation {
    /// vLLM: `Some` when a request of a client was several of the engine.
    #[must_use]
    pub fn client_requests(&self) -> Option<ClientRequests> {
        if self.last.backend != BackendId::Vllm {
            return None;
        }
        let sequences = self.count(Counter::Finished)?.value;
        let answers = self.distribution(Distribution::AnswersPerRequest);
        let by_n = answers.and_then(|answers| Some((answers.histogram.observations()?, answers.source)));
        let count = |counter| self.count(counter).map_or(0.0, |count| count.value);
        let http = self.count(Counter::Http2xx).filter(|answered| answered.value > 0.0).map(|answered| {
            let failed = (count(Counter::Http5xx) - count(Counter::CapacityRejections)).max(0.0);
            (answered.value + failed, answered.source)
        });
        let http = http.filter(|(sent, _)| *sent <= SEVERAL * sequences && sequences - sent >= IN_BETWEEN);
        let candidates = by_n.into_iter().chain(http).filter(|(sent, _)| *sent > 0.0 && *sent < sequences);
        let (sent, source) = candidates.min_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(ClientRequests { sent, sequences, source })
    }

    /// vLLM: nothing tells whether a request of a client is several of the engine.
    #[must_use]
    pub fn counts_sequences_only(&self) -> bool {
        let told =
            self.last.distributions.get(&Distribution::AnswersPerRequest).is_some() || self.last.counters.get(&Counter::Http2xx).is_some();
        self.last.backend == BackendId::Vllm && self.count(Counter::Finished).is_some_and(|count| count.value > 0.0) && !told
    }

    /// Finished requests of clients; of the engine where nothing tells them apart.
    #[must_use]
    pub fn finished_for_clients(&self) -> Option<super::Reading> {
        let finished = self.count(Counter::Finished)?;
        Some(match self.client_requests() {
            Some(clients) => super::Reading { value: clients.sent, source: clients.source, ..finished },
            None => finished,
        })
    }

    /// vLLM: tokens that one output to a client holds on average; above 1 where drafts are accepted. Steps without a draft count too,
    /// which the number of accepted tokens per draft leaves out.
    #[must_use]
    pub fn tokens_per_delivery(&self) -> Option<super::Reading> {
        let drafts = self.count(Counter::SpecDrafts).filter(|drafts| drafts.value > 0.0);
        if self.last.backend != BackendId::Vllm || drafts.is_none() {
            return None;
        }
        let tokens = self.count(Counter::OutputTokens)?;
        let deliveries = self.observations(Distribution::Itl)? + self.observations(Distribution::Ttft)?;
        let value = tokens.value / Some(deliveries).filter(|deliveries| *deliveries > 0.0)?;
        Some(super::Reading { value, ..tokens })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::testing::{Build, snapshot};

    fn server(finished: f64, by_n: Option<f64>, http: Option<f64>) -> Option<(f64, f64)> {
        let mut build = Build::new(BackendId::Vllm).counter(Counter::Finished, finished);
        if let Some(by_n) = by_n {
            build = build.latency(Distribution::AnswersPerRequest, by_n, 1.0);
        }
        if let Some(http) = http {
            build = build.counter(Counter::Http2xx, http);
        }
        snapshot(build).client_requests().map(|clients| (clients.sent, clients.sequences))
    }

    #[test]
    fn n_and_http_tell_what_clients_sent() {
        assert_eq!(server(40.0, Some(10.0), Some(10.0)), Some((10.0, 40.0)), "n = 4");
        assert_eq!(server(32.0, Some(32.0), Some(2.0)), Some((2.0, 32.0)), "beam search");
        assert_eq!(server(40.0, Some(40.0), None), None);
        assert_eq!(server(40.0, None, None), None);
        assert_eq!(server(40.0, Some(40.0), Some(38.0)), None, "two responses are on their way");
        assert_eq!(server(40.0, Some(40.0), Some(0.0)), None, "they come by another way than HTTP");
        assert_eq!(server(38.0, Some(38.0), Some(84.0)), None, "clients left");
    }
}
