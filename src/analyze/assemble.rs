//! The report from an observation.

use super::observe::Observed;
use super::{Input, Options, Profile, snapshots};
use crate::report::{Band, Health, Report, SCHEMA, build};
use crate::request::RequestError;
use crate::rule::{self, Thetas};
use crate::slo;

pub(super) fn assemble(inputs: &[Input], options: &Options, observed: &Observed) -> Result<Report, RequestError> {
    let seen = &observed.seen;
    let targets = options.targets.clone().unwrap_or_default();
    let statuses = slo::evaluate(seen, &targets);
    let slo_source = if options.targets.is_some() { "request".to_owned() } else { "assumed:none".to_owned() };
    let diagnosis = rule::diagnose(seen, &statuses, &Thetas::of(&statuses, &slo_source));
    let timestamp = seen.last.at.and_then(build::rfc3339);
    let when = timestamp.as_deref();
    let bottlenecks = build::bottlenecks(&diagnosis, when);
    let (problems, problems_omitted) = build::problems(inputs.iter().map(|input| &input.parsed));
    let mut anatomy = build::anatomy(seen);
    anatomy.distributions = build::distributions(seen);
    let mut notes = observed.notes.clone();
    notes.extend(build::notes(seen));
    let health = Health {
        score: None,
        band: Band::Unknown,
        profile: "default".to_owned(),
        confidence: 0.0,
        exercised: true,
        deductions: Vec::new(),
        coverage: Vec::new(),
    };
    Ok(Report {
        schema: SCHEMA.to_owned(),
        instance_id: options.instance_id.clone().unwrap_or_else(|| snapshots::label(&seen.last.key)),
        instance_type: seen.last.backend.id().to_owned(),
        timestamp: timestamp.clone(),
        mode: seen.mode(),
        profile: profile(options.profile).to_owned(),
        window: build::window(seen),
        backend: build::backend(seen.last.backend, &seen.last.version, &seen.last.why_backend),
        models: seen.last.key.model.iter().cloned().collect(),
        state: build::state(&diagnosis.state),
        headline: build::headline(&diagnosis),
        overall_health_score: health.score,
        health,
        recommendations: build::recommendations(&bottlenecks),
        bottlenecks,
        slo_statuses: statuses.iter().map(|status| build::slo_status(status, seen.last.text_index, when)).collect(),
        slo_source,
        anatomy,
        signals: build::signals(seen),
        rules: build::rules(&diagnosis),
        not_measurable: build::not_measurable(&diagnosis),
        opinions: Vec::new(),
        notes,
        problems,
        problems_omitted,
        inputs: inputs.iter().map(|input| build::input(&input.name, input.at, &input.parsed)).collect(),
        trends: Vec::new(),
        forecasts: Vec::new(),
        fleet: None,
    })
}

fn profile(profile: Profile) -> &'static str {
    match profile {
        Profile::Default => "default",
        Profile::Classic => "classic",
    }
}
