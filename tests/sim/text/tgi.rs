//! TGI's metrics. Families appear with their first event; latencies and tokens are recorded for successful requests
//! only; there is no time to first token and no cache gauge.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::event::{Event, Outcome, Reason, Step};
use super::super::setup::{Policy, Setup};
use super::Writer;
use super::hist::Hist;
use super::page::{Dialect, Labels, Page};
use super::version::Version;

const METHODS: [&str; 2] = ["prefill", "decode"];

pub struct Tgi<'a> {
    setup: &'a Setup,
    version: Version,
    count: u64,
    success: u64,
    failures: BTreeMap<&'static str, u64>,
    queue_size: Option<u64>,
    batch: Option<(u64, u64)>,
    request: Hist,
    validation: Hist,
    queue: Hist,
    inference: Hist,
    per_token: Hist,
    generated: Hist,
    input: Hist,
    max_new: Hist,
    skipped: (u64, u64),
    next_size: Hist,
    merges: BTreeMap<&'static str, u64>,
    concat: Hist,
    by_method: [Batch; 2],
    waiting: u64,
}

/// What is measured per kind of shard call.
struct Batch {
    calls: u64,
    inference: Hist,
    forward: Hist,
    decode: Hist,
    filter: Hist,
}

/// 0.0001 · 1.5^k for k = 1 … 35.
fn durations() -> Rc<[f64]> {
    let mut bound = 1e-4;
    (0..35)
        .map(|_| {
            bound *= 1.5;
            bound
        })
        .collect()
}

fn hundredths(max: u32) -> Rc<[f64]> {
    let width = f64::from(max) / 100.0;
    (1..=100).map(|k| width * f64::from(k)).collect()
}

