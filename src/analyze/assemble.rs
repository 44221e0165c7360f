//! The report from an observation.

use super::observe::{Observed, Parts, Series};
use super::service_levels::{ServiceLevels, judge};
use super::{Options, Profile};
use crate::classic::{self, Thresholds};
use crate::compare;
use crate::dataset::{Dataset, Server, label};
use crate::error::RequestError;
use crate::health::{self, Health, Inputs};
use crate::metrics::{capital, counted};
use crate::opinion;
use crate::report::{
    Bottleneck, ComparisonView, Grounds, Headline, Hypothesis, LevelChange, Note, Report, SCHEMA, ServerView, Standing, Timeline, build,
    is_felt,
};
use crate::rule::{self, Diagnosis};
use crate::signal::{Mode, Observation};
use crate::slo::{self, SloStatus, Verdict};
use crate::timeline;

pub(super) fn assemble(dataset: &Dataset, options: &Options, observed: Observed) -> Result<Report, RequestError> {
    let Observed { seen, levels, parts, series, mut notes } = observed;
    let thresholds =
        Thresholds::with(&options.thresholds).map_err(|error| RequestError::new(error.id(), error.sentence(), error.hint()))?;
    notes.extend(levels.note.clone());
    notes.extend(build::notes(&seen));
    notes.extend(build::left_out(dataset.given()));
    let (statuses, diagnosis) = judge(&seen, &levels);
    let ServiceLevels { targets, source, .. } = &levels;
    let timestamp = seen.last.told_at().and_then(build::rfc3339);
    let when = timestamp.as_deref();
    let mut judged = match options.profile {
        Profile::Default => by_rules(&diagnosis, when),
        Profile::Classic => by_thresholds(&seen, &thresholds, &statuses, when),
    };
    let statuses = if options.profile == Profile::Classic { classic::check(statuses) } else { statuses };
    let health = score(&seen, options, &diagnosis, &statuses, targets, &thresholds);
    let unjudged = unjudged(&seen, &diagnosis, &statuses);
    let formed = rule::queue_formed(&seen).map(|_| ("queue-unexplained", "A queue has formed between the dumps"));
    let health = health::agree(
        health,
        health::Beside {
            missed: statuses.iter().filter(|status| status.verdict == Verdict::Fail).count(),
            felt: judged.bottlenecks.iter().find(|found| is_felt(found)).map(|found| (found.id.as_str(), found.title.as_str())).or(formed),
            lacks: &seen.last.lacks,
            unjudged: unjudged.as_deref(),
        },
    );
    let comparison = parts.filter(|_| options.profile == Profile::Default).map(|parts| compared(&parts, &levels));
    let over_time = series.as_ref().map(|series| series.over_time.clone()).unwrap_or_default();
    let timeline =
        series.map(|Series { moments, timeline, window, chosen, .. }| build::timeline(&timeline, &moments, targets, window, chosen));
    let changes = build::changes(&over_time);
    lead_with(comparison.as_ref(), timeline.as_ref(), &changes, &mut judged.headline);
    let slo_statuses: Vec<_> = statuses.iter().map(|status| build::slo_status(status, seen.last.text_index, when)).collect();
    let standing = Standing::of(Grounds {
        profile: options.profile.id(),
        health: &health,
        bottlenecks: &judged.bottlenecks,
        slo_statuses: &slo_statuses,
    });
    let (problems, problems_omitted) = build::problems(dataset.given());
    let mut anatomy = build::anatomy(&seen);
    anatomy.distributions = build::distributions(&seen, targets);
    let instance_id = options.instance_id.clone().unwrap_or_else(|| label(&seen.last.key));
    Ok(Report {
        schema: SCHEMA.to_owned(),
        instance_name: build::instance_name(&instance_id, &seen.last.key),
        instance_id,
        instance_type: seen.last.backend.id().to_owned(),
        mode: if timeline.is_some() { Mode::Series } else { seen.mode() },
        profile: options.profile.id().to_owned(),
        window: build::window(&seen),
        backend: build::backend(seen.last.backend, &seen.last.version, &seen.last.why_backend),
        models: seen.last.key.model.iter().cloned().collect(),
        scope: build::scope(&notes),
        state: build::state(&diagnosis.state),
        headline: judged.headline,
        overall_health_score: health.score,
        health,
        standing,
        comparison,
        timeline,
        bottlenecks: judged.bottlenecks,
        hypotheses: judged.hypotheses,
        recommendations: judged.recommendations,
        slo_statuses,
        slo_source_words: slo::source_words(source),
        slo_source: source.clone(),
        goodput: slo::goodput(&seen, &statuses),
        anatomy,
        signals: build::signals(&seen),
        rules: build::rules(&diagnosis),
        not_measurable: build::not_measurable(&diagnosis, &seen),
        opinions: opinion::opinions(&seen).iter().map(build::opinion).collect(),
        notes,
        problems,
        problems_omitted,
        inputs: dataset.given().iter().map(build::input).collect(),
        trends: build::trends(&over_time),
        changes,
        forecasts: build::forecasts(&over_time),
        fleet: None,
        servers: Vec::new(),
        timestamp,
    })
}

