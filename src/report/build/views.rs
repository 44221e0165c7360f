//! Small conversions: service levels, inputs, problems, the backend, the window.

use crate::dataset::Given;
use crate::metrics::{Unit, first_sentence};
use crate::opinion::Verdict;
use crate::report::{
    BackendView, InputView, Note, Opinion, OpinionVerdict, ProblemView, SloStatusView, TargetView, UNNAMED, WindowView, path_words,
};
use crate::signal::{BackendId, InstanceKey, Observation, VersionRange};
use crate::slo::{SloStatus, Target};

use super::distributions::finite;
use super::time::{duration, hinted, rfc3339, time_base};

/// Problems listed in a report; the rest is counted.
const PROBLEMS_LISTED: usize = 200;

/// `TTFT P95 ≤ 1 s`.
pub(super) fn goal(target: &Target, unit: Unit) -> String {
    format!("{} {} {}", path_words(&target.path), target.comparison.sign(), unit.spell(target.asked))
}

#[must_use]
pub fn slo_status(status: &SloStatus, input: usize, timestamp: Option<&str>) -> SloStatusView {
    let target = &status.target;
    let is_compliant = status.verdict == crate::slo::Verdict::Pass;
    SloStatusView {
        target: TargetView {
            name: target.name.clone(),
            metric: target.path.clone(),
            target_value: target.asked,
            comparison: target.comparison.symbol().to_owned(),
            wants_low: target.comparison.wants_low(),
            goal: goal(target, status.unit),
            description: target.description.clone(),
        },
        current_value: status.reported_current().and_then(finite),
        is_compliant,
        deviation_percent: status.deviation_percent().and_then(finite),
        timestamp: timestamp.map(str::to_owned),
        verdict: status.verdict,
        interval: status.reported_interval().map(|(low, high)| [finite(low), finite(high)]),
        samples: status.samples,
        samples_needed: status.needed,
        over_share: status.over_share.map(|(estimate, low, high)| [estimate, low, high]),
        unit: status.unit,
        shown: status.shown(),
        shown_value: status.shown_value.clone(),
        time_base: time_base(status.time_base),
        why: status.why.clone(),
        metric: status.source.metric.clone(),
        input,
        lines: status.source.lines.clone(),
    }
}

#[must_use]
pub fn backend(backend: BackendId, version: &VersionRange, why: &str) -> BackendView {
    BackendView {
        id: backend.id().to_owned(),
        name: backend.name().to_owned(),
        version_range: version_range(version),
        why: why.to_owned(),
        version_why: version.why.clone(),
    }
}

/// `0.32–0.33`, `0.20 or later`, `up to 0.9`, `any release`.
#[must_use]
pub fn version_range(version: &VersionRange) -> String {
    match (version.from, version.to) {
        (Some(from), Some(to)) => {
            // The last patch of a minor release is written `0.25.x`; after a dash the minor release says it as well, unless it is that of the
            // first one too.
            let (from, to) = (from.to_string(), to.to_string());
            let minor = to.strip_suffix(".x").unwrap_or(&to);
            match from.strip_prefix(minor) {
                Some("") => from,
                Some(patch) if patch.starts_with('.') => format!("{from}–{to}"),
                _ => format!("{from}–{minor}"),
            }
        }
        (Some(from), None) => format!("{from} or later"),
        (None, Some(to)) => format!("up to {to}"),
        (None, None) => "any release".to_owned(),
    }
}

#[must_use]
pub fn window(seen: &Observation) -> Option<WindowView> {
    let window = seen.window?;
    let first = seen.first.as_ref()?;
    let words = window.seconds.map_or_else(
        || "between two dumps without times".to_owned(),
        |seconds| format!("{} between two dumps{}", duration(seconds), hinted(window.by)),
    );
    Some(WindowView {
        seconds: window.seconds,
        from: first.told_at().and_then(rfc3339),
        to: seen.last.told_at().and_then(rfc3339),
        restarted: window.restarted,
        words,
    })
}

/// What the instance is called beside its model: `gpu-7 (llama)` of the model `llama` is `gpu-7`.
#[must_use]
pub fn instance_name(id: &str, key: &InstanceKey) -> Option<String> {
    let name = match key.model.as_deref() {
        Some(model) if id == model => "",
        Some(model) => id.strip_suffix(&format!(" ({model})")).unwrap_or(id),
        None => id,
    };
    (!name.is_empty() && name != UNNAMED).then(|| name.to_owned())
}

/// Who gave the text of a fleet must not take one instance for all of them.
#[must_use]
pub fn scope(notes: &[Note]) -> Option<String> {
    let others = notes.iter().find(|note| ["other-instances", "several-servers"].contains(&note.id.as_str()))?;
    Some(first_sentence(&others.sentence).0.to_owned())
}

/// What was read from one text.
#[must_use]
pub fn input(given: &Given) -> InputView {
    InputView {
        name: given.name.clone(),
        format: given.format.name().to_owned(),
        lines: u64::from(given.lines),
        samples: given.samples as u64,
        families: given.families as u64,
        at: given.at.and_then(rfc3339),
        scrapes: given.scrapes as u64,
    }
}

/// The problems of all inputs in their order, and how many are not listed.
#[must_use]
pub fn problems(inputs: &[Given]) -> (Vec<ProblemView>, u64) {
    let mut views = Vec::new();
    let mut total = 0u64;
    for (index, given) in inputs.iter().enumerate() {
        total += given.problem_counts.values().map(|count| u64::from(*count)).sum::<u64>();
        for problem in given.problems.iter().take(PROBLEMS_LISTED.saturating_sub(views.len())) {
            views.push(ProblemView {
                input: index,
                line: problem.line,
                kind: kind_id(problem.kind),
                repaired: problem.repaired,
                sentence: problem.sentence.clone(),
            });
        }
    }
    let omitted = total.saturating_sub(views.len() as u64);
    (views, omitted)
}

fn kind_id(kind: crate::exposition::ProblemKind) -> String {
    crate::wire::to_json(&kind).trim_matches('"').to_owned()
}

/// What somebody else's threshold says.
#[must_use]
pub fn opinion(opinion: &crate::opinion::Opinion) -> Opinion {
    let verdict = match opinion.verdict {
        Verdict::Ok => OpinionVerdict::Ok,
        Verdict::Warning => OpinionVerdict::Warning,
        Verdict::Critical => OpinionVerdict::Critical,
        Verdict::NoData => OpinionVerdict::NoData,
    };
    Opinion {
        pack: opinion.pack.to_owned(),
        signal: opinion.signal.to_owned(),
        condition: opinion.condition.to_owned(),
        shown: opinion.shown.clone(),
        verdict,
        source: opinion.source.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_named_by_what_its_model_does_not_say() {
        let of = |model: Option<&str>| InstanceKey { model: model.map(str::to_owned), labels: Vec::new() };
        for (id, model, name) in [
            ("gpu-7 (llama)", Some("llama"), Some("gpu-7")),
            ("llama", Some("llama"), None),
            ("gpu-7", Some("llama"), Some("gpu-7")),
            ("my server (blue)", None, Some("my server (blue)")),
            (UNNAMED, None, None),
        ] {
            assert_eq!(instance_name(id, &of(model)).as_deref(), name, "{id}");
        }
    }
}
