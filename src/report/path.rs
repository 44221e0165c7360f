//! Paths of metrics in words.

/// A metric path as people say it: `ttft.p95` → `TTFT P95`.
#[must_use]
pub fn path_words(path: &str) -> String {
    let (head, tail) = match path.rsplit_once('.') {
        Some((head, tail @ ("p50" | "p90" | "p95" | "p99" | "mean"))) => (head, Some(tail)),
        _ => (path, None),
    };
    let name = match head {
        "ttft" => "TTFT",
        "itl" => "ITL",
        "tpot" => "TPOT",
        "e2e" => "E2E",
        "availability" => "Availability",
        "requests_per_second" => "Requests",
        "output_tokens_per_second" => "Output",
        "queue.waiting" => "Waiting",
        "queue.running" => "Running",
        "kv_cache.usage" => "KV cache",
        "prefix_cache.hit_rate" => "Prefix cache hits",
        "preemptions_per_minute" => "Preemptions",
        "queue_time" => "Time in queue",
        "prefill_time" => "Prefill time",
        "decode_time" => "Decode time",
        other => return tail.map_or_else(|| plain(other), |tail| format!("{} {tail}", plain(other))),
    };
    match tail {
        None => name.to_owned(),
        Some("mean") => format!("{name} mean"),
        Some(tail) => format!("{name} {}", tail.to_ascii_uppercase()),
    }
}

fn plain(path: &str) -> String {
    path.replace(['.', '_'], " ")
}

#[cfg(test)]
mod tests {
    use super::path_words;

    #[test]
    fn paths_become_the_words_of_the_field_and_unknown_ones_stay_readable() {
        for (path, words) in [
            ("ttft.p95", "TTFT P95"),
            ("queue_time.mean", "Time in queue mean"),
            ("queue.waiting", "Waiting"),
            ("speculation.acceptance", "speculation acceptance"),
            ("step_tokens.p99", "step tokens p99"),
            ("", ""),
        ] {
            assert_eq!(path_words(path), words);
        }
    }
}
