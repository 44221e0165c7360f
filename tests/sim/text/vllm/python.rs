//! The page of the V1 engine behind vLLM's Python frontend.

use super::super::page::{Dialect, Labels, Page};
use super::*;

impl Vllm<'_> {
    pub(super) fn python_page(&self, now: f64) -> String {
        let from = |minor, patch| self.version.since(minor, patch);
        let created = from(11, 1).then_some(self.started + 47.2);
        let several = self.servers.count > 1;
        let mut page = Page::new(if several { Dialect::Multiprocess } else { Dialect::Python { created } });
        if !several {
            self.process(&mut page, now);
        }
        if from(17, 1) {
            for (name, what) in [
                ("flops", "floating point operations per GPU"),
                ("read_bytes", "bytes read from memory per GPU"),
                ("write_bytes", "bytes written to memory per GPU"),
            ] {
                let help = format!("Estimated number of {what} (for Model Flops Utilization calculations).");
                page.counter(&format!("vllm:estimated_{name}_per_gpu"), &help, &self.each(|_| 0.0));
            }
        }
        self.gauges(&mut page);
        self.counters(&mut page);
        self.lengths(&mut page);
        self.latencies(&mut page);
        let config: Vec<(Labels, f64)> = (0..self.engines.len()).map(|rank| (self.cache_config(rank), 1.0)).collect();
        page.gauge(
            "vllm:cache_config_info",
            "Information of the LLMEngine CacheConfig",
            &config[..if from(9, 0) { config.len() } else { 1 }],
        );
        if let Some(slots) = self.setup.server.lora_slots {
            page.gauge("vllm:lora_requests_info", "Running stats on lora requests.", &self.servers.adapter_sets(slots));
        }
        self.http_families(&mut page);
        page.finish()
    }

    fn gauges(&self, page: &mut Page) {
        let from = |minor, patch| self.version.since(minor, patch);
        page.gauge(
            "vllm:num_requests_running",
            "Number of requests in model execution batches.",
            &self.set(|e| f64::from(e.gauges.running)),
        );
        page.gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.", &self.set(|e| f64::from(e.gauges.waiting)));
        if from(20, 0) {
            let help = "Number of waiting requests by reason. Reason labels: 'capacity' = waiting for scheduling capacity; 'deferred' = deferred by transient constraints (LoRA budget, KV transfer, blocked status). Sum of all reasons equals vllm:num_requests_waiting.";
            let parts = self.split("reason", &["capacity", "deferred"], |e, i| {
                f64::from(if i == 0 {
                    e.gauges.waiting - e.gauges.deferred.min(e.gauges.waiting)
                } else {
                    e.gauges.deferred.min(e.gauges.waiting)
                })
            });
            let shown = |labels: &Labels| labels.iter().any(|(key, rank)| *key == "engine" && self.shows(rank.parse().unwrap_or(0)));
            let parts: Vec<(Labels, f64)> = parts.into_iter().filter(|(labels, _)| shown(labels)).collect();
            page.gauge("vllm:num_requests_waiting_by_reason", help, &parts);
        }
        if from(11, 1) {
            let help = "Engine sleep state; awake = 0 means engine is sleeping; awake = 1 means engine is awake; weights_offloaded = 1 means sleep level 1; discard_all = 1 means sleep level 2.";
            let asleep = self.setup.server.sleeping;
            let parts = self
                .split("sleep_state", &["awake", "weights_offloaded", "discard_all"], |_, i| f64::from(u8::from(i == usize::from(asleep))));
            page.gauge("vllm:engine_sleep_state", help, &parts);
        }
        if !from(11, 0) {
            page.gauge("vllm:gpu_cache_usage_perc", "GPU KV-cache usage. 1 means 100 percent usage.", &self.each(|e| e.gauges.kv_usage));
            let help = |what| {
                format!("GPU prefix cache {what}, in terms of number of {} blocks.", if what == "hits" { "cached" } else { "queried" })
            };
            let block = f64::from(self.setup.server.block);
            page.counter("vllm:gpu_prefix_cache_queries", &help("queries"), &self.each(|e| (e.prefix_queries as f64 / block).floor()));
            page.counter("vllm:gpu_prefix_cache_hits", &help("hits"), &self.each(|e| (e.prefix_hits as f64 / block).floor()));
            return;
        }
        page.gauge("vllm:kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", &self.set(|e| e.gauges.kv_usage));
        page.counter(
            "vllm:prefix_cache_queries",
            "Prefix cache queries, in terms of number of queried tokens.",
            &self.each(|e| e.prefix_queries as f64),
        );
        page.counter(
            "vllm:prefix_cache_hits",
            "Prefix cache hits, in terms of number of cached tokens.",
            &self.each(|e| e.prefix_hits as f64),
        );
        if from(11, 1) {
            let external = "from KV connector cross-instance cache sharing, in terms of number of";
            page.counter(
                "vllm:external_prefix_cache_queries",
                &format!("External prefix cache queries {external} queried tokens."),
                &self.each(|_| 0.0),
            );
            page.counter(
                "vllm:external_prefix_cache_hits",
                &format!("External prefix cache hits {external} cached tokens."),
                &self.each(|_| 0.0),
            );
            let items = "Multi-modal cache";
            page.counter(
                "vllm:mm_cache_queries",
                &format!("{items} queries, in terms of number of queried items."),
                &self.each(|e| e.mm_queries as f64),
            );
            page.counter(
                "vllm:mm_cache_hits",
                &format!("{items} hits, in terms of number of cached items."),
                &self.each(|e| e.mm_hits as f64),
            );
        }
    }

    fn counters(&self, page: &mut Page) {
        let from = |minor, patch| self.version.since(minor, patch);
        if self.setup.server.corrupted_share > 0.0 && from(11, 1) {
            let help = "Corrupted requests, in terms of total number of requests with NaNs in logits.";
            page.counter("vllm:corrupted_requests", help, &self.each(|e| e.corrupted as f64));
        }
        page.counter("vllm:num_preemptions", "Cumulative number of preemption from the engine.", &self.each(|e| e.preemptions as f64));
        page.counter("vllm:prompt_tokens", "Number of prefill tokens processed.", &self.each(|e| e.prompt_tokens as f64));
        if from(16, 0) {
            let sources = ["local_compute", "local_cache_hit", "external_kv_transfer"];
            let parts = self.split("source", &sources, |e, i| [e.prompt_computed, e.prompt_cached, 0][i] as f64);
            page.counter("vllm:prompt_tokens_by_source", "Number of prompt tokens by source.", &parts);
            page.counter(
                "vllm:prompt_tokens_cached",
                "Number of cached prompt tokens (local + external).",
                &self.each(|e| e.prompt_cached as f64),
            );
        }
        if from(16, 0) && !from(20, 0) {
            page.counter("vllm:prompt_tokens_recomputed", "Number of cached tokens recomputed for forward pass.", &self.each(|_| 0.0));
        }
        if from(32, 0) {
            let help = "Prefix-cache hit tokens by the cache tier that supplied them: device (local HBM), host (offloaded to DRAM), disk, p2p (transferred from another vLLM instance) or external_unspecified. Counted at admission; sums to vllm:prefix_cache_hits + vllm:external_prefix_cache_hits.";
            let tiers = ["device", "host", "p2p", "disk", "external_unspecified"];
            let parts = self.split("source", &tiers, |e, i| if i == 0 { e.cached_at_admission as f64 } else { 0.0 });
            page.counter("vllm:prompt_tokens_cached_by_source", help, &parts);
        }
        page.counter("vllm:generation_tokens", "Number of generation tokens processed.", &self.each(|e| e.generated as f64));
        let names = ["stop", "length", "abort", "error", "repetition"];
        let shown = if from(17, 1) {
            5
        } else if from(13, 0) {
            4
        } else {
            3
        };
        let parts = self.split("finished_reason", &names[..shown], |e, i| {
            let reason = [Some(Reason::Stop), Some(Reason::Length), None, Some(Reason::Error), Some(Reason::Repetition)][i];
            reason.and_then(|r| e.success.get(&r)).map_or(0.0, |n| *n as f64)
        });
        page.counter("vllm:request_success", "Count of successfully processed requests.", &parts);
        if from(32, 0) {
            let reasons = ["max_num_queued_reqs", "max_num_queued_tokens"];
            let parts: Vec<(Labels, f64)> = reasons
                .iter()
                .map(|reason| {
                    let count = if *reason == "max_num_queued_reqs" { self.rejected as f64 } else { 0.0 };
                    (vec![("model_name", self.setup.server.model.clone()), ("reason", reason.to_string())], count)
                })
                .collect();
            page.counter("vllm:admission_rejections", "Number of admission attempts rejected by a queue limit, by reason.", &parts);
        }
        if self.setup.server.speculation.is_some() {
            page.counter("vllm:spec_decode_num_drafts", "Number of spec decoding drafts.", &self.each(|e| e.drafts as f64));
            page.counter("vllm:spec_decode_num_draft_tokens", "Number of draft tokens.", &self.each(|e| e.draft_tokens as f64));
            page.counter(
                "vllm:spec_decode_num_accepted_tokens",
                "Number of accepted tokens.",
                &self.each(|e| e.accepted_at.iter().sum::<u64>() as f64),
            );
            let positions: Vec<String> = (0..self.engines[0].accepted_at.len()).map(|p| p.to_string()).collect();
            let names: Vec<&str> = positions.iter().map(String::as_str).collect();
            let parts = self.split("position", &names, |e, i| e.accepted_at[i] as f64);
            page.counter("vllm:spec_decode_num_accepted_tokens_per_pos", "Accepted tokens per draft position.", &parts);
        }
    }

    fn lengths(&self, page: &mut Page) {
        page.histogram("vllm:request_prompt_tokens", "Number of prefill tokens processed.", &self.hists(|e| &e.prompt_len));
        page.histogram("vllm:request_generation_tokens", "Number of generation tokens processed.", &self.hists(|e| &e.generation_len));
        page.histogram("vllm:iteration_tokens_total", "Histogram of number of tokens per engine_step.", &self.hists(|e| &e.step_tokens));
        page.histogram(
            "vllm:request_max_num_generation_tokens",
            "Histogram of maximum number of requested generation tokens.",
            &self.hists(|e| &e.max_generation_len),
        );
        page.histogram("vllm:request_params_n", "Histogram of the n request parameter.", &self.hists(|e| &e.params_n));
        page.histogram("vllm:request_params_max_tokens", "Histogram of the max_tokens request parameter.", &self.hists(|e| &e.max_tokens));
    }

    fn latencies(&self, page: &mut Page) {
        let from = |minor, patch| self.version.since(minor, patch);
        page.histogram("vllm:time_to_first_token_seconds", "Histogram of time to first token in seconds.", &self.hists(|e| &e.ttft));
        if !from(12, 0) {
            let note = if from(11, 0) { "DEPRECATED: Use vllm:inter_token_latency_seconds instead." } else { "" };
            let help = format!("Histogram of time per output token in seconds.{note}");
            page.histogram("vllm:time_per_output_token_seconds", &help, &self.hists(|e| &e.itl));
        }
        if from(10, 2) {
            page.histogram("vllm:inter_token_latency_seconds", "Histogram of inter-token latency in seconds.", &self.hists(|e| &e.itl));
        }
        if from(11, 0) {
            page.histogram(
                "vllm:request_time_per_output_token_seconds",
                "Histogram of time_per_output_token_seconds per request.",
                &self.hists(|e| &e.tpot),
            );
        }
        page.histogram("vllm:e2e_request_latency_seconds", "Histogram of e2e request latency in seconds.", &self.hists(|e| &e.e2e));
        let phase = |name| format!("Histogram of time spent in {name} phase for request.");
        page.histogram("vllm:request_queue_time_seconds", &phase("WAITING"), &self.hists(|e| &e.queue));
        page.histogram("vllm:request_inference_time_seconds", &phase("RUNNING"), &self.hists(|e| &e.inference));
        page.histogram("vllm:request_prefill_time_seconds", &phase("PREFILL"), &self.hists(|e| &e.prefill));
        page.histogram("vllm:request_decode_time_seconds", &phase("DECODE"), &self.hists(|e| &e.decode));
        if from(30, 0) {
            let help = "Histogram of the number of times a request was preempted.";
            page.histogram("vllm:request_num_preemptions", help, &self.hists(|e| &e.request_preemptions));
        }
        if from(13, 0) {
            let help = "Histogram of new KV tokens computed during prefill (excluding cached tokens).";
            page.histogram("vllm:request_prefill_kv_computed_tokens", help, &self.hists(|e| &e.computed_len));
        }
    }

    /// Prometheus' own view of the API server's process.
    pub(super) fn process(&self, page: &mut Page, now: f64) {
        let up = EPOCH + now - self.started;
        let busy: f64 = self.engines.iter().map(|e| e.generated as f64 * 1.5e-5 + e.ttft.count as f64 * 4e-4).sum();
        let generation = |n: usize, value: f64| (vec![("generation", n.to_string())], value);
        let gc = |a: f64, b: f64, c: f64| [generation(0, a), generation(1, b), generation(2, c)];
        let requests = self.http.fine.count as f64;
        // These are registered by the client library itself, which never shows when they were made.
        let mut own = Page::new(Dialect::Python { created: None });
        own.counter("python_gc_objects_collected", "Objects collected during gc", &gc(14_019.0 + 3.0 * requests, 2893.0, 970.0));
        own.counter("python_gc_objects_uncollectable", "Uncollectable objects found during GC", &gc(0.0, 0.0, 0.0));
        own.counter(
            "python_gc_collections",
            "Number of times this generation was collected",
            &gc(1845.0 + (requests / 9.0).floor(), 167.0, 11.0),
        );
        let info = [("implementation", "CPython"), ("major", "3"), ("minor", "12"), ("patchlevel", "11"), ("version", "3.12.11")];
        own.gauge("python_info", "Python platform information", &[(info.map(|(k, v)| (k, v.to_string())).to_vec(), 1.0)]);
        own.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", &[(vec![], 10_214_653_952.0)]);
        own.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", &[(vec![], 1_044_070_400.0)]);
        own.gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", &[(vec![], self.started)]);
        let cpu = ((19.0 + 0.004 * up + busy + self.http.frontend_s) * 100.0).round() / 100.0;
        own.counter("process_cpu_seconds", "Total user and system CPU time spent in seconds.", &[(vec![], cpu)]);
        own.gauge("process_open_fds", "Number of open file descriptors.", &[(vec![], 134.0)]);
        own.gauge("process_max_fds", "Maximum number of open file descriptors.", &[(vec![], 1_048_576.0)]);
        page.append(&own.finish());
    }

    pub(super) fn http_families(&self, page: &mut Page) {
        let http = &self.http;
        if http.fine.count == 0 {
            return;
        }
        let handler = "/v1/chat/completions".to_string();
        let post = |status: &str| vec![("handler", handler.clone()), ("method", "POST".to_string()), ("status", status.to_string())];
        let all = [("2xx", http.ok), ("4xx", http.client_error), ("5xx", http.server_error)];
        let seen: Vec<(Labels, f64)> = all.iter().filter(|(_, n)| *n > 0).map(|(status, n)| (post(status), *n as f64)).collect();
        page.counter("http_requests", "Total number of requests by method, status and handler.", &seen);
        let by_handler = vec![("handler", handler.clone())];
        let count = http.fine.count as f64;
        let sized = |what| {
            format!("Content length of {what} by handler. Only value of header is respected. Otherwise ignored. No percentile calculated. ")
        };
        page.summary(
            "http_request_size_bytes",
            &sized("incoming requests"),
            &[(by_handler.clone(), count, http.request_bytes.round())],
            &[],
        );
        page.summary("http_response_size_bytes", &sized("outgoing responses"), &[(by_handler, count, 0.0)], &[]);
        let fine = "Latency with many buckets but no API specific labels. Made for more accurate percentile calculations. ";
        page.histogram("http_request_duration_highr_seconds", fine, &[(vec![], &http.fine)]);
        let coarse = "Latency with only few buckets by handler. Made to be only used if aggregation by handler is important. ";
        page.histogram("http_request_duration_seconds", coarse, &[(vec![("handler", handler), ("method", "POST".into())], &http.coarse)]);
    }

    pub(super) fn lora_labels(&self, slots: u32) -> Labels<'static> {
        let join = |ids: &[u32]| ids.iter().map(|id| format!("adapter-{id:02}")).collect::<Vec<_>>().join(",");
        let gauges = &self.engines[0].gauges;
        vec![
            ("max_lora", slots.to_string()),
            ("running_lora_adapters", join(&gauges.running_adapters)),
            ("waiting_lora_adapters", join(&gauges.waiting_adapters)),
        ]
    }

    pub(super) fn labels(&self, rank: usize) -> Labels<'static> {
        let model = ("model_name", self.setup.server.model.clone());
        match self.version.flavour {
            Flavour::V0 => vec![model],
            Flavour::Rust | Flavour::Python => vec![model, ("engine", rank.to_string())],
        }
    }

    pub(super) fn each(&self, value: impl Fn(&Engine) -> f64) -> Vec<(Labels<'static>, f64)> {
        self.engines.iter().enumerate().map(|(rank, engine)| (self.labels(rank), value(engine))).collect()
    }

    /// Whether a rank's gauges are shown.
    fn shows(&self, rank: usize) -> bool {
        self.servers.count < 2 || self.engines[rank].stepped
    }

    /// Gauges that steps set.
    fn set(&self, value: impl Fn(&Engine) -> f64) -> Vec<(Labels<'static>, f64)> {
        let all = self.each(value).into_iter().enumerate();
        all.filter(|(rank, _)| self.shows(*rank)).map(|(_, series)| series).collect()
    }

    pub(super) fn hists<'h>(&'h self, hist: impl Fn(&'h Engine) -> &'h Hist) -> Vec<(Labels<'static>, &'h Hist)> {
        self.engines.iter().enumerate().map(|(rank, engine)| (self.labels(rank), hist(engine))).collect()
    }

    /// One series per value of a further label.
    pub(super) fn split(&self, key: &'static str, names: &[&str], value: impl Fn(&Engine, usize) -> f64) -> Vec<(Labels<'static>, f64)> {
        let mut series = Vec::new();
        for (rank, engine) in self.engines.iter().enumerate() {
            for (index, name) in names.iter().enumerate() {
                let mut labels = self.labels(rank);
                labels.push((key, name.to_string()));
                series.push((labels, value(engine, index)));
            }
        }
        series
    }
}
