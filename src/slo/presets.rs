//! Named sets of targets, each with its source.

use std::fmt;

use super::{Target, lumped, published, workload};
use crate::signal::{Distribution, Observation};

/// A named set of targets with its source.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// Kebab-case and stable.
    pub id: &'static str,
    pub name: &'static str,
    /// Who published the numbers and as of when; shown in the form as the text of the link.
    pub source: &'static str,
    /// Where to read them; empty for this project's own choices.
    pub url: &'static str,
    pub targets: Vec<Target>,
}

/// All presets in the order of the form: workloads, published sets, benchmarks, others.
#[must_use]
pub fn presets() -> Vec<Preset> {
    all(&|_| true)
}

/// The presets whose ids are asked for; to make the targets of all of them for one costs more than to evaluate it.
fn all(is_wanted: &dyn Fn(&str) -> bool) -> Vec<Preset> {
    workload::presets(is_wanted).into_iter().chain(published::presets(is_wanted)).collect()
}

/// The preset with this id.
///
/// # Errors
/// When there is none; the error lists the ids.
pub fn preset(id: &str) -> Result<Preset, UnknownPreset> {
    let known = || presets().iter().map(|preset| preset.id).collect();
    all(&|known| known == id.trim()).pop().ok_or_else(|| UnknownPreset { id: id.trim().to_owned(), known: known() })
}

/// Where targets come from, for people. `source` is `request`, or the id of a preset with `preset:` or `assumed:` before it.
#[must_use]
pub fn source_words(source: &str) -> String {
    let name = |id: &str| preset(id).map_or_else(|_| id.to_owned(), |preset| preset.name.to_owned());
    match source.split_once(':') {
        Some(("assumed", id)) => format!("Targets of “{}”, assumed from the workload.", name(id)),
        Some(("preset", id)) => format!("Targets of “{}”.", name(id)),
        _ => "Your own targets.".to_owned(),
    }
}

impl Preset {
    /// The targets as this server can answer them: where it exports only one of "gaps between tokens" and "average per request", a target
    /// on the other one is turned to it, and says so. So is one on gaps that hold several tokens each, and one on quantiles of which only the
    /// mean is in the text.
    #[must_use]
    pub fn targets_for(&self, seen: &Observation) -> Vec<Target> {
        lumped::on_means(self.by_pace(seen), seen)
    }

    fn by_pace(&self, seen: &Observation) -> Vec<Target> {
        let has = |distribution| seen.last.distributions.contains_key(&distribution);
        let (itl, tpot) = (has(Distribution::Itl), has(Distribution::Tpot));
        let (from, to, remark) = match (itl, tpot) {
            (true, false) => (
                Distribution::Tpot,
                Distribution::Itl,
                "The server exports no average per request; its gaps between tokens are judged, which is stricter.",
            ),
            (false, true) => (
                Distribution::Itl,
                Distribution::Tpot,
                "The server exports no gaps between tokens; its average per request is judged, which hides stalls.",
            ),
            (true, true) if seen.token_pace() == Distribution::Tpot => (
                Distribution::Itl,
                Distribution::Tpot,
                "With speculative decoding a gap brings several tokens; the average per token of each request is judged, which hides stalls.",
            ),
            _ => return self.targets.clone(),
        };
        self.targets.iter().map(|target| turned(target, from, to, remark)).collect()
    }
}

fn turned(target: &Target, from: Distribution, to: Distribution, remark: &str) -> Target {
    let statistic = target.path.strip_prefix(from.path()).filter(|rest| rest.starts_with('.'));
    statistic
        .and_then(|statistic| {
            let path = format!("{}{statistic}", to.path());
            let description = target.description.as_ref().map_or_else(|| remark.to_owned(), |own| format!("{own} {remark}"));
            Target::new(None, &path, target.comparison.symbol(), target.asked, Some(&description)).ok()
        })
        .unwrap_or_else(|| target.clone())
}

/// Targets from a table of (path, operator, number). Tables hold valid targets only; a test walks them all.
pub(super) fn targets(table: &[(&str, &str, f64)]) -> Vec<Target> {
    table.iter().filter_map(|(path, comparison, asked)| Target::new(None, path, comparison, *asked, None).ok()).collect()
}

/// Presets whose numbers were published for the model of this name: MLPerf's, the server scenario first.
#[must_use]
pub fn suggest_for_model(name: &str) -> Vec<&'static str> {
    let name = name.to_ascii_lowercase().replace(['_', ' '], "-");
    // Distilled models carry the big one's name and are none of its size.
    if name.contains("distill") {
        return Vec::new();
    }
    published::BENCHMARKED.iter().filter(|(model, _)| name.contains(model)).flat_map(|(_, ids)| ids.iter().copied()).collect()
}

/// No preset has this id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownPreset {
    pub id: String,
    pub known: Vec<&'static str>,
}

impl fmt::Display for UnknownPreset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a known preset. Known: {}.", self.id, self.known.join(", "))
    }
}

impl std::error::Error for UnknownPreset {}