impl<'a> Tgi<'a> {
    pub fn new(setup: &'a Setup, version: Version) -> Tgi<'a> {
        let seconds = durations();
        let total = setup.server.max_model_len;
        let sizes: Rc<[f64]> = (1..=1024).map(f64::from).collect();
        let batch = || Batch {
            calls: 0,
            inference: Hist::new(&seconds),
            forward: Hist::new(&seconds),
            decode: Hist::new(&seconds),
            filter: Hist::new(&seconds),
        };
        Tgi {
            setup,
            version,
            count: 0,
            success: 0,
            failures: BTreeMap::new(),
            queue_size: None,
            batch: None,
            request: Hist::new(&seconds),
            validation: Hist::new(&seconds),
            queue: Hist::new(&seconds),
            inference: Hist::new(&seconds),
            per_token: Hist::new(&seconds),
            generated: Hist::new(&hundredths(total)),
            input: Hist::new(&hundredths(total - 1)),
            max_new: Hist::new(&hundredths(total)),
            skipped: (0, 0),
            next_size: Hist::new(&sizes),
            merges: BTreeMap::new(),
            concat: Hist::new(&seconds),
            by_method: [batch(), batch()],
            waiting: 0,
        }
    }

    /// Help lines, and skipped tokens as a summary, came with 2.3.
    fn described(&self) -> bool {
        (self.version.major, self.version.minor) >= (2, 3)
    }

    fn fail(&mut self, err: &'static str) {
        *self.failures.entry(err).or_insert(0) += 1;
    }

    fn finished(&mut self, reason: Reason, outcome: &Outcome) {
        if reason == Reason::Error {
            self.fail("generation");
            return;
        }
        let scheduled = outcome.scheduled.unwrap_or(outcome.ended);
        let inference = outcome.ended - scheduled;
        self.success += 1;
        self.request.observe(outcome.ended - outcome.arrived);
        self.validation.observe(outcome.queued - outcome.arrived);
        self.queue.observe(scheduled - outcome.queued);
        self.inference.observe(inference);
        self.per_token.observe(inference / f64::from(outcome.output.max(1)));
        self.generated.observe(f64::from(outcome.output));
    }

    fn step(&mut self, step: &Step) {
        let batch = &mut self.by_method[usize::from(step.prefill_tokens == 0)];
        batch.calls += 1;
        batch.inference.observe(step.seconds);
        batch.forward.observe(step.forward_s);
        let sequences = f64::from(step.prefill_sequences + step.decode_sequences);
        batch.decode.observe(4e-5 + 6e-6 * sequences);
        batch.filter.observe(2e-5 + 2e-6 * sequences);
        if step.admitted > 0 {
            self.next_size.observe(f64::from(step.admitted));
        }
        if let Some(reason) = step.merged {
            *self.merges.entry(reason).or_insert(0) += 1;
            self.concat.observe(0.0014);
        }
        let extra: u32 = step.accepted_at.iter().sum();
        self.skipped.0 += u64::from(step.outputs);
        self.skipped.1 += u64::from(extra);
        // Set when a batch is formed or a decode ends; a first prompt batch alone changes nothing.
        self.waiting = u64::from(step.gauges.waiting);
        self.queue_size = Some(self.waiting);
        self.batch = Some((u64::from(step.gauges.running), u64::from(step.gauges.reserved)));
    }

    fn duration(&self, page: &mut Page, name: &str, help: &str, hist: &Hist) {
        if hist.count > 0 {
            page.histogram(name, help, &[(vec![], hist)]);
        }
    }

    fn by_method(&self, page: &mut Page, name: &str, help: &str, hist: fn(&Batch) -> &Hist) {
        let series: Vec<(Labels, &Hist)> = METHODS
            .iter()
            .zip(&self.by_method)
            .filter(|(_, batch)| batch.calls > 0)
            .map(|(method, batch)| (vec![("method", method.to_string())], hist(batch)))
            .collect();
        if !series.is_empty() {
            page.histogram(name, help, &series);
        }
    }

    fn counters(&self, page: &mut Page) {
        if self.success > 0 {
            page.counter("tgi_request_success", "Number of successful requests", &[(vec![], self.success as f64)]);
        }
        if !self.merges.is_empty() {
            let series: Vec<(Labels, f64)> =
                self.merges.iter().map(|(reason, n)| (vec![("reason", reason.to_string())], *n as f64)).collect();
            page.counter("tgi_batch_concat", "", &series);
        }
        page.counter("tgi_request_count", "Total number of requests", &[(vec![], self.count as f64)]);
        if !self.failures.is_empty() {
            let series: Vec<(Labels, f64)> = self.failures.iter().map(|(err, n)| (vec![("err", err.to_string())], *n as f64)).collect();
            page.counter("tgi_request_failure", "", &series);
        }
        let calls: Vec<(Labels, f64)> = METHODS
            .iter()
            .zip(&self.by_method)
            .filter(|(_, batch)| batch.calls > 0)
            .map(|(method, batch)| (vec![("method", method.to_string())], batch.calls as f64))
            .collect();
        if !calls.is_empty() {
            let help = |what| format!("{what} per method (prefill or decode)");
            page.counter("tgi_batch_inference_success", &help("Number of successful inference calls"), &calls);
            page.counter("tgi_batch_inference_count", &help("Inference calls"), &calls);
        }
    }

    fn skipped(&self, page: &mut Page) {
        let (count, sum) = self.skipped;
        if count == 0 {
            return;
        }
        let name = "tgi_request_skipped_tokens";
        if self.described() {
            let drafts = self.setup.server.speculation.as_ref().map_or(0.0, |s| f64::from(s.tokens));
            let mean = sum as f64 / count as f64;
            let quantiles = [0.0, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0]
                .map(|q| (q, if sum == 0 { 0.0 } else { (drafts * q * q).min(drafts).max(mean * q).round() }));
            page.summary(name, "Speculated tokens per request", &[(vec![], count as f64, sum as f64)], &quantiles);
        } else {
            let drafts = self.setup.server.speculation.as_ref().map_or(0, |s| s.tokens);
            let mut hist = Hist::of(&(0..=drafts).map(f64::from).collect::<Vec<_>>());
            hist.observe_many(sum as f64 / count as f64, count);
            page.histogram(name, "", &[(vec![], &hist)]);
        }
    }
}

impl Writer for Tgi<'_> {
    fn observe(&mut self, _at: f64, _rank: usize, event: &Event) {
        match event {
            // The chat route counts a request in its own handler and in the one that it calls.
            Event::Received { .. } => self.count += if self.setup.loads[0].chat_route { 2 } else { 1 },
            Event::ClientError => self.fail("validation"),
            Event::Rejected => self.fail("overloaded"),
            Event::Queued { prompt, max_new, .. } => {
                let segment = if self.setup.server.policy == Policy::TgiChunked { (*max_new).min(1024) } else { *max_new };
                self.input.observe(f64::from(*prompt));
                self.max_new.observe(f64::from(segment));
                self.waiting += 1;
                self.queue_size = Some(self.waiting);
            }
            Event::Finished { reason, outcome } => self.finished(*reason, outcome),
            Event::Aborted { .. } => self.fail("dropped"),
            Event::Step(step) => self.step(step),
            Event::Idle(gauges) => {
                self.waiting = u64::from(gauges.waiting);
                self.queue_size = self.queue_size.map(|_| self.waiting);
                self.batch = self.batch.map(|_| (0, 0));
            }
            Event::Restarted => *self = Tgi::new(self.setup, self.version),
            _ => {}
        }
    }

