//! The page of vLLM's Rust frontend: OpenMetrics with whole numbers, help lines with one dot too many, and without
//! cache configuration, process metrics or creation times. A series appears with its first event.

use super::super::page::{Dialect, Page};
use super::*;

impl Vllm<'_> {
    pub(super) fn rust_page(&self) -> String {
        let mut page = Page::new(Dialect::RustFrontend);
        page.gauge(
            "vllm:num_requests_running",
            "Number of requests in model execution batches.",
            &self.each(|e| f64::from(e.gauges.running)),
        );
        page.gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.", &self.each(|e| f64::from(e.gauges.waiting)));
        let help = "Number of waiting requests by reason. Reason labels: 'capacity' = waiting for scheduling capacity; 'deferred' = deferred by transient constraints (LoRA budget, KV transfer, blocked status). Sum of all reasons equals vllm:num_requests_waiting..";
        let parts = self.split("reason", &["deferred", "capacity"], |e, i| {
            let deferred = e.gauges.deferred.min(e.gauges.waiting);
            f64::from(if i == 0 { deferred } else { e.gauges.waiting - deferred })
        });
        page.gauge("vllm:num_requests_waiting_by_reason", help, &parts);
        page.gauge("vllm:kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", &self.each(|e| e.gauges.kv_usage));
        let queries = "Prefix cache queries, in terms of number of queried tokens.";
        page.counter("vllm:prefix_cache_queries", queries, &self.each(|e| e.prefix_queries as f64));
        page.counter(
            "vllm:prefix_cache_hits",
            "Prefix cache hits, in terms of number of cached tokens..",
            &self.each(|e| e.prefix_hits as f64),
        );
        let steps = "Histogram of computed prompt and generated tokens per nonempty engine output batch..";
        page.histogram("vllm:iteration_tokens_total", steps, &self.hists(|e| &e.step_tokens));
        page.counter("vllm:num_preemptions", "Cumulative number of preemption events..", &self.each(|e| e.preemptions as f64));
        page.counter("vllm:prompt_tokens", "Number of prefill tokens processed..", &self.each(|e| e.prompt_tokens as f64));
        let sources = ["external_kv_transfer", "local_compute", "local_cache_hit"];
        let parts = self.split("source", &sources, |e, i| [0, e.prompt_computed, e.prompt_cached][i] as f64);
        page.counter("vllm:prompt_tokens_by_source", "Number of prompt tokens by source..", &parts);
        page.counter(
            "vllm:prompt_tokens_cached",
            "Number of prompt tokens with prefix cache hits..",
            &self.each(|e| e.prompt_cached as f64),
        );
        page.counter("vllm:generation_tokens", "Number of generation tokens processed..", &self.each(|e| e.generated as f64));
        let reasons = [Some(Reason::Length), None, Some(Reason::Stop), Some(Reason::Error)];
        let parts = self.split("finished_reason", &["length", "abort", "stop", "error"], |e, i| {
            reasons[i].and_then(|reason| e.success.get(&reason)).map_or(0.0, |n| *n as f64)
        });
        page.counter("vllm:request_success", "Count of successfully processed requests..", &parts);
        self.rust_histograms(&mut page);
        if self.http.fine.count > 0 {
            self.rust_http(&mut page);
        }
        page.finish()
    }

    fn rust_histograms(&self, page: &mut Page) {
        page.histogram("vllm:request_prompt_tokens", "Number of prefill tokens processed..", &self.hists(|e| &e.prompt_len));
        page.histogram("vllm:request_generation_tokens", "Number of generation tokens processed..", &self.hists(|e| &e.generation_len));
        let help = "Histogram of the number of times a request was preempted..";
        page.histogram("vllm:request_num_preemptions", help, &self.hists(|e| &e.request_preemptions));
        page.histogram("vllm:time_to_first_token_seconds", "Histogram of time to first token in seconds..", &self.hists(|e| &e.ttft));
        page.histogram("vllm:inter_token_latency_seconds", "Histogram of inter-token latency in seconds..", &self.hists(|e| &e.itl));
        page.histogram("vllm:e2e_request_latency_seconds", "Histogram of e2e request latency in seconds..", &self.hists(|e| &e.e2e));
        let phase = |name| format!("Histogram of time spent in {name} phase for request..");
        page.histogram("vllm:request_queue_time_seconds", &phase("WAITING"), &self.hists(|e| &e.queue));
        page.histogram("vllm:request_inference_time_seconds", &phase("RUNNING"), &self.hists(|e| &e.inference));
        page.histogram("vllm:request_prefill_time_seconds", &phase("PREFILL"), &self.hists(|e| &e.prefill));
        page.histogram("vllm:request_decode_time_seconds", &phase("DECODE"), &self.hists(|e| &e.decode));
        let help = "Histogram of time_per_output_token_seconds per request..";
        page.histogram("vllm:request_time_per_output_token_seconds", help, &self.hists(|e| &e.tpot));
    }

    fn rust_http(&self, page: &mut Page) {
        let http = &self.http;
        let all = [("2xx", http.ok), ("4xx", http.client_error), ("5xx", http.server_error)];
        let seen: Vec<_> = all
            .iter()
            .filter(|(_, n)| *n > 0)
            .map(|(status, n)| {
                let labels =
                    vec![("method", "POST".to_string()), ("status", status.to_string()), ("handler", "/v1/chat/completions".to_string())];
                (labels, *n as f64)
            })
            .collect();
        page.counter("http_requests", "Total number of HTTP requests by method, status, and handler..", &seen);
        let help = "High-resolution duration of HTTP requests in seconds..";
        page.histogram("http_request_duration_highr_seconds", help, &[(vec![], &http.fine)]);
    }
}
