//! What a report claims, and whether that is right.

use servescope::analyze::{Input, Options, Profile, analyze};
use servescope::exposition;
use servescope::report::Report;
use servescope::rule::{Role, Severity};

/// The condition that was really there.
#[derive(Clone, Default)]
pub struct Truth {
    pub primary: Vec<&'static str>,
    pub also: Vec<&'static str>,
    /// "*" is every cause that is in neither list above.
    pub forbidden: Vec<&'static str>,
    pub may_be_silent: bool,
}

/// One claimed cause.
#[derive(Clone)]
pub struct Claim {
    pub id: String,
    pub confidence: f64,
    pub severity: Severity,
}

#[derive(Clone, Default)]
pub struct Answer {
    /// The winning rule, else the first claim, else the state when that says something by itself.
    pub first: Option<String>,
    /// Causes and risks in the order of the report, the winner first.
    pub claims: Vec<Claim>,
    /// Possible causes, likeliest first.
    pub hypotheses: Vec<String>,
    /// Notes, states, and causes that only contribute.
    pub mentioned: Vec<String>,
    pub headline: String,
    pub criticals: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Right,
    /// Said nothing where something was wrong.
    Silent,
    Wrong,
}

pub fn inputs(pages: &[(f64, &str)]) -> Vec<Input> {
    pages
        .iter()
        .enumerate()
        .map(|(index, (at, text))| Input {
            name: format!("{index}.prom"),
            at: Some(*at),
            hint: None,
            parsed: exposition::parse(text.as_bytes()),
        })
        .collect()
}

pub fn report(inputs: &[Input], profile: Profile) -> Result<Report, String> {
    analyze(inputs, &Options { profile, ..Options::default() }).map_err(|error| format!("{error:?}"))
}

impl Answer {
    pub fn of(report: &Report) -> Answer {
        let mut claims: Vec<Claim> = Vec::new();
        let mut mentioned = Vec::new();
        for finding in &report.bottlenecks {
            mentioned.extend(finding.contributing.iter().map(|c| c.id.clone()));
            match finding.role {
                Role::Cause | Role::Risk => {
                    claims.push(Claim { id: finding.id.clone(), confidence: finding.confidence.value, severity: finding.severity });
                }
                Role::Note => mentioned.push(finding.id.clone()),
                Role::Symptom => {}
            }
        }
        let winner = report.headline.rule.clone();
        if let Some(position) = claims.iter().position(|c| Some(&c.id) == winner.as_ref()) {
            let claim = claims.remove(position);
            claims.insert(0, claim);
        }
        let state = match report.state.id.as_str() {
            "idle" | "sleeping" | "no-data" => Some("idle"),
            "stalled" => Some("engine-stalled"),
            "warming-up" => Some("warming-up"),
            _ => None,
        };
        mentioned.extend(state.map(str::to_owned));
        Answer {
            first: winner.or_else(|| claims.first().map(|c| c.id.clone())).or_else(|| state.map(str::to_owned)),
            criticals: report.bottlenecks.iter().filter(|b| b.severity == Severity::Critical).count(),
            headline: report.headline.text.clone(),
            hypotheses: report.hypotheses.iter().map(|hypothesis| hypothesis.cause.clone()).collect(),
            claims,
            mentioned,
        }
    }

    pub fn verdict(&self, truth: &Truth) -> Verdict {
        let quiet_is_right = truth.primary.is_empty() || truth.may_be_silent;
        let Some(first) = self.first.as_deref() else {
            return if quiet_is_right { Verdict::Right } else { Verdict::Silent };
        };
        if truth.primary.contains(&first) {
            return Verdict::Right;
        }
        // A state or a note in first place claims no cause.
        let is_claim = self.claims.iter().any(|c| c.id == first);
        if quiet_is_right && (!is_claim || truth.also.contains(&first)) {
            return Verdict::Right;
        }
        if self.claims.is_empty() { Verdict::Silent } else { Verdict::Wrong }
    }

    /// A right cause among the first two.
    pub fn second_chance(&self, truth: &Truth) -> bool {
        let first = self.first.as_deref();
        let others = self.claims.iter().map(|c| c.id.as_str()).filter(|id| Some(*id) != first);
        self.verdict(truth) == Verdict::Right || first.into_iter().chain(others).take(2).any(|id| truth.primary.contains(&id))
    }

    /// The verdict when a hypothesis counts as an answer wherever nothing is claimed.
    pub fn verdict_with_hypotheses(&self, truth: &Truth) -> Verdict {
        let Some(first) = self.hypotheses.first().filter(|_| self.claims.is_empty()) else { return self.verdict(truth) };
        let quiet_is_right = truth.primary.is_empty() || truth.may_be_silent;
        let right = truth.primary.contains(&first.as_str()) || (quiet_is_right && truth.also.contains(&first.as_str()));
        if right { Verdict::Right } else { Verdict::Wrong }
    }

    /// A right cause among the first three of claims and hypotheses.
    pub fn among_three(&self, truth: &Truth) -> bool {
        let first = self.first.as_deref().into_iter();
        let claimed = self.claims.iter().map(|claim| claim.id.as_str()).filter(|id| Some(*id) != self.first.as_deref());
        let possible = self.hypotheses.iter().map(String::as_str);
        // What the headline names is no place in the list when it is a symptom.
        let named = first.filter(|id| self.claims.iter().any(|claim| claim.id == *id));
        self.verdict_with_hypotheses(truth) == Verdict::Right
            || distinct(named.chain(claimed).chain(possible)).iter().take(3).any(|id| truth.primary.contains(id))
    }

    /// Causes claimed that the label forbids.
    pub fn forbidden(&self, truth: &Truth) -> Vec<String> {
        let all = truth.forbidden.contains(&"*");
        let bad = |id: &str| truth.forbidden.contains(&id) || (all && !truth.primary.contains(&id) && !truth.also.contains(&id));
        self.claims.iter().filter(|c| bad(&c.id)).map(|c| c.id.clone()).collect()
    }

    /// The headline is a symptom that no cause explains.
    pub fn unexplained(&self) -> bool {
        self.first.as_ref().is_some_and(|first| self.claims.iter().all(|c| c.id != *first) && !self.mentioned.contains(first))
    }

    pub fn label(&self) -> String {
        self.first.clone().unwrap_or_else(|| "-".into())
    }
}

fn distinct<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut once: Vec<&str> = Vec::new();
    for id in ids {
        if !once.contains(&id) {
            once.push(id);
        }
    }
    once
}