    fn page(&mut self, _now: f64) -> String {
        let help = self.described();
        let mut page = Page::new(Dialect::Tgi { help });
        if self.count == 0 {
            return String::new();
        }
        self.counters(&mut page);
        if let Some(size) = self.queue_size {
            page.gauge("tgi_queue_size", "Current queue size", &[(vec![], size as f64)]);
        }
        if let Some((size, reserved)) = self.batch {
            page.gauge("tgi_batch_current_max_tokens", "Maximum tokens for the current batch", &[(vec![], reserved as f64)]);
            page.gauge("tgi_batch_current_size", "Current batch size", &[(vec![], size as f64)]);
        }
        self.duration(&mut page, "tgi_request_input_length", "Input token length per request", &self.input);
        self.duration(&mut page, "tgi_request_max_new_tokens", "Maximum new tokens per request", &self.max_new);
        self.duration(&mut page, "tgi_request_inference_duration", "Request inference duration", &self.inference);
        self.skipped(&mut page);
        self.by_method(&mut page, "tgi_batch_forward_duration", "Batch forward duration per method (prefill or decode)", |b| &b.forward);
        self.duration(&mut page, "tgi_request_duration", "Request duration", &self.request);
        self.duration(&mut page, "tgi_request_validation_duration", "Request validation duration", &self.validation);
        self.duration(&mut page, "tgi_request_queue_duration", "Request queue duration", &self.queue);
        let filter = "Time spent filtering batches and sending generated tokens per method (prefill or decode)";
        self.by_method(&mut page, "tgi_batch_filter_duration", filter, |b| &b.filter);
        self.by_method(&mut page, "tgi_batch_inference_duration", "Batch inference duration", |b| &b.inference);
        self.duration(&mut page, "tgi_request_mean_time_per_token_duration", "Mean time per token per request", &self.per_token);
        if self.concat.count > 0 {
            page.histogram("tgi_batch_concat_duration", "", &[(vec![("method", "decode".to_string())], &self.concat)]);
        }
        self.duration(&mut page, "tgi_request_generated_tokens", "Generated tokens per request", &self.generated);
        self.by_method(&mut page, "tgi_batch_decode_duration", "Time spent decoding a batch per method (prefill or decode)", |b| &b.decode);
        self.duration(&mut page, "tgi_batch_next_size", "Batch size of the next batch", &self.next_size);
        page.finish()
    }
}
