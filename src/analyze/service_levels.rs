//! Which targets are judged: those of the request, of a preset, or of the preset that the traffic looks like.

use super::{Options, Profile};
use crate::error::RequestError;
use crate::report::Note;
use crate::rule::{self, Diagnosis, Thetas};
use crate::signal::Observation;
use crate::slo::{self, SloStatus, Target};

#[derive(Debug)]
pub(super) struct ServiceLevels {
    pub targets: Vec<Target>,
    /// `request`, `preset:ID`, `assumed:ID` or `none`.
    pub source: String,
    pub note: Option<Note>,
}

pub(super) fn service_levels(seen: &Observation, options: &Options) -> Result<ServiceLevels, RequestError> {
    if let Some(targets) = &options.targets {
        return Ok(ServiceLevels { targets: targets.clone(), source: "request".to_owned(), note: None });
    }
    if let Some(id) = &options.preset {
        let preset = slo::preset(id).map_err(|error| RequestError::unknown("unknown-preset", "preset", &error.id, &error.known))?;
        return Ok(ServiceLevels { targets: preset.targets_for(seen), source: format!("preset:{}", preset.id), note: None });
    }
    // The classic score deducts nothing when no target was given, so none is assumed for it.
    if options.profile == Profile::Classic {
        return Ok(ServiceLevels { targets: Vec::new(), source: "none".to_owned(), note: None });
    }
    let assumed = slo::assume(seen);
    let mut sentence = format!("No targets were given. {}", assumed.reason);
    if !assumed.for_model.is_empty() {
        sentence.push_str(&format!(" Published for this model: {}.", assumed.for_model.join(", ")));
    }
    let note = Note { id: "assumed-preset".to_owned(), sentence };
    Ok(ServiceLevels { targets: assumed.preset.targets_for(seen), source: format!("assumed:{}", assumed.preset.id), note: Some(note) })
}

/// The targets and the rules held against an observation.
pub(super) fn judge(seen: &Observation, levels: &ServiceLevels) -> (Vec<SloStatus>, Diagnosis) {
    let statuses = slo::evaluate(seen, &levels.targets);
    let diagnosis = rule::diagnose(seen, &statuses, &Thetas::of(&statuses, &levels.source));
    (statuses, diagnosis)
}
