//! The pages of the V0 engine: 0.6 (its own names) and 0.8.5 (several processes).

use super::super::page::{Dialect, Page};
use super::*;

impl Vllm<'_> {
    pub(super) fn v0_page(&self) -> String {
        let late = self.version.since(8, 0);
        let mut page = Page::new(if late { Dialect::Multiprocess } else { Dialect::Python { created: None } });
        let config_help = if late { "Information of the LLMEngine CacheConfig" } else { "information of cache_config" };
        if !late {
            self.process(&mut page, 0.0);
        }
        page.gauge("vllm:cache_config_info", config_help, &[(self.cache_config(0), 1.0)]);
        self.v0_gauges(&mut page, late);
        self.v0_counters(&mut page);
        if late {
            page.gauge("vllm:lora_requests_info", "Running stats on lora requests.", &[(self.lora_labels(0), self.lora_update)]);
            self.v0_live_gauges(&mut page);
        }
        page.histogram("vllm:iteration_tokens_total", "Histogram of number of tokens per engine_step.", &self.hists(|e| &e.step_tokens));
        page.histogram("vllm:time_to_first_token_seconds", "Histogram of time to first token in seconds.", &self.hists(|e| &e.ttft));
        page.histogram("vllm:time_per_output_token_seconds", "Histogram of time per output token in seconds.", &self.hists(|e| &e.itl));
        page.histogram("vllm:e2e_request_latency_seconds", "Histogram of end to end request latency in seconds.", &self.hists(|e| &e.e2e));
        let phase = |name| format!("Histogram of time spent in {name} phase for request.");
        page.histogram("vllm:request_queue_time_seconds", &phase("WAITING"), &self.hists(|e| &e.queue));
        page.histogram("vllm:request_inference_time_seconds", &phase("RUNNING"), &self.hists(|e| &e.inference));
        page.histogram("vllm:request_prefill_time_seconds", &phase("PREFILL"), &self.hists(|e| &e.prefill));
        page.histogram("vllm:request_decode_time_seconds", &phase("DECODE"), &self.hists(|e| &e.decode));
        page.histogram("vllm:request_prompt_tokens", "Number of prefill tokens processed.", &self.hists(|e| &e.prompt_len));
        page.histogram("vllm:request_generation_tokens", "Number of generation tokens processed.", &self.hists(|e| &e.generation_len));
        page.histogram("vllm:request_params_n", "Histogram of the n request parameter.", &self.hists(|e| &e.params_n));
        page.histogram(
            "vllm:request_max_num_generation_tokens",
            "Histogram of maximum number of requested generation tokens.",
            &self.hists(|e| &e.max_generation_len),
        );
        page.histogram("vllm:request_params_max_tokens", "Histogram of the max_tokens request parameter.", &self.hists(|e| &e.max_tokens));
        if !late {
            let speed = "throughput in tokens/s.";
            page.gauge("vllm:avg_prompt_throughput_toks_per_s", &format!("Average prefill {speed}"), &self.each(|e| e.throughput.0));
            page.gauge("vllm:avg_generation_throughput_toks_per_s", &format!("Average generation {speed}"), &self.each(|e| e.throughput.1));
        }
        page.finish()
    }

    fn v0_gauges(&self, page: &mut Page, late: bool) {
        if late {
            return;
        }
        page.gauge(
            "vllm:num_requests_running",
            "Number of requests currently running on GPU.",
            &self.each(|e| f64::from(e.gauges.running)),
        );
        page.gauge("vllm:num_requests_swapped", "Number of requests swapped to CPU.", &self.each(|_| 0.0));
        page.gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.", &self.each(|e| f64::from(e.gauges.waiting)));
        page.gauge("vllm:gpu_cache_usage_perc", "GPU KV-cache usage. 1 means 100 percent usage.", &self.each(|e| e.gauges.kv_usage));
        page.gauge("vllm:cpu_cache_usage_perc", "CPU KV-cache usage. 1 means 100 percent usage.", &self.each(|_| 0.0));
        // -1 says that prefix caching is off.
        page.gauge("vllm:cpu_prefix_cache_hit_rate", "CPU prefix cache block hit rate.", &self.each(|_| -1.0));
        page.gauge("vllm:gpu_prefix_cache_hit_rate", "GPU prefix cache block hit rate.", &self.each(|_| -1.0));
        page.gauge("vllm:lora_requests_info", "Running stats on lora requests.", &[(self.lora_labels(0), self.lora_update)]);
    }

    fn v0_live_gauges(&self, page: &mut Page) {
        page.gauge(
            "vllm:num_requests_running",
            "Number of requests currently running on GPU.",
            &self.each(|e| f64::from(e.gauges.running)),
        );
        page.gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.", &self.each(|e| f64::from(e.gauges.waiting)));
        page.gauge("vllm:gpu_cache_usage_perc", "GPU KV-cache usage. 1 means 100 percent usage.", &self.each(|e| e.gauges.kv_usage));
    }

    fn v0_counters(&self, page: &mut Page) {
        page.counter("vllm:num_preemptions", "Cumulative number of preemption from the engine.", &self.each(|e| e.preemptions as f64));
        page.counter("vllm:prompt_tokens", "Number of prefill tokens processed.", &self.each(|e| e.prompt_tokens as f64));
        page.counter("vllm:generation_tokens", "Number of generation tokens processed.", &self.each(|e| e.generated as f64));
        // Only the reasons that have been seen.
        let seen: Vec<_> = self.engines[0]
            .success
            .iter()
            .map(|(reason, count)| {
                let mut labels = self.labels(0);
                labels.push(("finished_reason", if *reason == Reason::Error { "abort".into() } else { reason.vllm().to_string() }));
                (labels, *count as f64)
            })
            .collect();
        page.counter("vllm:request_success", "Count of successfully processed requests.", &seen);
    }
}
