//! The page itself: families in the order of the release, with the labels that it gives them.

use super::super::page::{Dialect, Labels, Page};
use super::gauges::{Gauge, LIVE, STATIC};
use super::*;

const BY_MODE: [&str; 2] = ["false", "true"];

impl Sglang<'_> {
    pub(super) fn print(&self, now: f64) -> String {
        let mut page = Page::new(Dialect::Multiprocess);
        self.interval_gauges(&mut page);
        if self.version.since(5, 3) {
            let all = self.each_hist(|r| Some(&r.queue));
            let stages: Vec<(Labels, &Hist)> = self
                .ranks
                .iter()
                .enumerate()
                .flat_map(|(rank, r)| r.stages.iter().map(move |(stage, hist)| (self.scheduler_with(rank, "stage", stage), hist)))
                .collect();
            if self.ranks.iter().any(|r| r.queue.count > 0) {
                page.histogram("sglang:queue_time_seconds", "Histogram of queueing time in seconds.", &all);
            }
            if !stages.is_empty() {
                page.histogram("sglang:per_stage_req_latency_seconds", "The latency of each stage of requests.", &stages);
            }
        }
        self.http(&mut page, now);
        self.request_families(&mut page);
        self.scheduler_counters(&mut page, now);
        let late = self.version.since(5, 17);
        if late {
            self.gauges(&mut page, STATIC);
        }
        self.gauges(&mut page, LIVE);
        self.routing_keys(&mut page);
        if !late {
            self.gauges(&mut page, STATIC);
        }
        page.finish()
    }

    /// Gauges without a multiprocess mode carry the process id and hold only the last interval.
    fn interval_gauges(&self, page: &mut Page) {
        if !self.version.since(5, 2) {
            return;
        }
        let with_pid = |value: &dyn Fn(&Rank) -> f64| -> Vec<(Labels, f64)> {
            self.ranks
                .iter()
                .enumerate()
                .map(|(rank, r)| (self.scheduler_with(rank, "pid", &format!("{}", 25_152 + rank)), value(r)))
                .collect()
        };
        page.gauge(
            "sglang:num_retracted_reqs",
            "The number of retracted requests.",
            &with_pid(&|r| (r.retracted - r.retracted_shown) as f64),
        );
        page.gauge("sglang:num_paused_reqs", "The number of paused requests by async weight sync.", &with_pid(&|_| 0.0));
    }

    fn http(&self, page: &mut Page, now: f64) {
        let requests = &self.requests;
        let endpoint = ("endpoint", "/v1/chat/completions".to_string());
        let post = ("method", "POST".to_string());
        if self.version.since(5, 8) {
            page.gauge("sglang:routing_keys_active", "Number of unique routing keys with active requests", &[(vec![], 0.0)]);
            let metrics = vec![("endpoint", "/metrics".to_string()), ("method", "GET".to_string())];
            let active = [(vec![endpoint.clone(), post.clone()], requests.in_flight() as f64), (metrics, 1.0)];
            page.gauge("sglang:http_requests_active", "Number of currently active HTTP requests", &active);
        }
        if self.version.since(5, 17) {
            let phases = [("load_weight", 22.4), ("kv_cache_allocation", 1.9), ("scheduler_e2e", 48.6), ("tokenizer_e2e", 71.2)];
            let series: Vec<(Labels, f64)> = phases.map(|(phase, s)| (self.frontend_with("phase", phase), s)).to_vec();
            page.gauge("sglang:startup_time_seconds", "Engine startup duration by phase in seconds.", &series);
            let series: Vec<(Labels, f64)> = GRAPH_PHASES.map(|(phase, s, _)| (self.frontend_with("phase", phase), s)).to_vec();
            page.gauge("sglang:startup_cuda_graph_time_seconds", "CUDA graph capture duration by phase in seconds.", &series);
        }
        if self.version.since(5, 8) {
            let up = now - self.started;
            let done: u64 = requests.by_mode.iter().map(|m| m.generation_tokens).sum();
            let tokenizer = 31.0 + 0.01 * up + requests.frontend_s + 4e-6 * done as f64;
            let component = |name: &str, cpu: f64| (vec![("component", name.to_string())], (cpu * 100.0).round() / 100.0);
            let series = [component("tokenizer", tokenizer), component("detokenizer", 3.0 + 0.002 * up + 8e-6 * done as f64)];
            page.counter("sglang:process_cpu_seconds", "Total CPU time consumed by this process (user + system)", &series);
        }
        if self.version.since(5, 7) && requests.received > 0 {
            let series = [(vec![endpoint.clone(), post.clone()], requests.received as f64)];
            page.counter("sglang:http_requests", "Total number of HTTP requests by endpoint and method", &series);
            let codes = ["200", "400", "500", "503"];
            let series: Vec<(Labels, f64)> = codes
                .iter()
                .zip(requests.responses)
                .filter(|(_, count)| *count > 0)
                .map(|(code, count)| (vec![endpoint.clone(), post.clone(), ("status_code", code.to_string())], count as f64))
                .collect();
            page.counter("sglang:http_responses", "Total number of HTTP responses by endpoint and status code", &series);
        }
    }

    fn request_families(&self, page: &mut Page) {
        let requests = &self.requests;
        let seen = |m: &&(usize, &super::requests::Mode)| m.1.requests > 0 || m.1.ttft.count > 0;
        let modes: Vec<(usize, &super::requests::Mode)> = requests.by_mode.iter().enumerate().collect();
        if requests.by_mode.iter().any(|m| m.requests > 0) {
            let sum = |value: fn(&super::requests::Mode) -> u64| -> Vec<(Labels, f64)> {
                if self.version.since(5, 17) {
                    modes
                        .iter()
                        .filter(|m| m.1.requests > 0)
                        .map(|(i, m)| (self.frontend_with("is_streaming", BY_MODE[*i]), value(m) as f64))
                        .collect()
                } else {
                    vec![(self.frontend(), requests.by_mode.iter().map(value).sum::<u64>() as f64)]
                }
            };
            page.counter("sglang:prompt_tokens", "Number of prefill tokens processed.", &sum(|m| m.prompt_tokens));
            page.counter("sglang:generation_tokens", "Number of generation tokens processed.", &sum(|m| m.generation_tokens));
            page.counter("sglang:num_requests", "Number of requests processed.", &sum(|m| m.requests));
        }
        if requests.cached > 0 {
            let late = self.version.since(5, 9);
            let labels = if late { self.frontend_with("cache_source", "device") } else { self.frontend() };
            let help =
                if late { "Number of cached prompt tokens by source (device/host/storage)." } else { "Number of cached prompt tokens." };
            page.counter("sglang:cached_tokens", help, &[(labels, requests.cached as f64)]);
        }
        if requests.aborted > 0 && self.version.since(5, 3) {
            page.counter("sglang:num_aborted_requests", "Number of requests aborted.", &[(self.frontend(), requests.aborted as f64)]);
        }
        let by_mode = |hist: for<'h> fn(&'h super::requests::Mode) -> &'h Hist| -> Vec<(Labels<'static>, Hist)> {
            if self.version.since(5, 17) {
                modes.iter().filter(seen).map(|(i, m)| (self.frontend_with("is_streaming", BY_MODE[*i]), hist(m).clone())).collect()
            } else {
                let both = hist(&requests.by_mode[0]).plus(hist(&requests.by_mode[1]));
                if both.count > 0 { vec![(self.frontend(), both)] } else { vec![] }
            }
        };
        let put = |page: &mut Page, name: &str, help: &str, series: Vec<(Labels<'static>, Hist)>| {
            let series: Vec<(Labels, &Hist)> = series.iter().filter(|(_, h)| h.count > 0).map(|(l, h)| (l.clone(), h)).collect();
            if !series.is_empty() {
                page.histogram(name, help, &series);
            }
        };
        let ttft = "Histogram of time to first token in seconds.";
        // A prefill server's answers never reach its own frontend as tokens.
        if self.setup.server.role != Role::Prefill {
            put(page, "sglang:time_to_first_token_seconds", ttft, by_mode(|m| &m.ttft));
        }
        put(page, "sglang:e2e_request_latency_seconds", "Histogram of End-to-end request latency in seconds", by_mode(|m| &m.e2e));
        if self.version.since(5, 21) {
            let help = "Per-request TPOT in seconds: (finished_time - first_token_time) / (completion_tokens - 1).";
            put(page, "sglang:request_time_per_output_token_seconds", help, by_mode(|m| &m.tpot));
        }
        if self.version.since(5, 12) {
            let one = |hist: &Hist| vec![(self.frontend(), hist.clone())];
            put(page, "sglang:prompt_tokens_histogram", "Histogram of prompt token length.", one(&requests.prompt_len));
            let help = "Histogram of uncached (compute) prompt token length.";
            put(page, "sglang:uncached_prompt_tokens_histogram", help, one(&requests.uncached_len));
            put(page, "sglang:generation_tokens_histogram", "Histogram of generation token length.", one(&requests.generation_len));
        }
        put(
            page,
            "sglang:inter_token_latency_seconds",
            "Histogram of inter-token latency in seconds.",
            vec![(self.frontend(), requests.itl.clone())],
        );
        if self.version.since(5, 16) && self.setup.server.speculation.is_some() {
            let calls: u64 = self.ranks.iter().map(|r| r.verified).sum();
            page.counter("sglang:spec_verify_calls", "Number of speculative verification calls.", &[(self.frontend(), calls as f64)]);
        }
        if !self.version.since(5, 3) && self.version.since(4, 6) && requests.mean_queue.1 > 0 {
            let mean = requests.mean_queue.0 / requests.mean_queue.1 as f64;
            page.gauge(
                "sglang:avg_request_queue_latency",
                "The average request queue latency for the last batch of requests in seconds.",
                &self.each(|_| mean),
            );
        }
    }

    fn gauges(&self, page: &mut Page, table: &[Gauge]) {
        for gauge in table {
            let version = (self.version.minor, self.version.patch);
            if version < gauge.since
                || version >= gauge.until
                || (gauge.name.starts_with("lora_") && self.setup.server.lora_slots.is_none())
            {
                continue;
            }
            page.gauge(&format!("sglang:{}", gauge.name), gauge.help, &self.each(|r| (gauge.value)(self, r)));
            if gauge.name == "kv_cache_memory_usage_gb" {
                let series: Vec<(Labels, f64)> = (0..self.ranks.len())
                    .flat_map(|rank| GRAPH_PHASES.map(|(phase, _, gb)| (self.scheduler_with(rank, "phase", phase), gb)))
                    .collect();
                page.gauge("sglang:graph_memory_usage_gb", "Memory used by captured device graphs in GB.", &series);
            }
        }
    }

    fn routing_keys(&self, page: &mut Page) {
        if !self.version.since(5, 8) {
            return;
        }
        let edges = ["0", "1", "2", "3", "5", "7", "10", "20", "50", "100", "200", "+Inf"];
        for (name, what) in [("running", "running"), ("all", "running+waiting")] {
            let mut series = Vec::new();
            for rank in 0..self.ranks.len() {
                for pair in edges.windows(2) {
                    let mut labels = self.scheduler_with(rank, "gt", pair[0]);
                    labels.push(("le", pair[1].to_string()));
                    series.push((labels, 0.0));
                }
            }
            let help = format!("Distribution of routing keys by {what} request count (gt < count <= le).");
            page.gauge(&format!("sglang:routing_key_{name}_req_count"), &help, &series);
        }
    }

    pub(super) fn frontend(&self) -> Labels<'static> {
        let mut labels = vec![("model_name", self.setup.server.model.clone())];
        if self.version.since(5, 23) {
            labels.push(("engine_type", self.role().into()));
        }
        labels
    }

    fn frontend_with(&self, key: &'static str, value: &str) -> Labels<'static> {
        let mut labels = self.frontend();
        labels.push((key, value.to_string()));
        labels
    }

    fn role(&self) -> &'static str {
        match self.setup.server.role {
            Role::Prefill if self.version.since(5, 7) => "prefill",
            Role::Decode if self.version.since(5, 7) => "decode",
            _ => "unified",
        }
    }

    pub(super) fn scheduler(&self, rank: usize) -> Labels<'static> {
        let mut labels = vec![
            ("model_name", self.setup.server.model.clone()),
            ("engine_type", self.role().into()),
            ("tp_rank", rank.to_string()),
            ("pp_rank", "0".into()),
        ];
        if self.version.since(5, 7) {
            labels.push(("moe_ep_rank", "0".into()));
        }
        if self.ranks.len() > 1 {
            labels.push(("dp_rank", rank.to_string()));
        }
        labels
    }

    pub(super) fn scheduler_with(&self, rank: usize, key: &'static str, value: &str) -> Labels<'static> {
        let mut labels = self.scheduler(rank);
        labels.push((key, value.to_string()));
        labels
    }

    pub(super) fn each(&self, value: impl Fn(&Rank) -> f64) -> Vec<(Labels<'static>, f64)> {
        self.ranks.iter().enumerate().map(|(rank, r)| (self.scheduler(rank), value(r))).collect()
    }

    fn each_hist<'h>(&'h self, hist: impl Fn(&'h Rank) -> Option<&'h Hist>) -> Vec<(Labels<'static>, &'h Hist)> {
        self.ranks.iter().enumerate().filter_map(|(rank, r)| hist(r).map(|h| (self.scheduler(rank), h))).collect()
    }
}

/// Phase, seconds of capture, memory in GB.
const GRAPH_PHASES: [(&str, f64, f64); 6] = [
    ("prefill", 0.0, 0.0),
    ("decode", 9.7, 1.21),
    ("target_verify", 0.0, 0.0),
    ("draft_prefill", 0.0, 0.0),
    ("draft_decode", 0.0, 0.0),
    ("draft_extend", 0.0, 0.0),
];
