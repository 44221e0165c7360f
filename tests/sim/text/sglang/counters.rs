//! The scheduler's counters and the histograms that belong to one feature each.

use super::super::page::{Labels, Page};
use super::*;

const STAGES: [(&str, f64); 9] = [
    ("other", 0.002),
    ("recv_requests", 0.004),
    ("process_input_requests", 0.004),
    ("get_next_batch_to_run", 0.012),
    ("process_queue", 0.0),
    ("run_batch", 0.0),
    ("process_batch_result", 0.02),
    ("sanity_check_cache", 0.0),
    ("idle", 0.0),
];

impl Sglang<'_> {
    pub(super) fn scheduler_counters(&self, page: &mut Page, now: f64) {
        let from = |patch| self.version.since(5, patch);
        if from(20) {
            let help = "Effective prefill tokens with retracted-request re-counts excluded, updated on each log interval. mode: device_hit, host_hit, storage_hit, input. Windowed prefix cache hit rate = rate(sum of *_hit) / rate(sum of all modes); per-tier rate uses a single *_hit mode in the numerator.";
            let modes = ["input", "device_hit", "host_hit", "storage_hit"];
            page.counter(
                "sglang:prefill_effective_tokens",
                help,
                &self.split("mode", &modes, |r, i| [r.effective_input, r.effective_hit, 0, 0][i] as f64),
            );
            self.scheduler_time(page, now);
        }
        if from(23) {
            self.dp_attention(page);
        }
        if from(7) {
            let names = ["decode_cuda_graph", "decode_none", "prefill_cuda_graph", "prefill_none"];
            let series: Vec<_> = self.split("mode", &names, |r, i| r.passes[i] as f64).into_iter().filter(|(_, n)| *n > 0.0).collect();
            if !series.is_empty() {
                page.counter("sglang:cuda_graph_passes", "Total number of forward passes categorized by CUDA graph.", &series);
            }
            let modes = ["prefill_compute", "decode", "prefill_cache"];
            let help = "Total number of tokens processed (updated on each log interval). mode: prefill_compute, prefill_cache, decode.";
            let series: Vec<_> = self
                .split("mode", &modes, |r, i| [r.realtime_prefill, r.realtime_decode, r.realtime_cached][i] as f64)
                .into_iter()
                .filter(|(_, n)| *n > 0.0)
                .collect();
            if !series.is_empty() {
                page.counter("sglang:realtime_tokens", help, &series);
            }
            self.if_any(page, "num_retracted_requests", "Total number of retracted requests.", |r| r.retracted);
            self.if_any(page, "num_retracted_input_tokens", "Total number of retracted input tokens.", |r| r.retracted_input);
            self.if_any(page, "num_retracted_output_tokens", "Total number of retracted output tokens.", |r| r.retracted_output);
        }
        let evicted: u64 = self.ranks.iter().map(|r| r.evicted_tokens).sum();
        if from(6) && evicted > 0 {
            let labels = vec![("cache_type", "RadixCache".to_string())];
            page.counter("sglang:evicted_tokens", "The number of tokens evicted from GPU.", &[(labels, evicted as f64)]);
        }
        self.grammar(page);
        self.transfers(page);
    }

    fn scheduler_time(&self, page: &mut Page, now: f64) {
        let idle = |r: &Rank| r.idle_s + r.idle_since.map_or(0.0, |since| now - since);
        page.counter(
            "sglang:scheduler_idle_seconds",
            "Total wall time while the scheduler has no runnable or queued work.",
            &self.each(idle),
        );
        let help = "Total CPU time consumed by the scheduler process across all threads.";
        page.counter("sglang:scheduler_process_cpu_seconds", help, &self.each(|r| 40.0 + 1.02 * r.busy_s + 0.4 * idle(r)));
        let help = "Total scheduler-loop wall time exclusively attributed to each stage. forward_overlap (full, partial, none): full=both endpoints active, partial=one, none=no observed overlap (including unavailable timing). Not exact overlapped/exposed seconds.";
        let mut series = Vec::new();
        for (rank, r) in self.ranks.iter().enumerate() {
            // What a step takes beyond its forward pass is host work that nothing overlaps.
            let exposed = (r.busy_s - 1.02 * r.forward_s).max(0.0);
            for (category, share) in STAGES {
                let seconds = match category {
                    "run_batch" => 1.02 * r.forward_s - STAGES.iter().map(|(_, s)| s * r.forward_s).sum::<f64>(),
                    "process_batch_result" => share * r.forward_s + 0.8 * exposed,
                    "get_next_batch_to_run" => share * r.forward_s + 0.2 * exposed,
                    "idle" => idle(r),
                    _ => share * r.forward_s,
                };
                let mut labels = self.scheduler_with(rank, "category", category);
                labels.push(("forward_overlap", "none".to_string()));
                series.push((labels, seconds));
            }
        }
        page.counter("sglang:scheduler_stage_seconds", help, &series);
    }

    fn dp_attention(&self, page: &mut Page) {
        let many = self.ranks.len() > 1;
        let help = "Tokens of MLP-sync steps on this DP rank. kind=scheduled: tokens this rank ran; kind=imbalance: tokens the busiest rank ran beyond this rank, i.e. capacity lost to DP imbalance on this rank. On speculative-decode steps the unit is batch rows (requests).";
        let value = |r: &Rank, i: usize| {
            if many { [r.dp_scheduled, r.dp_imbalance][i] as f64 } else { 0.0 }
        };
        let wide = |hist: fn(&Rank) -> &Hist| -> Vec<(Labels, &Hist)> {
            self.ranks.iter().enumerate().map(|(i, r)| (self.scheduler(i), hist(r))).collect()
        };
        let ratio = "Per MLP-sync step, max tokens over mean tokens across the DP ranks (1.0 = balanced, num_dp_ranks = one busy rank). Reported once per engine, by the scheduler of DP rank 0.";
        page.histogram("sglang:dp_attention_token_imbalance_ratio", ratio, &wide(|r| &r.imbalance_ratio));
        let wait = "Wall time of this DP rank's scheduler MLP-sync all-gather per step. On the gloo path (the default with overlap scheduling) this is waiting for the slowest rank; on the device-group paths it also includes the gather's stream sync.";
        page.histogram("sglang:dp_attention_sync_wait_seconds", wait, &wide(|r| &r.sync_wait));
        page.counter("sglang:dp_attention_tokens", help, &self.split("kind", &["scheduled", "imbalance"], value));
        let help =
            "MLP-sync steps on this DP rank. rank_state=idle: this rank had no tokens and only ran to keep the DP collectives in lockstep.";
        let steps = |r: &Rank, i: usize| {
            if many && i == 0 { r.passes.iter().sum::<u64>() as f64 } else { 0.0 }
        };
        page.counter("sglang:dp_attention_steps", help, &self.split("rank_state", &["active", "idle"], steps));
    }

    fn grammar(&self, page: &mut Page) {
        if self.setup.server.grammar.is_none() || !self.version.since(5, 2) {
            return;
        }
        self.if_any(page, "num_grammar", "Number of the total grammar requests.", |r| r.grammar);
        self.if_any(page, "num_grammar_cache_hit", "Number of grammar cache hits.", |r| r.grammar_hits);
        let series: Vec<(Labels, &Hist)> = self
            .ranks
            .iter()
            .enumerate()
            .filter(|(_, r)| r.compile.count > 0)
            .map(|(rank, r)| (self.scheduler(rank), &r.compile))
            .collect();
        if !series.is_empty() {
            page.histogram("sglang:grammar_compilation_time_seconds", "Histogram of grammar compilation time in seconds.", &series);
        }
    }

    fn transfers(&self, page: &mut Page) {
        if self.setup.server.role == Role::Unified || !self.version.since(5, 2) || self.ranks.iter().all(|r| r.transfers == 0) {
            return;
        }
        let histograms = self.version.since(5, 10);
        let mut put = |name: &str, help: &str, hist: fn(&Rank) -> &Hist| {
            let name = format!("sglang:{name}");
            if histograms {
                let series: Vec<(Labels, &Hist)> = self.ranks.iter().enumerate().map(|(rank, r)| (self.scheduler(rank), hist(r))).collect();
                page.histogram(&name, help, &series);
            } else {
                page.gauge(&name, help, &self.each(|r| hist(r).sum / hist(r).count.max(1) as f64));
            }
        };
        put("kv_transfer_speed_gb_s", "The transfer speed of the KV cache in GB/s.", |r| &r.transfer_speed);
        put("kv_transfer_latency_ms", "The transfer latency of the KV cache in ms.", |r| &r.transfer_ms);
        if self.version.since(5, 7) {
            put("kv_transfer_total_mb", "The total size of the KV cache transfer in MB.", |r| &r.transfer_mb);
        }
        self.if_any(page, "num_transfer_failed_reqs", "The number of transfer failed requests.", |r| r.transfer_failures);
    }

    /// A counter that does not exist before its first event.
    fn if_any(&self, page: &mut Page, name: &str, help: &str, value: fn(&Rank) -> u64) {
        if self.ranks.iter().any(|r| value(r) > 0) {
            page.counter(&format!("sglang:{name}"), help, &self.each(|r| value(r) as f64));
        }
    }

    fn split(&self, key: &'static str, names: &[&str], value: impl Fn(&Rank, usize) -> f64) -> Vec<(Labels<'static>, f64)> {
        let mut series = Vec::new();
        for (rank, r) in self.ranks.iter().enumerate() {
            for (index, name) in names.iter().enumerate() {
                series.push((self.scheduler_with(rank, key, name), value(r, index)));
            }
        }
        series
    }
}
