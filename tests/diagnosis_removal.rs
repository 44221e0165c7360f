//! A family that is missing may silence a rule, but never makes it say that all is well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/snapshots.rs"]
mod snapshots;
#[path = "support/diagnosis.rs"]
mod support;

use std::collections::BTreeSet;

use servescope::rule::{Diagnosis, RuleVerdict};
use servescope::signal::{Observation, Snapshot};
use support::{against, server, targets};

/// Texts of one observation: one, or the first and the last of a window with their times.
const FIXTURES: &[&[(&str, f64)]] = &[
    &[("dumps/scenarios/A-kv-full-preempting.prom", 0.0)],
    &[("dumps/vllm/er0080-vllm-0.25.1-loaded.prom", 0.0)],
    &[("series/vllm-0.32.0/c_queue_max_num_seqs/t020.prom", 20.0), ("series/vllm-0.32.0/c_queue_max_num_seqs/t070.prom", 70.0)],
    &[("series/vllm-0.32.0/d_kv_exhaustion_preempt/t030.prom", 30.0), ("series/vllm-0.32.0/d_kv_exhaustion_preempt/t080.prom", 80.0)],
    &[("series/vllm-0.8.5-v0/c_queue_max_num_seqs/t010.prom", 10.0), ("series/vllm-0.8.5-v0/c_queue_max_num_seqs/t045.prom", 45.0)],
    &[("series/sglang-0.5.23/c_queue_max_running/t020.prom", 20.0), ("series/sglang-0.5.23/c_queue_max_running/t060.prom", 60.0)],
    &[("series/tgi-harness/queue/t030.prom", 30.0), ("series/tgi-harness/queue/t070.prom", 70.0)],
];

#[test]
fn no_rule_turns_from_fired_to_clear_when_a_family_is_missing() {
    let mut healthy = Vec::new();
    for fixture in FIXTURES {
        let Some(texts) = read(fixture) else { return };
        let whole = observe(&texts, None).expect("a server");
        // The same targets throughout: without lengths the traffic would suggest others.
        let targets = targets(&whole);
        let fired = fired(&against(&whole, &targets));
        for family in families(&texts) {
            // A family that appears with its first event says zero by its absence; nothing can tell the two apart.
            let Some(seen) = observe(&texts, Some(&family)).filter(|seen| !says_zero(&whole.last, &seen.last)) else { continue };
            let found = against(&seen, &targets);
            for status in found.statuses.iter().filter(|status| fired.contains(status.rule.id)) {
                if status.verdict == RuleVerdict::Clear {
                    healthy.push(format!("{}: without {family}, {} says: {}", fixture[0].0, status.rule.id, status.sentence));
                }
            }
        }
    }
    assert!(healthy.is_empty(), "{}", healthy.join("\n"));
}

fn read(fixture: &[(&str, f64)]) -> Option<Vec<(String, f64)>> {
    fixture.iter().map(|(path, at)| Some((String::from_utf8_lossy(&snapshots::file(path)?).into_owned(), 1.8e9 + at))).collect()
}

fn observe(texts: &[(String, f64)], without: Option<&str>) -> Option<Observation> {
    let mut taken = texts.iter().map(|(text, at)| match without {
        None => server(text, Some(*at)),
        Some(family) => {
            let rest: String = text.lines().filter(|line| family_of(line) != Some(family)).map(|line| format!("{line}\n")).collect();
            server(&rest, Some(*at))
        }
    });
    let first = taken.next()??;
    Some(match taken.next() {
        Some(last) => Observation::window(first, last?),
        None => Observation::snapshot(first),
    })
}

fn families(texts: &[(String, f64)]) -> BTreeSet<String> {
    let of_the_runtime = |family: &&str| family.starts_with("python_");
    texts
        .iter()
        .flat_map(|(text, _)| text.lines())
        .filter_map(family_of)
        .filter(|family| !of_the_runtime(family))
        .map(str::to_owned)
        .collect()
}

/// The family of a sample line; `_created` goes with its counter, as the exporter writes them together.
fn family_of(line: &str) -> Option<&str> {
    let name = line.split(['{', ' ']).next().filter(|name| !name.is_empty() && !line.starts_with('#'))?;
    Some(["_bucket", "_sum", "_count", "_total", "_created"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name))
}

fn fired(found: &Diagnosis) -> BTreeSet<&'static str> {
    found.statuses.iter().filter(|status| status.verdict == RuleVerdict::Fired).map(|status| status.rule.id).collect()
}

/// The removal turned a counted value into "absent, hence zero".
fn says_zero(whole: &Snapshot, rest: &Snapshot) -> bool {
    rest.counters.iter().any(|(key, value)| {
        value.absent_is_zero && whole.counters.get(key).is_some_and(|before| !before.absent_is_zero && before.value > 0.0)
    })
}
