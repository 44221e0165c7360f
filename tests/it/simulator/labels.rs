//! Every labelled run really is in the condition that its label names.

use std::collections::BTreeSet;

use crate::sim::*;

/// A few of each kind; `examples/simulate.rs --check` walks all scenarios and seeds, and the accuracy figures leave out
/// runs that miss their condition.
#[test]
fn the_condition_is_there() {
    let examples = [
        "idle",
        "healthy",
        "seqs-cap",
        "budget-small",
        "kv-short",
        "frontend",
        "prefill-interf",
        "stalls",
        "disconnect",
        "lora",
        "tgi-reserve",
        "pd-xfer",
    ];
    let mut missing = Vec::new();
    for (index, id) in examples.iter().enumerate() {
        let scenario = find(id).unwrap();
        let backend = scenario.backends[index % scenario.backends.len()];
        let seed = index as u64 % TRAINING_SEEDS.end;
        let run = scenario.run(scenario.version(backend, seed), seed, 0);
        let truth = run.truth(scenario.window.0, scenario.window.1);
        if !(scenario.holds)(&truth, &run.setup) {
            missing.push(format!("{id} {} seed {seed}: {}", backend.name(), truth.summary()));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn ids_are_unique_and_lists_do_not_contradict() {
    let mut ids = BTreeSet::new();
    for scenario in scenarios().into_iter().chain(field()) {
        assert!(ids.insert(scenario.id), "{} twice", scenario.id);
        for id in scenario.forbidden {
            assert!(!scenario.primary.contains(id) && !scenario.also.contains(id), "{}: {id} is both right and forbidden", scenario.id);
        }
        assert!(scenario.window.0 < scenario.window.1);
        for backend in scenario.backends {
            assert!(!scenario.versions(*backend).is_empty(), "{}: no release of {} can show it", scenario.id, backend.name());
        }
    }
}

/// The rule ids of the design, so that a label cannot name a rule that does not exist.
const RULES: &str = "kv-capacity-bound sequence-limit token-budget-bound compute-saturated overload bursty-arrivals standing-queue \
    deferred-waiting over-reservation slow-prefill long-prompt-tail frontend-bound preemption-thrash kv-full-and-healthy kv-under-allocated \
    hybrid-pool-imbalance prefill-interference batch-too-large decode-stalls host-overhead cuda-graph-miss long-context-decode hardware-floor \
    poor-speculation no-prefix-reuse prefix-cache-thrash prefix-cache-disabled cache-scatter cache-tier-ineffective multimodal-cache-miss \
    at-capacity throughput-regression congestion-collapse small-batch-by-limit server-errors capacity-rejections client-disconnects \
    client-errors length-truncation output-corruption kv-transfer-failures rank-imbalance instance-outlier router-skew lora-thrash \
    grammar-bottleneck prefill-workers-short decode-workers-short kv-transfer-slow expert-imbalance kv-exhaustion-ahead queue-onset-ahead \
    latency-breach-ahead budget-exhaustion-ahead counter-reset stale-gauges ttft-mixes-nonstreaming survivor-bias request-count-doubled \
    engine-stalled idle warming-up *";

#[test]
fn labels_name_rules_that_exist() {
    let rules: BTreeSet<&str> = RULES.split_whitespace().collect();
    for scenario in scenarios().into_iter().chain(field()) {
        for id in scenario.primary.iter().chain(scenario.also).chain(scenario.forbidden) {
            assert!(rules.contains(id), "{}: {id}", scenario.id);
        }
    }
}