/// Why no number can be given: a latency is recorded wrongly, or what the headline names was measured by something that no target judges.
fn unjudged(seen: &Observation, diagnosis: &Diagnosis, statuses: &[SloStatus]) -> Option<String> {
    if let Some(found) = seen.contradiction() {
        return Some(format!("{} is recorded wrongly, so the latencies cannot be judged.", capital(found.broken.words())));
    }
    let leading = diagnosis.findings.iter().find(|finding| Some(finding.rule.id) == diagnosis.headline.rule.map(|rule| rule.id))?;
    let open = leading.explains.iter().find(|symptom| {
        let of_symptom = || statuses.iter().filter(|status| rule::symptom_of(status) == Some(**symptom));
        let violated = diagnosis.symptoms.get(**symptom).is_some_and(|seen| seen.violated);
        violated && of_symptom().next().is_some() && of_symptom().all(|status| status.verdict == Verdict::NoData)
    })?;
    Some(format!("What is missed ({}) is measured otherwise than the target asks, so the target itself is not judged.", open.path()))
}

/// The report of the server in most trouble, with the others named.
pub(super) fn of_several(mut reports: Vec<(Server, Report)>, dataset: &Dataset) -> Result<Report, RequestError> {
    let views: Vec<ServerView> = reports.iter().map(|(server, report)| view(server, report)).collect();
    // The first is of the last input; it stays when none is worse.
    let worst = (0..reports.len()).rev().max_by(|a, b| trouble(reports.get(*a)).total_cmp(&trouble(reports.get(*b)))).unwrap_or(0);
    if worst >= reports.len() {
        return Err(RequestError::new("empty-text", "There is nothing to analyse.", "Give the text of a /metrics page."));
    }
    let (server, mut report) = reports.swap_remove(worst);
    report.notes.extend(repeats(dataset));
    if let Some(view) = views.get(worst).filter(|_| views.len() > 1) {
        report.instance_id.clone_from(&view.instance_id);
        report.instance_name = build::instance_name(&report.instance_id, &server.key);
        report.notes.push(several(&views, worst));
        report.scope = build::scope(&report.notes);
        report.servers = views;
    } else if let Some(doubt) = views.first().and_then(|view| view.doubt.clone()) {
        report.notes.push(Note { id: "one-server-or-two".to_owned(), sentence: doubt });
    }
    Ok(report)
}

fn view(server: &Server, report: &Report) -> ServerView {
    ServerView {
        instance_id: server.name.clone(),
        instance_type: server.backend.id().to_owned(),
        inputs: server.inputs(),
        overall_health_score: report.overall_health_score,
        headline: report.headline.text.clone(),
        doubt: server.doubt.clone(),
    }
}

/// Grows with the severity of the worst finding, and among equals with what the score lacks.
fn trouble(report: Option<&(Server, Report)>) -> f64 {
    let Some((_, report)) = report else { return 0.0 };
    let worst =
        report.bottlenecks.iter().map(|bottleneck| bottleneck.severity).max().map_or(0.0, |severity| 1.0 + f64::from(severity as u8));
    worst * 1000.0 + 100.0 - report.overall_health_score.unwrap_or(100.0)
}

fn several(views: &[ServerView], focus: usize) -> Note {
    /// Servers that are named.
    const MOST_NAMED: usize = 20;
    let dumps = |view: &ServerView| counted(view.inputs.len() as f64, "dump", "dumps");
    let mut named: Vec<String> = views.iter().take(MOST_NAMED).map(|view| format!("{} ({})", view.instance_id, dumps(view))).collect();
    if views.len() > MOST_NAMED {
        named.push(format!("and {} more", views.len() - MOST_NAMED));
    }
    let own = views.get(focus).map_or("", |view| view.instance_id.as_str());
    let sentence = format!(
        "The dumps are of {} servers: {}. This report is of {own}, the one in most trouble. Name another one in the settings to see it.",
        views.len(),
        named.join(", ")
    );
    Note { id: "several-servers".to_owned(), sentence }
}

