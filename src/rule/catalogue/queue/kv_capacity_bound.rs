//! Q01: the KV cache is full, so requests wait.

use super::admission::{
    Admission, KV_FULL, KV_ROOM, PREEMPTIONS_PER_REQUEST, RESERVED, full_in_between, gauge_weight, is_usual, lifetime_budget, wait_words,
};

use crate::metrics::{Unit, counted};
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Symptom, Texts, flags, weight,
};
use crate::signal::{BackendId, Counter, Distribution, Gauge};

/// TGI in one snapshot: mean queue time since start from which a queue is more than batch formation.
const WAITED_SECONDS: f64 = 1.0;

pub(super) static RULE: Rule = Rule {
    id: "kv-capacity-bound",
    code: "Q01",
    title: "KV cache full",
    kind: BottleneckType::MemoryPressure,
    role: Role::Cause,
    backends: ALL_BACKENDS,
    explains: &[Symptom::Ttft, Symptom::Itl, Symptom::E2e, Symptom::Queue, Symptom::Throughput],
    texts: Texts {
        sees: "Requests wait while the KV cache is full: usage at 95 % or more, or at 80 % or more with preemptions that show it full in between, or less room than the next request needs, or preemptions at 5 % or more of finished requests. One dump counts past preemptions only; with them 80 % usage makes it possible.",
        why: "A request is admitted only when its tokens fit the KV cache. Once it is full, every further request adds waiting time, and running ones may be preempted and recomputed.",
        what_to_do: "Give the cache more room (memory share, fp8 KV cache, more GPUs or replicas), or need less of it (shorter sequences, fewer at a time).",
        falsifier: "KV usage stays below 80 % at finer sampling, no preemption is counted, and requests still wait.",
        sources: &[
            "vLLM, optimization.md: preemption means too little KV space.",
            "Gateway API Inference Extension: a replica is saturated at 0.80.",
            "SGLang, hyperparameter tuning: token usage above 0.9 is good use, frequent retractions are not.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    let admission = Admission::of(ctx)?;
    if let Some(sentence) = admission.no_queue() {
        return Outcome::clear(sentence);
    }
    if ctx.backend() == BackendId::Tgi && admission.small_budget() == Some(true) {
        return Outcome::clear("Requests wait, but prompts are cut by a small token budget, which is the nearer limit.");
    }
    if admission.memory_bound() || (admission.pressed && admission.deferred != Some(true)) {
        return Ok(fire(ctx, &admission));
    }
    if admission.kv.is_none() && ctx.backend() != BackendId::Tgi {
        return Err(Missing::gauge(ctx.backend(), Gauge::KvUsage));
    }
    match (admission.preempting, admission.reserved) {
        (None, _) if ctx.is_window() => Err(Missing::counter(ctx.backend(), Counter::Preemptions)),
        (_, None) if ctx.backend() == BackendId::Tgi => by_elimination(ctx, &admission),
        (_, None) => {
            Err(Missing::new("the KV capacity and the lengths of requests", "SGLang 0.5.6 or later exports max_total_num_tokens."))
        }
        _ => Outcome::clear(match admission.kv {
            Some(_) => {
                let preempted =
                    if ctx.seen.count(Counter::Preemptions).is_some_and(|count| count.value > 0.0) { "hardly anything" } else { "nothing" };
                format!("Requests wait, but the KV cache is {} and {preempted} is preempted.", ctx.kv_full_now().unwrap_or_default())
            }
            None => "Requests wait, but the reserved tokens are not at a limit.".to_owned(),
        }),
    }
}

/// TGI exports no budget. Its scheduler lets requests wait for tokens, unless a batch size or the prefill budget is the limit, so that a
/// long queue beside a running batch of no chosen size points at tokens even in one snapshot.
fn by_elimination(ctx: &Context<'_>, admission: &Admission) -> Checked {
    let running = ctx.need_gauge(Gauge::Running)?;
    ctx.need_gauge(Gauge::ReservedTokens)?;
    let waited = ctx.need_mean(Distribution::QueueTime)?;
    let worth = ctx.thetas.ttft.as_ref().map_or(WAITED_SECONDS, |theta| theta.seconds);
    if running.value < 1.0 || admission.queue.now < running.value || waited.value < worth || is_usual(running.value) || lifetime_budget(ctx)
    {
        return Err(Missing::second_snapshot());
    }
    Ok(fire(ctx, admission))
}

fn fire(ctx: &Context<'_>, admission: &Admission) -> Outcome {
    let preempting = admission.preempting == Some(true);
    let full = admission.kv_full == Some(true);
    let reserved = admission.reserved == Some(true);
    let mut case = admission.case(ctx, if preempting { Basis::Counters } else { Basis::Gauges });
    case = match ctx.gauge(Gauge::KvUsage) {
        Some(usage) if full => case.sees(gauge_weight(ctx), usage),
        Some(usage) => case.shows(usage),
        None if ctx.backend() == BackendId::Tgi => case.lacks(&Missing::new(
            "the token budget of the batch",
            "TGI logs it at start as “Setting max batch total tokens to …”; its gauge never reaches /metrics.",
        )),
        None => case.lacks(&Missing::gauge(ctx.backend(), Gauge::KvUsage)),
    };
    if preempting {
        if let Some(law) = ctx.law(&ctx.laws.preemptions_per_request, "law.preemptions_per_request", "preemptions per finished request") {
            case = case.sees(weight::COUNTER, law);
        }
    } else if reserved {
        case = reservation(ctx, case);
    } else if admission.pressed && !full {
        let past = ctx.law(&ctx.laws.preemptions_per_request, "law.preemptions_per_request", "preemptions per finished request");
        case = past.into_iter().fold(case, |case, law| case.sees(weight::PROXY, law));
    } else if ctx.backend() == BackendId::Tgi {
        case = case.holds(weight::PROXY);
    }
    case = case.shows(ctx.count(Counter::Preemptions)).shows(ctx.gauge(Gauge::ReservedTokens));
    let Some(measure) = ctx.gauge(Gauge::KvUsage).or_else(|| ctx.gauge(Gauge::ReservedTokens)).or_else(|| ctx.gauge(Gauge::Waiting)) else {
        return Outcome::NotMeasurable(Missing::gauge(ctx.backend(), Gauge::KvUsage));
    };
    let (sentence, headline) = words(ctx, admission);
    let explains: Vec<Symptom> = RULE.explains.iter().copied().filter(|symptom| preempting || *symptom != Symptom::Itl).collect();
    let outcome = case.fire(
        &RULE,
        Account {
            severity: ctx.impact(&explains).severity(),
            sentence,
            headline,
            formula: format!(
                "waiting ≥ 1 all the time, and KV usage ≥ {} or preemptions ≥ {} of finished requests or reservations ≥ {}",
                Unit::Ratio.show(KV_FULL),
                Unit::Ratio.show(PREEMPTIONS_PER_REQUEST),
                Unit::Ratio.show(RESERVED)
            ),
            measure,
            threshold: if admission.pressed && !full { KV_ROOM } else { KV_FULL },
            actions: actions(ctx, preempting),
        },
    );
    match outcome {
        Outcome::Fired(mut finding) => {
            finding.explains = explains;
            Outcome::Fired(finding)
        }
        other => other,
    }
}

fn reservation(ctx: &Context<'_>, case: Case) -> Case {
    match ctx.law(&ctx.laws.kv_reservation, "law.kv_reservation", "KV share that the running requests and the next one need at full length")
    {
        Some(law) => case.sees(weight::LAW, law),
        None => case.holds(weight::LAW),
    }
}

fn words(ctx: &Context<'_>, admission: &Admission) -> (String, String) {
    let waiting = admission.waiting();
    let wait = wait_words(ctx);
    let full = ctx.kv_full_now();
    let preemptions = ctx.seen.count(Counter::Preemptions).map_or(0.0, |count| count.value);
    let event = if ctx.backend() == BackendId::Sglang { "retractions" } else { "preemptions" };
    if admission.preempting == Some(true) {
        let share = full.map_or_else(String::new, |full| format!("; it is {full}"));
        let preemptions = Unit::Count.show(preemptions);
        return (
            format!("{waiting} for room in the KV cache{share}, and {preemptions} {event} were counted."),
            format!("The KV cache is too small for the load: requests wait{wait}, and {preemptions} {event} threw running ones out."),
        );
    }
    if admission.kv_full == Some(true) {
        let full = full.unwrap_or_else(|| "nearly all full".to_owned());
        let past = if !ctx.is_window() && preemptions > 0.0 {
            format!(" {} {event} since start do not tell whether it preempts now.", Unit::Count.show(preemptions))
        } else {
            full_in_between(ctx)
                .map_or_else(String::new, |count| format!(" {} {event} show that it was full in between.", Unit::Count.show(count)))
        };
        return (
            format!("{waiting} while the KV cache is {full}.{past}"),
            format!("Requests wait{wait} for room in the KV cache, which is {full}."),
        );
    }
    if admission.pressed {
        let full = full.unwrap_or_else(|| "nearly all full".to_owned());
        let since = format!("the cache is {full}, and {} were counted since the start", counted(preemptions, "preemption", "preemptions"));
        return (
            format!("{waiting} while {since}; one dump does not tell whether it preempts now."),
            format!("Requests wait{wait}, possibly for room in the KV cache: {since}."),
        );
    }
    let used = full.map_or_else(String::new, |full| format!(", which is {full}"));
    (
        format!("{waiting}; the running ones hold or reserve the KV cache{used}."),
        format!("Requests wait{wait} for tokens in the KV cache, which the running ones have reserved{used}."),
    )
}

fn actions(ctx: &Context<'_>, preempting: bool) -> Vec<Action> {
    let backend = ctx.backend();
    let verify = match backend {
        BackendId::Vllm | BackendId::Sglang => {
            "KV usage P95 below 90 %, fewer than one preemption a minute, shorter queue time at the same load."
        }
        // It exports neither.
        BackendId::Tgi => "More requests in a batch, and a shorter queue and time in queue, at the same load.",
    };
    let config = &ctx.seen.last.config;
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(backend, ctx.version(), flag, change, tradeoff, verify);
    let quantised =
        config.kv_cache_dtype.as_ref().is_some_and(|dtype| !matches!(dtype.value.as_str(), "auto" | "float16" | "bfloat16" | "float32"));
    let fp8 = |value: &str| {
        let change = format!("Store the KV cache as {value}: about twice the tokens in the same memory.");
        advise("--kv-cache-dtype", &change, "Small accuracy loss; check on your own task.").filter(|_| !quantised)
    };
    let candidates = match backend {
        BackendId::Vllm => {
            let fixed = config.kv_cache_memory_bytes.is_some() || config.num_gpu_blocks_override.is_some();
            let share = config.gpu_memory_utilization.as_ref().map_or_else(String::new, |share| format!(" from {}", share.value));
            vec![
                config.num_gpu_blocks_override.as_ref().and_then(|blocks| {
                    let change = format!("Remove it: it holds the cache at {} blocks.", Unit::Count.show(blocks.value));
                    advise("--num-gpu-blocks-override", &change, "The cache then takes all of the configured memory share.")
                }),
                advise(
                    "--gpu-memory-utilization",
                    &format!("Raise it{share} in small steps towards 0.95."),
                    "Less headroom before the GPU runs out of memory.",
                )
                .filter(|_| !fixed),
                fp8("fp8"),
                advise(
                    "--tensor-parallel-size",
                    "Spread the weights over more GPUs, which leaves more memory for KV on each.",
                    "Synchronisation between GPUs on every step.",
                ),
            ]
        }
        BackendId::Sglang => vec![
            advise(
                "--mem-fraction-static",
                "Raise it in steps of 0.01 until start-up runs out of memory, then go one step back.",
                "Less room for activations.",
            ),
            fp8("fp8_e5m2 or fp8_e4m3"),
        ],
        BackendId::Tgi => vec![
            fp8("fp8_e4m3fn"),
            advise("--num-shard", "Spread the model over more GPUs.", "Synchronisation between GPUs on every step."),
        ],
    };
    let mut actions: Vec<Action> = candidates.into_iter().flatten().collect();
    if preempting {
        // More room is the remedy; these stop the waste until there is.
        let (flag, change) = match backend {
            BackendId::Vllm => {
                ("--watermark", "Keep 2 to 5 % of the blocks free at admission, so that fewer running requests are thrown out.")
            }
            _ => ("--schedule-conservativeness", "Raise it from 1.0 to 1.3, so that fewer running requests are thrown out."),
        };
        actions.extend(advise(flag, change, "Fewer requests at a time."));
    }
    actions.push(Action::plain("Add a replica.", "Cost of the hardware.", verify));
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, setting, snapshot, window};
    use crate::rule::{ConfidenceWord, Severity};

    fn crowded(kv: f64) -> Build {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, 10.0)
            .gauge(Gauge::Waiting, 40.0)
            .gauge(Gauge::KvUsage, kv)
            .counter(Counter::Preemptions, 5231.0)
            .counter(Counter::Finished, 100.0)
            .latency(Distribution::Ttft, 100.0, 2.0)
    }

    #[test]
    fn fires_when_preemptions_are_counted_in_the_window() {
        let later = crowded(0.9)
            .counter(Counter::Preemptions, 5300.0)
            .counter(Counter::Finished, 200.0)
            .latency(Distribution::Ttft, 200.0, 2.0)
            .latency(Distribution::Itl, 1.0, 0.01);
        let outcome = check(&RULE, &window(crowded(1.0), later));
        assert_eq!(fired(&outcome).confidence.word, ConfidenceWord::Confirmed);
    }

    #[test]
    fn fires_when_few_preemptions_show_that_it_was_full_between_the_dumps() {
        let after = |preemptions: f64, kv: f64| {
            let later = crowded(kv).counter(Counter::Preemptions, 5231.0 + preemptions).counter(Counter::Finished, 369.0).latency(
                Distribution::Ttft,
                369.0,
                2.0,
            );
            check(&RULE, &window(crowded(kv), later))
        };
        let outcome = after(9.0, 0.88);
        assert_eq!(fired(&outcome).confidence.word, ConfidenceWord::Probable);
        assert!(fired(&outcome).sentence.contains("9 preemptions show that it was full"), "{}", fired(&outcome).sentence);
        assert!(matches!(after(2.0, 0.88), Outcome::Clear(_)));
        assert!(matches!(after(9.0, 0.6), Outcome::Clear(_)));
    }

    #[test]
    fn fires_when_one_snapshot_shows_a_full_cache_and_a_queue_but_only_as_possible() {
        // Handbook 1.4: 0.60 · (1 − 0.65·0.65) = 0.35.
        let outcome = check(&RULE, &snapshot(crowded(0.98)));
        let finding = fired(&outcome);
        assert!((finding.confidence.value - 0.60 * (1.0 - 0.65 * 0.65)).abs() < 1e-12);
        assert_eq!(finding.confidence.word, ConfidenceWord::Possible);
        assert!(finding.severity <= Severity::Medium);
    }

    #[test]
    fn past_preemptions_make_a_nearly_full_cache_in_one_snapshot_a_possible_cause() {
        // As recorded: 73 wait beside 8 running at 82 %, 55 preemptions so far, in the swing between two admissions.
        let pressed = |kv: f64, preemptions: f64| crowded(kv).counter(Counter::Preemptions, preemptions);
        let outcome = check(&RULE, &snapshot(pressed(0.82, 55.0)));
        let finding = fired(&outcome);
        assert!((finding.confidence.value - 0.60 * (1.0 - 0.65 * 0.70)).abs() < 1e-12);
        assert_eq!(finding.confidence.word, ConfidenceWord::Possible);
        assert!(finding.headline.contains("possibly") && finding.headline.contains("55 preemptions"), "{}", finding.headline);
        assert!(matches!(check(&RULE, &snapshot(pressed(0.82, 3.0))), Outcome::Clear(_)), "3 of 100 requests are no pressure");
        assert!(matches!(check(&RULE, &snapshot(pressed(0.79, 55.0))), Outcome::Clear(_)), "there was room");
        let later = pressed(0.82, 55.0).counter(Counter::Finished, 200.0).latency(Distribution::Ttft, 200.0, 2.0);
        assert!(matches!(check(&RULE, &window(pressed(0.82, 55.0), later)), Outcome::Clear(_)), "a window shows that none is preempted");
    }

    #[test]
    fn is_clear_when_the_cache_has_room_however_many_preemptions_the_past_saw() {
        assert!(matches!(check(&RULE, &snapshot(crowded(0.4))), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_the_usage_gauge() {
        let mut blind = crowded(0.98);
        blind.0.gauges.remove(&Gauge::KvUsage);
        assert!(matches!(check(&RULE, &snapshot(blind)), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn fires_when_sglang_reserves_the_cache_at_low_usage() {
        // Observed 16: token usage 0.3 to 0.67 with 8 or 9 running and 140 queued.
        let sglang = |finished: f64| {
            Build::new(BackendId::Sglang)
                .gauge(Gauge::Running, 9.0)
                .gauge(Gauge::Waiting, 140.0)
                .gauge(Gauge::KvUsage, 0.5)
                .counter(Counter::Preemptions, 0.0)
                .counter(Counter::Finished, finished)
                .counter(Counter::PromptTokens, finished * 100.0)
                .counter(Counter::OutputTokens, finished * 400.0)
                .latency(Distribution::Ttft, finished, 9.0)
                .config(|config| config.kv_capacity_tokens = setting(5000.0))
        };
        fired(&check(&RULE, &window(sglang(100.0), sglang(160.0))));
    }

    #[test]
    fn what_verifies_it_on_tgi_is_something_that_tgi_exports() {
        let tgi = Build::new(BackendId::Tgi)
            .gauge(Gauge::Running, 13.0)
            .gauge(Gauge::Waiting, 420.0)
            .gauge(Gauge::ReservedTokens, 5906.0)
            .latency(Distribution::QueueTime, 127.0, 18.7);
        let outcome = check(&RULE, &snapshot(tgi));
        for action in &fired(&outcome).actions {
            assert!(!action.verify.contains("KV usage") && !action.verify.contains("preemption"), "{}", action.verify);
        }
    }
}
