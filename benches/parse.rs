//! How fast texts are read: ratios against prometheus-parse in the same process, throughput, linearity and peak memory.
//!
//! `cargo bench --no-default-features --bench parse`

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use servescope::exposition::{Reader, parse};

fn main() {
    let text = vllm_shaped(4_800_000, "vllm_");
    let colons = vllm_shaped(4_800_000, "vllm:");
    let samples = count(&text);
    assert_eq!(samples, count(&colons), "the twin has the same samples");
    assert_eq!(samples, baseline_count(&text), "both parsers see the same samples");
    println!(
        "text: {:.2} MB, {samples} samples, 3 labels each, names with underscores so that prometheus-parse can read it\n",
        megabytes(text.len())
    );

    let ours = best(15, || black_box(parse(text.as_bytes())).scrapes.len());
    let theirs = best(3, || black_box(baseline(&text)).samples.len());
    let with_colons = best(15, || black_box(parse(colons.as_bytes())).scrapes.len());
    let pieces = best(5, || {
        let mut reader = Reader::new();
        text.as_bytes().chunks(1 << 20).for_each(|piece| reader.push(piece));
        black_box(reader.finish()).scrapes.len()
    });
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    row("servescope", text.len(), ours);
    row("servescope, vllm: names", colons.len(), with_colons);
    row("servescope, pieces of 1 MB", text.len(), pieces);
    row("prometheus-parse 0.2.5", text.len(), theirs);
    println!("\nratio to prometheus-parse: {ratio:.1}x (bar 10x, aim 25x)\n");

    println!("linearity and memory:");
    let mut slowest = (f64::INFINITY, 0.0f64);
    for size in [50_000, 500_000, 5_000_000, 50_000_000, 100_000_000] {
        let text = vllm_shaped(size, "vllm:");
        let time = processor_time(|| drop(black_box(parse(text.as_bytes()))));
        let speed = megabytes(text.len()) / time.as_secs_f64();
        slowest = (slowest.0.min(speed), slowest.1.max(speed));
        let peak = peak_of(|| drop(black_box(parse(text.as_bytes()))));
        let allocations = allocations_of(|| drop(black_box(parse(text.as_bytes()))));
        println!(
            "  {:7.2} MB  {:9.2} ms  {speed:6.0} MB/s  peak {:.2}x the input beside the input itself, {:.4} allocations per sample",
            megabytes(text.len()),
            time.as_secs_f64() * 1e3,
            peak as f64 / text.len() as f64,
            allocations as f64 / count(&text) as f64,
        );
    }
    println!("  slowest size at {:.0} % of the fastest\n", slowest.0 / slowest.1 * 100.0);
    println!("RESULT parse native_ratio={ratio:.1} native_mb_per_s={:.0}", megabytes(text.len()) / ours.as_secs_f64());
}

/// A text in the shape of vLLM's output of as many engines as are needed for its size.
fn vllm_shaped(size: usize, prefix: &str) -> String {
    let mut text = String::with_capacity(size + 200_000);
    // One engine has about 1.9 KB a histogram and 0.2 KB a gauge.
    let engines = (size / 27_500).max(1);
    for (index, name) in ["num_requests_running", "num_requests_waiting", "kv_cache_usage_perc"].iter().enumerate() {
        let _ = writeln!(text, "# HELP {prefix}{name} A gauge of the scheduler.\n# TYPE {prefix}{name} gauge");
        for engine in 0..engines {
            let value = (engine * 37 + index * 11) % 97;
            let _ = writeln!(text, "{prefix}{name}{{engine=\"{engine}\",model_name=\"{MODEL}\",pod=\"vllm-{engine}\"}} {value}.0");
        }
    }
    let bounds = [
        "0.001", "0.005", "0.01", "0.02", "0.04", "0.06", "0.08", "0.1", "0.25", "0.5", "0.75", "1.0", "2.5", "5.0", "7.5", "10.0", "20.0",
        "40.0", "+Inf",
    ];
    for name in [
        "time_to_first_token_seconds",
        "inter_token_latency_seconds",
        "e2e_request_latency_seconds",
        "request_queue_time_seconds",
        "request_prefill_time_seconds",
        "request_decode_time_seconds",
        "request_inference_time_seconds",
        "request_prompt_tokens",
        "request_generation_tokens",
        "iteration_tokens",
    ] {
        let _ = writeln!(text, "# HELP {prefix}{name} A histogram.\n# TYPE {prefix}{name} histogram");
        for engine in 0..engines {
            let mut cumulative = 0;
            for (index, bound) in bounds.iter().enumerate() {
                cumulative += (engine * 31 + index * 17) % 113;
                let _ = writeln!(text, "{prefix}{name}_bucket{{engine=\"{engine}\",le=\"{bound}\",model_name=\"{MODEL}\"}} {cumulative}.0");
            }
            let _ = writeln!(text, "{prefix}{name}_count{{engine=\"{engine}\",model_name=\"{MODEL}\"}} {cumulative}.0");
            let _ = writeln!(
                text,
                "{prefix}{name}_sum{{engine=\"{engine}\",model_name=\"{MODEL}\"}} {}",
                f64::from(cumulative as u32) * 0.123_456_789_123
            );
        }
    }
    text
}

const MODEL: &str = "meta-llama/Llama-3.1-8B-Instruct";

fn count(text: &str) -> usize {
    let parsed = parse(text.as_bytes());
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems.first());
    assert_eq!(parsed.scrapes.len(), 1);
    parsed.scrapes[0].len()
}

fn baseline(text: &str) -> prometheus_parse::Scrape {
    prometheus_parse::Scrape::parse(text.lines().map(|line| Ok(line.to_owned()))).expect("lines that can be read")
}

/// Its samples, where each bucket of a histogram is one.
fn baseline_count(text: &str) -> usize {
    let of = |value: &prometheus_parse::Value| match value {
        prometheus_parse::Value::Histogram(buckets) => buckets.len(),
        prometheus_parse::Value::Summary(quantiles) => quantiles.len(),
        _ => 1,
    };
    baseline(text).samples.iter().map(|sample| of(&sample.value)).sum()
}

fn best(times: usize, mut run: impl FnMut() -> usize) -> Duration {
    let time = |run: &mut dyn FnMut() -> usize| {
        let start = Instant::now();
        black_box(run());
        start.elapsed()
    };
    (0..times).map(|_| time(&mut run)).min().unwrap_or_default()
}

/// Time that the processor spent on one run: on a busy machine a long run waits where a short one does not.
fn processor_time(mut run: impl FnMut()) -> Duration {
    let spent = || {
        let status = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        status.split(' ').next().and_then(|spent| spent.parse().ok()).map(Duration::from_nanos)
    };
    let (start, before) = (Instant::now(), spent());
    let mut runs = 0;
    while runs < 3 || start.elapsed() < Duration::from_millis(600) {
        run();
        runs += 1;
    }
    let time = before.zip(spent()).map_or(start.elapsed(), |(before, after)| after - before);
    time / runs
}

fn row(name: &str, size: usize, time: Duration) {
    println!("{name:28} {:9.2} ms  {:6.0} MB/s", time.as_secs_f64() * 1e3, megabytes(size) / time.as_secs_f64());
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// Counts what is allocated.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static CALLS: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        CALLS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

fn peak_of(run: impl FnOnce()) -> usize {
    let before = NOW.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    run();
    PEAK.load(Ordering::Relaxed) - before
}

fn allocations_of(run: impl FnOnce()) -> usize {
    let before = CALLS.load(Ordering::Relaxed);
    run();
    CALLS.load(Ordering::Relaxed) - before
}
