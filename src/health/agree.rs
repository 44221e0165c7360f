//! The score held against everything else that the report says: it is never better than a headline, a missed target, or a text of which
//! a part is missing allow.

use super::{Band, Deduction, Health};

/// What the rest of the report says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beside<'a> {
    /// Targets that are missed.
    pub missed: usize,
    /// Id and title of the first finding that names a cause, a symptom or a risk worth naming.
    pub felt: Option<(&'a str, &'a str)>,
    /// Families that the text lacks, as a whole page of this server has them.
    pub lacks: &'a [String],
    /// Why no number can be given, whatever it would be.
    pub unjudged: Option<&'a str>,
}

/// The best score beside a finding or a missed target.
const BEST_WITH_FINDING: f64 = 89.0;
/// From here on a score says that all is well.
const HEALTHY: f64 = 90.0;
/// Families that are named.
const MOST_NAMED: usize = 3;
/// How the reasons of this cap end.
const SO_CAPPED: &str = ", so no more than 89 here";
/// How the sentence about a text begins of which a part is missing.
const PARTIAL: &str = "The text is only a part of the page";

/// The score as it may stand beside the rest. The classic and the Apdex score are what they are.
#[must_use]
pub fn agree(health: Health, beside: Beside<'_>) -> Health {
    let Some(score) = health.score.filter(|_| health.profile == super::score::PROFILE && health.band != Band::Outage) else {
        return health;
    };
    if let Some(why) = beside.unjudged {
        return withheld(health, why.to_owned());
    }
    if score >= HEALTHY && !beside.lacks.is_empty() {
        return withheld(health, partial(beside.lacks));
    }
    if !health.exercised && beside.missed > 0 {
        return withheld(health, "It is idle now, and targets were missed while it was busy.".to_owned());
    }
    let reason = match (beside.missed, beside.felt) {
        (0, None) => return health,
        (0, Some((_, title))) => format!("{title}{SO_CAPPED}"),
        (1, _) => format!("A target is missed{SO_CAPPED}"),
        (several, _) => format!("{several} targets are missed{SO_CAPPED}"),
    };
    if score <= BEST_WITH_FINDING || !health.exercised {
        return health;
    }
    let rule = beside.felt.filter(|_| beside.missed == 0).map(|(id, _)| id.to_owned());
    let mut health = health;
    health.deductions.push(Deduction { reason, points: BEST_WITH_FINDING, kind: "cap".to_owned(), rule });
    Health { score: Some(BEST_WITH_FINDING), band: Band::of(BEST_WITH_FINDING), ..health }
}

fn partial(lacks: &[String]) -> String {
    let named: Vec<String> = lacks.iter().take(MOST_NAMED).map(|name| format!("`{name}`")).collect();
    let more = lacks.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{PARTIAL}: it lacks {}{more}, so what is fine in it does not say that the server is.", named.join(", "))
}

fn withheld(health: Health, why: String) -> Health {
    let coverage = [vec![why], health.coverage].concat();
    Health { score: None, band: Band::Unknown, deductions: Vec::new(), coverage, ..health }
}

impl Health {
    /// True when the score was better than a finding or a missed target beside it allowed.
    #[must_use]
    pub fn is_held_down(&self) -> bool {
        self.deductions.iter().any(|deduction| deduction.reason.ends_with(SO_CAPPED))
    }

    /// True when the text lacks what a whole page has, and the score was withheld for it.
    #[must_use]
    pub fn is_of_a_part(&self) -> bool {
        self.coverage.first().is_some_and(|first| first.starts_with(PARTIAL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(score: f64, exercised: bool) -> Health {
        Health {
            score: Some(score),
            band: Band::of(score),
            profile: "default".to_owned(),
            confidence: 0.5,
            exercised,
            deductions: Vec::new(),
            coverage: Vec::new(),
        }
    }

    const CALM: Beside<'static> = Beside { missed: 0, felt: None, lacks: &[], unjudged: None };

    #[test]
    fn nothing_beside_it_leaves_the_score_alone() {
        for score in [100.0, 97.0, 40.0] {
            assert_eq!(agree(health(score, true), CALM), health(score, true));
        }
    }

    #[test]
    fn a_finding_or_a_missed_target_keeps_it_out_of_the_best_band() {
        let found = agree(health(97.0, true), Beside { felt: Some(("x", "Requests wait")), ..CALM });
        assert_eq!((found.score, found.band, found.is_held_down()), (Some(89.0), Band::Minor, true));
        let missed = agree(health(97.0, true), Beside { missed: 2, ..CALM });
        assert_eq!(missed.score, Some(89.0));
        let lower = health(60.0, true);
        assert_eq!(agree(lower.clone(), Beside { missed: 2, ..CALM }), lower);
    }

    #[test]
    fn a_part_of_a_page_is_never_healthy_and_keeps_what_is_proven() {
        let lacks = ["vllm:kv_cache_usage_perc".to_owned()];
        let calm = agree(health(100.0, true), Beside { lacks: &lacks, ..CALM });
        assert_eq!((calm.score, calm.band, calm.is_of_a_part()), (None, Band::Unknown, true));
        assert_eq!(agree(health(60.0, true), Beside { lacks: &lacks, missed: 1, ..CALM }).score, Some(60.0));
    }

    #[test]
    fn an_idle_server_that_missed_its_targets_before_has_no_score() {
        assert_eq!(agree(health(100.0, false), Beside { missed: 5, ..CALM }).score, None);
        assert_eq!(agree(health(100.0, false), CALM).score, Some(100.0));
    }
}
