//! K03: the KV cache could be larger on the same hardware.

use crate::metrics::Unit;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Severity, Texts, flags, weight,
};
use crate::signal::{BackendId, Counter, Gauge, Reading, TimeBase};

/// vLLM: a memory share at or below this leaves room (defaults 0.90 and 0.92).
const SMALL_SHARE: f64 = 0.85;
/// SGLang: GPU memory left after start, GB; 5 to 8 is right, more than 10 is waste, less than 3 is a risk (its tuning guide).
const TOO_MUCH_LEFT_GB: f64 = 10.0;
const TOO_LITTLE_LEFT_GB: f64 = 3.0;
/// KV usage from which the cache is under pressure (saturated-replica limit of two gateways).
const PRESSURE: f64 = 0.80;

pub(super) static RULE: Rule = Rule {
    id: "kv-under-allocated",
    code: "K03",
    title: "KV cache smaller than it could be",
    kind: BottleneckType::MemoryPressure,
    role: Role::Risk,
    backends: VLLM_SGLANG,
    explains: &[],
    texts: Texts {
        sees: "The KV cache is under pressure while memory is left over: vLLM runs with a memory share of 0.85 or less, SGLang kept more than 10 GB free after start. It also warns when SGLang kept less than 3 GB.",
        why: "Memory that neither weights nor cache use serves nobody, while requests wait for cache.",
        what_to_do: "Raise the share that the server may take.",
        falsifier: "The free memory is needed by another process on the same GPU.",
        sources: &[
            "SGLang, hyperparameter tuning: 5 to 8 GB available after start is right.",
            "vLLM, optimization.md: gpu_memory_utilization.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    match ctx.backend() {
        BackendId::Sglang => sglang(ctx),
        BackendId::Vllm | BackendId::Tgi => vllm(ctx),
    }
}

/// Somebody waits for memory, or is thrown out of it. False only when each way is known to be.
fn pressure(ctx: &Context<'_>) -> Result<bool, Missing> {
    let usage = ctx.need_gauge(Gauge::KvUsage).map(|usage| usage.value >= PRESSURE);
    let reserved = match ctx.backend() {
        BackendId::Sglang => ctx.laws.kv_reservation.as_ref().is_some_and(|law| law.value >= PRESSURE),
        BackendId::Vllm | BackendId::Tgi => false,
    };
    let preempted = match ctx.is_window() {
        true => ctx.need_count(Counter::Preemptions).map(|count| count.value > 0.0),
        false => Ok(false),
    };
    if preempted == Ok(true) {
        return Ok(true);
    }
    let queue = ctx.queue()?;
    if queue.standing && (usage == Ok(true) || reserved) {
        return Ok(true);
    }
    usage?;
    preempted
}

/// How memory is short, to end a sentence with.
fn shortage(ctx: &Context<'_>) -> String {
    let waiting = ctx.queue().is_ok_and(|queue| queue.standing);
    match ctx.kv_full_now() {
        Some(full) if waiting => format!("while requests wait and the KV cache is {full}"),
        Some(full) => format!("while the KV cache is {full}"),
        None => "while the KV cache is short".to_owned(),
    }
}

fn sglang(ctx: &Context<'_>) -> Checked {
    let left = ctx.need_gauge(Gauge::AvailableGpuMemory)?;
    let shown = Unit::Gigabytes.show(left.value);
    let measure =
        Evidence::new(Gauge::AvailableGpuMemory.path(), Gauge::AvailableGpuMemory.words(), left.clone(), ctx.seen.last.text_index);
    if left.value < TOO_LITTLE_LEFT_GB {
        let change = "Lower it a little.";
        let action =
            flags::advise(ctx.backend(), ctx.version(), "--mem-fraction-static", change, "Fewer KV tokens.", "5 to 8 GB free after start.");
        let words = format!("Only {shown} of GPU memory were left after start: a large prefill may run out of memory.");
        return Ok(fire(ctx, measure, TOO_LITTLE_LEFT_GB, &words, action, true));
    }
    if left.value <= TOO_MUCH_LEFT_GB {
        return Outcome::clear(format!("{shown} were left after start."));
    }
    if !pressure(ctx)? {
        return Outcome::clear(format!("{shown} were left after start, and nobody waits for memory."));
    }
    let change = "Raise it in steps of 0.01 until start-up runs out of memory, then go one step back.";
    let action = flags::advise(
        ctx.backend(),
        ctx.version(),
        "--mem-fraction-static",
        change,
        "Less room for activations.",
        "More KV tokens, 5 to 8 GB free after start.",
    );
    Ok(fire(ctx, measure, TOO_MUCH_LEFT_GB, &format!("{shown} of GPU memory were left after start, {}.", shortage(ctx)), action, false))
}

fn vllm(ctx: &Context<'_>) -> Checked {
    let config = &ctx.seen.last.config;
    let share = config
        .gpu_memory_utilization
        .as_ref()
        .ok_or_else(|| Missing::new("the GPU memory share", "vLLM exports it in cache_config_info, except with the Rust frontend."))?;
    if config.kv_cache_memory_bytes.is_some() {
        return Outcome::clear("The KV size is fixed in bytes; the memory share does not matter.");
    }
    if share.value > SMALL_SHARE {
        return Outcome::clear(format!("The memory share is {}.", share.value));
    }
    if !pressure(ctx)? {
        return Outcome::clear(format!("The memory share is {}, and nobody waits for memory.", share.value));
    }
    let reading = Reading { value: share.value, unit: Unit::Ratio, time_base: TimeBase::Config, source: share.source.clone() };
    let measure = Evidence::new("config.gpu_memory_utilization", "GPU memory share", reading, ctx.seen.last.text_index);
    let change = format!("Raise it from {} in small steps towards 0.92.", share.value);
    let action = flags::advise(
        ctx.backend(),
        ctx.version(),
        "--gpu-memory-utilization",
        change,
        "Less headroom before the GPU runs out of memory.",
        "KV capacity rises and the queue shrinks.",
    );
    let words = format!("vLLM may use {} of the GPU memory only, {}.", Unit::Ratio.show(share.value), shortage(ctx));
    Ok(fire(ctx, measure, SMALL_SHARE, &words, action, false))
}

fn fire(ctx: &Context<'_>, measure: Evidence, threshold: f64, words: &str, action: Option<Action>, risk: bool) -> Outcome {
    let severity = if risk { Severity::Low } else { Severity::Medium };
    let case = Case::new(ctx, Basis::Settings).sees(weight::GAUGE_SUSTAINED, measure.clone()).shows(ctx.gauge(Gauge::KvUsage));
    case.fire(
        &RULE,
        Account {
            severity,
            sentence: words.to_owned(),
            headline: words.to_owned(),
            formula: format!("{} {} against {}", measure.label, measure.shown, measure.unit.show(threshold)),
            measure,
            threshold,
            actions: action.into_iter().collect(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, setting, snapshot};

    fn vllm_with(share: f64, kv: f64) -> Build {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, 10.0)
            .gauge(Gauge::Waiting, 40.0)
            .gauge(Gauge::KvUsage, kv)
            .config(|config| config.gpu_memory_utilization = setting(share))
    }

    #[test]
    fn fires_when_memory_is_left_over_and_requests_wait_for_it() {
        fired(&check(&RULE, &snapshot(vllm_with(0.7, 0.97))));
        let sglang = Build::new(BackendId::Sglang)
            .gauge(Gauge::Running, 10.0)
            .gauge(Gauge::Waiting, 40.0)
            .gauge(Gauge::KvUsage, 0.97)
            .gauge(Gauge::AvailableGpuMemory, 14.0);
        fired(&check(&RULE, &snapshot(sglang.clone())));
        assert_eq!(fired(&check(&RULE, &snapshot(sglang.gauge(Gauge::AvailableGpuMemory, 2.0)))).severity, Severity::Low);
    }

    #[test]
    fn is_clear_when_nobody_waits_for_memory() {
        assert!(matches!(check(&RULE, &snapshot(vllm_with(0.7, 0.2))), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &snapshot(vllm_with(0.92, 0.97))), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_the_setting() {
        let mut blind = vllm_with(0.7, 0.97);
        blind.0.config.gpu_memory_utilization = None;
        assert!(matches!(check(&RULE, &snapshot(blind)), Outcome::NotMeasurable(_)));
    }
}
