//! One observation without one of its families: no rule that fired may call the server healthy.

use std::collections::BTreeSet;

use servescope::rule::{Diagnosis, RuleVerdict};
use servescope::signal::{Observation, Snapshot, same_instance};

use super::diagnosis::{against, server, targets};

/// Texts of one observation with their times: one, or the first and the last of a window.
pub type Texts = Vec<(String, f64)>;

/// What the rules say that turn from fired to clear when a family is taken out, for each family that anything was read from.
pub fn healthy_by_removal(name: &str, texts: &Texts) -> Vec<String> {
    let mut healthy = Vec::new();
    let Some(whole) = observe(texts, None) else { return healthy };
    // The same targets throughout: without lengths the traffic would suggest others.
    let targets = targets(&whole);
    let fired = fired(&against(&whole, &targets));
    if fired.is_empty() {
        return healthy;
    }
    let read = format!("{whole:?}");
    for family in families(texts).into_iter().filter(|family| read.contains(family.as_str())) {
        // A family that appears with its first event says zero by its absence; nothing can tell the two apart.
        let Some(seen) = observe(texts, Some(&family)).filter(|seen| !says_zero(&whole.last, &seen.last)) else { continue };
        let found = against(&seen, &targets);
        for status in found.statuses.iter().filter(|status| fired.contains(status.rule.id)) {
            if status.verdict == RuleVerdict::Clear {
                healthy.push(format!("{name}: without {family}, {} says: {}", status.rule.id, status.sentence));
            }
        }
    }
    healthy
}

fn observe(texts: &Texts, without: Option<&str>) -> Option<Observation> {
    let mut taken = texts.iter().map(|(text, at)| match without {
        None => server(text, Some(*at)),
        Some(family) => {
            let rest: String = text.lines().filter(|line| family_of(line) != Some(family)).map(|line| format!("{line}\n")).collect();
            server(&rest, Some(*at))
        }
    });
    let first = taken.next()??;
    Some(match taken.next() {
        Some(last) => {
            let last = last?;
            same_instance(&first, &last).ok()?;
            Observation::window(first, last)
        }
        None => Observation::snapshot(first),
    })
}

fn families(texts: &Texts) -> BTreeSet<String> {
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
