//! What really happened in a span of a run, counted from its events. Scenarios check with it that their condition
//! was there; nothing here is rounded, bucketed or hidden as the servers' metrics are.

use super::event::{Event, Reason};
use super::run::Run;

#[derive(Clone, Debug, Default)]
pub struct Truth {
    pub seconds: f64,
    pub arrived: u32,
    pub finished: u32,
    pub aborted: u32,
    pub rejected: u32,
    pub client_errors: u32,
    pub errors: u32,
    pub lengths: u32,
    pub preemptions: u32,
    pub transfers_failed: u32,
    pub steps: u32,
    pub generated: u64,
    pub prompt_tokens: u64,
    pub hit_tokens: u64,
    /// Time averages over busy time, of the gauges at step ends.
    pub running: f64,
    pub waiting: f64,
    pub deferred: f64,
    pub kv_usage: f64,
    pub kv_peak: f64,
    pub prealloc: f64,
    pub transfer: f64,
    pub inflight: f64,
    pub grammar: f64,
    pub running_peak: u32,
    pub waiting_at_end: u32,
    pub waiting_at_start: u32,
    /// Share of busy time with somebody waiting.
    pub waiting_share: f64,
    /// Share of busy time in steps that filled this much of the token budget.
    pub full_budget_share: f64,
    pub busy_s: f64,
    pub prefill_s: f64,
    pub mean_queue_s: f64,
    pub mean_frontend_s: f64,
    pub ttft: Vec<f64>,
    /// Inter-token gaps as (seconds, how many), ascending.
    pub gaps: Vec<(f64, u64)>,
    pub drafted: u64,
    pub accepted: u64,
}

impl Truth {
    pub fn between(run: &Run, from: f64, to: f64) -> Truth {
        let mut truth = Truth { seconds: to - from, ..Truth::default() };
        let budget = f64::from(run.setup.server.token_budget);
        let (mut queue_s, mut admissions, mut frontend_s, mut queued) = (0.0, 0u32, 0.0, 0u32);
        let mut started = false;
        for (at, _, event) in &run.events {
            if *at > to {
                break;
            }
            let Event::Step(step) = event else {
                if *at >= from {
                    match event {
                        Event::Received { .. } => truth.arrived += 1,
                        Event::ClientError => truth.client_errors += 1,
                        Event::Rejected => truth.rejected += 1,
                        Event::Queued { frontend_s: s, .. } => {
                            frontend_s += s;
                            queued += 1;
                        }
                        Event::Admitted { again: false, waited_s, prompt, hit } => {
                            queue_s += waited_s;
                            admissions += 1;
                            truth.prompt_tokens += u64::from(*prompt);
                            truth.hit_tokens += u64::from(*hit);
                        }
                        Event::FirstToken { ttft_s, again: false, .. } => truth.ttft.push(*ttft_s),
                        Event::Finished { reason, .. } => {
                            truth.finished += 1;
                            truth.errors += u32::from(*reason == Reason::Error);
                            truth.lengths += u32::from(*reason == Reason::Length);
                        }
                        Event::Aborted { .. } => truth.aborted += 1,
                        Event::Preempted { .. } => truth.preemptions += 1,
                        Event::TransferFailed => truth.transfers_failed += 1,
                        _ => {}
                    }
                }
                continue;
            };
            if *at < from {
                truth.waiting_at_start = step.gauges.waiting;
                continue;
            }
            if !started {
                started = true;
            }
            let gauges = &step.gauges;
            let seconds = step.seconds.min(at - from);
            truth.steps += 1;
            truth.busy_s += seconds;
            truth.generated += u64::from(step.generated);
            truth.running += seconds * f64::from(gauges.running);
            truth.waiting += seconds * f64::from(gauges.waiting);
            truth.deferred += seconds * f64::from(gauges.deferred);
            truth.kv_usage += seconds * gauges.kv_usage;
            truth.kv_peak = truth.kv_peak.max(gauges.kv_usage);
            truth.prealloc += seconds * f64::from(gauges.prealloc_queue);
            truth.transfer += seconds * f64::from(gauges.transfer_queue);
            truth.inflight += seconds * f64::from(gauges.inflight_queue);
            truth.grammar += seconds * f64::from(gauges.grammar_queue);
            truth.running_peak = truth.running_peak.max(gauges.running);
            truth.waiting_at_end = gauges.waiting;
            truth.waiting_share += if gauges.waiting > 0 { seconds } else { 0.0 };
            let tokens = f64::from(step.prefill_tokens + step.decode_sequences);
            truth.full_budget_share += if tokens >= 0.95 * budget { seconds } else { 0.0 };
            truth.prefill_s += if step.prefill_tokens > 0 { seconds } else { 0.0 };
            truth.drafted += u64::from(step.drafted);
            truth.accepted += step.accepted_at.iter().map(|n| u64::from(*n)).sum::<u64>();
            truth.gaps.extend(step.gaps.iter().map(|(s, n)| (*s, u64::from(*n))));
        }
        let busy = truth.busy_s.max(1e-9);
        for average in [
            &mut truth.running,
            &mut truth.waiting,
            &mut truth.deferred,
            &mut truth.kv_usage,
            &mut truth.prealloc,
            &mut truth.transfer,
            &mut truth.inflight,
            &mut truth.grammar,
            &mut truth.waiting_share,
            &mut truth.full_budget_share,
        ] {
            *average /= busy;
        }
        truth.mean_queue_s = queue_s / f64::from(admissions.max(1));
        truth.mean_frontend_s = frontend_s / f64::from(queued.max(1));
        truth.ttft.sort_by(f64::total_cmp);
        truth.gaps.sort_by(|a, b| a.0.total_cmp(&b.0));
        truth
    }

