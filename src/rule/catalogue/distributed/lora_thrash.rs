//! D04: more adapters are wanted at once than fit a batch.

use super::WAITING_SYMPTOMS;
use crate::metrics::{Unit, counted};
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::words::requests_wait;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Texts, flags, weight,
};
use crate::signal::{BackendId, Caveat, Gauge};

/// Share of waiting requests that are deferred from which adapters, not room, are the reason (own judgement).
const DEFERRED: f64 = 0.5;
/// A pool this full has no free slot.
const POOL_FULL: f64 = 0.999;
/// SGLang does not say how many adapters are wanted, and a full pool alone is how the pool rests.
const SGLANG_CEILING: f64 = 0.65;
/// Below this share of KV in use, memory is not the reason to wait.
const KV_ROOM: f64 = 0.80;

pub(super) static RULE: Rule = Rule {
    id: "lora-thrash",
    code: "D04",
    title: "Too few adapter slots",
    kind: BottleneckType::QueueBuildup,
    role: Role::Cause,
    backends: VLLM_SGLANG,
    explains: WAITING_SYMPTOMS,
    texts: Texts {
        sees: "More adapters were served in the window than the batch has LoRA slots, and half or more of the waiting requests are deferred. SGLang: the slot pool is full while requests wait and the KV cache has room.",
        why: "A request waits until a slot for its adapter is free, however much room the KV cache has. Adapters that take turns are loaded again and again.",
        what_to_do: "Allow more adapters per batch, keep more of them in host memory, or route each adapter to few replicas.",
        falsifier: "With more slots the same requests still wait.",
        sources: &[
            "vLLM: deferred waits include the LoRA budget.",
            "SGLang: lora_pool_utilization.",
            "Own judgement: half of the waiting requests.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    let queue = ctx.queue()?;
    if !queue.standing {
        return Outcome::clear(format!("{}.", requests_wait(queue.now)));
    }
    ctx.need_window()?;
    if ctx.backend() == BackendId::Sglang { sglang(ctx, queue.now) } else { vllm(ctx, queue.now) }
}

/// Which adapters took part follows from the label sets that vLLM keeps; whom it names as waiting are in recent releases those that run.
fn vllm(ctx: &Context<'_>, waiting: f64) -> Checked {
    let no_adapters = || {
        Missing::feature(
            "adapter counts",
            "vLLM exports them in vllm:lora_requests_info while adapters are served; without them there is nothing to judge.",
        )
    };
    let adapters = ctx.seen.adapters().ok_or_else(no_adapters)?;
    let slots = ctx.seen.last.config.max_loras.as_ref().map(|setting| setting.value).ok_or_else(no_adapters)?;
    let named = adapters.waiting.filter(|named| *named > 0);
    let wanted = named.map_or(adapters.seen, |named| adapters.together + named) as f64;
    let (ever, together) = (adapters.ever as f64, adapters.together as f64);
    let in_slots = counted(slots, "slot", "slots");
    if named.is_none() && ever <= slots {
        return Outcome::clear(format!("{} for {in_slots}: none of them waits for one.", counted(ever, "adapter", "adapters")));
    }
    // Each of several API servers names the adapters of its own requests, so that none of them need name all that run.
    if together < slots && named.is_none() && !ctx.seen.last.has_caveat(Caveat::SeveralApiServers) {
        return Outcome::clear(format!("At most {} of {} adapter slots were taken.", Unit::Count.show(together), Unit::Count.show(slots)));
    }
    let deferred = ctx.seen.gauge(Gauge::WaitingDeferred).map(|reading| reading.value / waiting.max(1.0));
    if deferred.is_some_and(|share| share < DEFERRED) {
        return Outcome::clear("Most of the waiting requests wait for room, not for an adapter slot.");
    }
    if wanted <= slots {
        return Err(Missing::new(
            "the adapters that the waiting requests ask for",
            "More adapters were served since the start than fit the batch, but no more in this window. Take the dumps further apart.",
        ));
    }
    let measure = ctx.computed("lora.seen", "adapters that took part", wanted, Gauge::LoraRunning.unit(), &adapters.source);
    let mut case = Case::new(ctx, Basis::Gauges).sees(weight::COUNTER, measure.clone()).shows(ctx.gauge(Gauge::LoraRunning));
    match ctx.gauge(Gauge::WaitingDeferred) {
        Some(evidence) => case = case.sees(weight::GAUGE_SUSTAINED, evidence),
        None => case = case.lacks(&Missing::gauge(ctx.backend(), Gauge::WaitingDeferred)),
    }
    let sentence = format!("{} adapters take turns in {in_slots}, and {}.", Unit::Count.show(wanted), requests_wait(waiting));
    let formula = "more adapters served in the window than there are slots, and half or more of the waiting requests are deferred";
    Ok(case.fire(&RULE, account(ctx, measure, slots, sentence, formula)))
}

fn sglang(ctx: &Context<'_>, waiting: f64) -> Checked {
    let pool = ctx.seen.gauge(Gauge::LoraPoolUsage).ok_or_else(|| {
        Missing::feature(
            "the use of adapter slots",
            "SGLang 0.5.7 or later exports it while adapters are served; without them there is nothing to judge.",
        )
    })?;
    let (least, _) = ctx.seen.gauge_span(Gauge::LoraPoolUsage).unwrap_or((pool.value, pool.value));
    let (_, kv) = ctx.seen.gauge_span(Gauge::KvUsage).ok_or_else(|| Missing::gauge(ctx.backend(), Gauge::KvUsage))?;
    if least < POOL_FULL || kv >= KV_ROOM {
        return Outcome::clear(format!(
            "{} of the adapter slots are used, the KV cache is {}.",
            Unit::Ratio.show(pool.value),
            ctx.kv_full_now().unwrap_or_default()
        ));
    }
    let measure = Evidence::new(Gauge::LoraPoolUsage.path(), Gauge::LoraPoolUsage.words(), pool, ctx.seen.last.text_index);
    let case = Case::new(ctx, Basis::Gauges)
        .at_most(SGLANG_CEILING)
        .sees(weight::GAUGE_SUSTAINED, measure.clone())
        .holds(weight::GAUGE_SUSTAINED)
        .shows(ctx.gauge(Gauge::Waiting))
        .shows(ctx.gauge(Gauge::KvUsage))
        .lacks(&Missing::new(
            "the number of adapters in use",
            "Count the adapters in the clients' requests and compare with --max-loras-per-batch.",
        ));
    let sentence = format!(
        "All adapter slots are used while {} requests wait and the KV cache is {}.",
        Unit::Count.show(waiting),
        ctx.kv_full_now().unwrap_or_default()
    );
    Ok(case.fire(&RULE, account(ctx, measure, POOL_FULL, sentence, "all adapter slots used while requests wait and the KV cache has room")))
}

fn account(ctx: &Context<'_>, measure: Evidence, threshold: f64, sentence: String, formula: &str) -> Account {
    let verify = "Fewer than 10 % of the waiting requests are deferred at the same load.";
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify);
    let candidates = match ctx.backend() {
        BackendId::Sglang => vec![
            advise("--max-loras-per-batch", "Raise it to the number of adapters in use.", "GPU memory per slot, taken from the KV cache."),
            advise("--enable-lora-overlap-loading", "Switch it on, so that adapters load while others run.", "Host memory."),
        ],
        _ => vec![
            advise("--max-loras", "Raise it to the number of adapters in use.", "GPU memory per slot, taken from the KV cache."),
            advise("--max-cpu-loras", "Raise it, so that adapters are not read from disk again.", "Host memory."),
        ],
    };
    let mut actions: Vec<Action> = candidates.into_iter().flatten().collect();
    actions.push(Action::plain("Route each adapter to few replicas.", "Less even load.", verify));
    Account {
        severity: ctx.impact(RULE.explains).severity(),
        headline: format!("Requests wait for adapter slots: {sentence}"),
        sentence,
        formula: formula.to_owned(),
        measure,
        threshold,
        actions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, setting, source, window};
    use crate::signal::{AdapterSet, Counter, Observation};

    /// Reports of these adapters, each with a stamp that the window has moved, of a server with four slots.
    fn seen(reports: &[&[&str]], deferred: f64) -> Observation {
        let at = |stamp: f64| -> Vec<AdapterSet> {
            let names = |report: &[&str]| report.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
            let set = |report: &&[&str]| AdapterSet { running: names(report), waiting: names(report), stamp, source: source("adapters") };
            reports.iter().map(set).collect()
        };
        let mut start = Build::new(BackendId::Vllm)
            .at(0.0)
            .gauge(Gauge::Running, 8.0)
            .gauge(Gauge::Waiting, 20.0)
            .gauge(Gauge::WaitingDeferred, deferred)
            .counter(Counter::Finished, 0.0)
            .config(|config| config.max_loras = setting(4.0));
        start.0.adapters = at(10.0);
        let mut end = start.clone().at(60.0).counter(Counter::Finished, 200.0);
        end.0.adapters = at(70.0);
        window(start, end)
    }

    const TURNS: &[&[&str]] = &[&["a", "b", "c", "d"], &["c", "d", "e", "f"]];

    #[test]
    fn it_fires_when_more_adapters_take_turns_than_there_are_slots() {
        let outcome = check(&RULE, &seen(TURNS, 18.0));
        assert!(fired(&outcome).confidence.value >= 0.5);
        assert!(fired(&outcome).sentence.starts_with("6 adapters take turns in 4 slots"), "{}", fired(&outcome).sentence);
    }

    #[test]
    fn it_fires_when_a_release_names_others_as_waiting() {
        let mut named = seen(&[&["a", "b", "c", "d"]], 18.0);
        named.last_mut().adapters[0].waiting = vec!["e".to_owned(), "f".to_owned()];
        assert!(fired(&check(&RULE, &named)).sentence.starts_with("6 adapters"));
    }

    #[test]
    fn it_is_clear_when_slots_are_free_or_room_is_the_reason() {
        assert!(matches!(check(&RULE, &seen(&[&["a"], &["b"]], 18.0)), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen(&[&["a", "b"], &["c", "d", "e"]], 18.0)), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen(TURNS, 2.0)), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_without_adapters_or_when_the_others_were_served_before() {
        assert!(matches!(check(&RULE, &seen(&[], 18.0)), Outcome::NotMeasurable(_)));
        let mut before = seen(TURNS, 18.0);
        before.last_mut().adapters[1].stamp = 10.0;
        assert!(matches!(check(&RULE, &before), Outcome::NotMeasurable(_)));
    }
}