fn repeats(dataset: &Dataset) -> impl Iterator<Item = Note> {
    let within = dataset.given().iter().filter(|given| given.repeated > 0).map(|given| Note {
        id: "same-text-twice".to_owned(),
        sentence: format!(
            "{} holds the same page twice, with the same numbers to the last digit; it was read once. If it was fetched twice and nothing had \
             moved in between, give the two as dumps of their own times.",
            given.name
        ),
    });
    let between = dataset.repeats().iter().map(|(name, known)| {
        let known = dataset.given().get(*known).map_or("an earlier input", |given| given.name.as_str());
        Note { id: "same-text".to_owned(), sentence: format!("{name} holds the same text as {known} and was left out.") }
    });
    within.chain(between)
}

/// Both windows held against the same targets.
fn compared(parts: &Parts, levels: &ServiceLevels) -> ComparisonView {
    let (_, first) = judge(&parts.before, levels);
    let (_, second) = judge(&parts.after, levels);
    let judged = |seen, diagnosis| compare::Judged { seen, diagnosis };
    build::comparison(&compare::compare(judged(&parts.before, &first), judged(&parts.after, &second)), &parts.before, &parts.after)
}

/// The headline is of the present. Whoever gives dumps from before and after a change wants to know what became better; else what was worse
/// than the present, and when.
fn lead_with(comparison: Option<&ComparisonView>, timeline: Option<&Timeline>, changes: &[LevelChange], headline: &mut Headline) {
    let earlier = timeline.and_then(|timeline| timeline.earlier.as_deref());
    let changed = comparison.map(|comparison| comparison.headline.as_str());
    // What lasts from a change of level is in no single window.
    let present = timeline.filter(|timeline| !timeline.chosen).and_then(|timeline| timeline.phases.get(timeline.present));
    let lasts = present.filter(|phase| timeline::lasting_title(&phase.verdict).is_some()).and_then(|phase| {
        let before =
            |change: &&LevelChange| phase.to.is_some_and(|to| change.at < to) && ["server", "cache"].contains(&change.kind.as_str());
        changes.iter().rfind(before)
    });
    let lasts = lasts.map(|change| format!("Since {}", change.words));
    headline.add(&lasts.as_deref().into_iter().chain(changed).chain(earlier).collect::<Vec<_>>().join(" "));
}

/// What the profile has to say.
struct Judged {
    headline: Headline,
    bottlenecks: Vec<Bottleneck>,
    /// Possible causes; the classic profile has none.
    hypotheses: Vec<Hypothesis>,
    recommendations: Vec<String>,
}

fn by_rules(diagnosis: &Diagnosis, when: Option<&str>) -> Judged {
    let bottlenecks = build::bottlenecks(diagnosis, when);
    Judged {
        headline: build::headline(diagnosis),
        recommendations: build::recommendations(&bottlenecks),
        hypotheses: build::hypotheses(diagnosis),
        bottlenecks,
    }
}

fn by_thresholds(seen: &Observation, thresholds: &Thresholds, statuses: &[SloStatus], when: Option<&str>) -> Judged {
    let findings = classic::detect(seen, thresholds);
    let checked = classic::check(statuses.to_vec());
    let bottlenecks = findings.iter().map(|finding| build::classic_bottleneck(finding, seen.last.text_index, when)).collect();
    let text = match findings.len() {
        0 => "No classic threshold is crossed.".to_owned(),
        1 => "One classic threshold is crossed.".to_owned(),
        count => format!("{count} classic thresholds are crossed."),
    };
    let text = match classic::without_input(seen).as_slice() {
        [] => text,
        [one] => format!("{text} One check had no input: {one}."),
        several => format!("{text} {} checks had no input: {}.", several.len(), several.join(", ")),
    };
    Judged {
        headline: Headline::new(text, findings.first().map(|finding| finding.id.to_owned()), None),
        recommendations: classic::recommendations(&findings, &checked),
        hypotheses: Vec::new(),
        bottlenecks,
    }
}

/// The score that is asked for, else the one of the profile.
fn score(
    seen: &Observation,
    options: &Options,
    diagnosis: &Diagnosis,
    statuses: &[SloStatus],
    targets: &[slo::Target],
    thresholds: &Thresholds,
) -> Health {
    match (options.score.as_deref(), options.profile) {
        (Some("apdex"), _) => health::apdex(seen, diagnosis.state.kind, targets),
        (Some("classic"), _) | (None, Profile::Classic) => {
            health::classic(&classic::detect(seen, thresholds), &classic::check(statuses.to_vec()), &classic::without_input(seen))
        }
        _ => {
            let findings = health::finding_inputs(diagnosis);
            let inputs = Inputs::of(seen, diagnosis.state.kind, statuses, findings, health::rules_measured(diagnosis));
            health::health(&inputs)
        }
    }
}