    pub fn ttft_quantile(&self, q: f64) -> f64 {
        let index = ((self.ttft.len() as f64 - 1.0) * q).round().max(0.0) as usize;
        self.ttft.get(index).copied().unwrap_or(0.0)
    }

    pub fn gap_quantile(&self, q: f64) -> f64 {
        let total: u64 = self.gaps.iter().map(|g| g.1).sum();
        let mut seen = 0;
        for (seconds, count) in &self.gaps {
            seen += count;
            if seen as f64 >= q * total as f64 {
                return *seconds;
            }
        }
        0.0
    }

    /// Share of all decode time that lies in gaps at least five times the median and 0.1 s long.
    pub fn stall_share(&self) -> f64 {
        let bar = (5.0 * self.gap_quantile(0.5)).max(0.1);
        let all: f64 = self.gaps.iter().map(|(s, n)| s * *n as f64).sum();
        let long: f64 = self.gaps.iter().filter(|g| g.0 >= bar).map(|(s, n)| s * *n as f64).sum();
        if all > 0.0 { long / all } else { 0.0 }
    }

    pub fn preemptions_per_request(&self) -> f64 {
        f64::from(self.preemptions) / f64::from(self.finished.max(1))
    }

    pub fn hit_rate(&self) -> f64 {
        self.hit_tokens as f64 / (self.prompt_tokens as f64).max(1.0)
    }

    /// One line for error messages.
    pub fn summary(&self) -> String {
        format!(
            "n {}/{} run {:.1} (peak {}) wait {:.1} ({:.0}% of time, {} -> {}) kv {:.2} preempt/req {:.2} budget-full {:.2} queue {:.2}s frontend {:.2}s ttft50/95 {:.3}/{:.3} itl50/99 {:.4}/{:.4} stall {:.2} hit {:.2} deferred {:.1}",
            self.finished,
            self.arrived,
            self.running,
            self.running_peak,
            self.waiting,
            100.0 * self.waiting_share,
            self.waiting_at_start,
            self.waiting_at_end,
            self.kv_usage,
            self.preemptions_per_request(),
            self.full_budget_share,
            self.mean_queue_s,
            self.mean_frontend_s,
            self.ttft_quantile(0.5),
            self.ttft_quantile(0.95),
            self.gap_quantile(0.5),
            self.gap_quantile(0.99),
            self.stall_share(),
            self.hit_rate(),
            self.deferred
        )
    }
}
