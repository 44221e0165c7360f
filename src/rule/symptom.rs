//! Symptoms: what the users of the server feel.

use super::definition::ALL_BACKENDS;
use super::words::requests_wait;
use super::{BottleneckType, Confidence, Evidence, Finding, Impact, Laws, Outcome, Role, Rule, Texts, Thetas, severity};
use crate::metrics::Unit;
use crate::signal::{Caveat, Distribution, Gauge, Mode, Observation, Reading, Source, TimeBase};
use crate::slo::{Metric, SloStatus, Verdict};
use crate::sorted::sort_by;
use crate::stats::quantile;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Symptom {
    Ttft,
    Itl,
    E2e,
    Availability,
    Throughput,
    Queue,
}

impl Symptom {
    pub const ALL: &'static [Symptom] =
        &[Symptom::Ttft, Symptom::Itl, Symptom::E2e, Symptom::Availability, Symptom::Throughput, Symptom::Queue];

    /// Path in reports.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Symptom::Ttft => "ttft",
            Symptom::Itl => "itl",
            Symptom::E2e => "e2e",
            Symptom::Availability => "availability",
            Symptom::Throughput => "throughput",
            Symptom::Queue => "queue",
        }
    }
}

/// A symptom that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct SymptomSeen {
    pub symptom: Symptom,
    /// 0–1, see [`severity::score`].
    pub score: f64,
    /// A target is missed; false for a queue that misses none.
    pub violated: bool,
    /// Measured over a window or now, not over the process lifetime.
    pub current: bool,
    /// A queue many times as long as what runs, at this moment.
    pub pressing: bool,
    /// How far the data can carry it, 0–1 (handbook 0.1).
    pub sufficiency: f64,
    pub sentence: String,
    pub value: f64,
    /// The value as printed, with its bounds as in the service level: `≥ 30 s`, `250–500 ms`.
    pub shown: String,
    /// The limit that it crosses.
    pub limit: f64,
    pub unit: Unit,
    pub time_base: TimeBase,
    pub source: Source,
    /// Index of the text that the source's lines belong to.
    pub input: usize,
}

/// Histograms since start, gauges of one instant, and of two (handbook 0.1).
const SINCE_START: f64 = 0.5;
const ONE_INSTANT: f64 = 0.6;
const TWO_INSTANTS: f64 = 0.75;

/// The symptoms of an observation, one each at most, the worst status of each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Symptoms {
    pub seen: Vec<SymptomSeen>,
}

impl Symptoms {
    #[must_use]
    pub fn of(seen: &Observation, laws: &Laws, slo: &[SloStatus], thetas: &Thetas) -> Self {
        let mut symptoms = Symptoms::default();
        for status in slo.iter().filter(|status| status.verdict == Verdict::Fail) {
            if let Some(found) = missed(seen, status) {
                symptoms.add(found);
            }
        }
        if let Some(found) = slow_requests(seen, slo, thetas) {
            symptoms.add(found);
        }
        if let Some(found) = queue(seen, laws, thetas) {
            symptoms.add(found);
        }
        sort_by(&mut symptoms.seen, |a, b| a.symptom.cmp(&b.symptom));
        symptoms
    }

    #[must_use]
    pub fn get(&self, symptom: Symptom) -> Option<&SymptomSeen> {
        self.seen.iter().find(|found| found.symptom == symptom)
    }

    fn add(&mut self, found: SymptomSeen) {
        match self.seen.iter_mut().find(|other| other.symptom == found.symptom) {
            Some(other) if found.score > other.score => *other = found,
            Some(_) => {}
            None => self.seen.push(found),
        }
    }
}

/// What users feel when a target is missed.
#[must_use]
pub fn symptom_of(status: &SloStatus) -> Option<Symptom> {
    Some(match status.target.metric {
        Metric::Quantile(distribution, _) | Metric::Mean(distribution) => match distribution {
            Distribution::Ttft | Distribution::PrefillTime => Symptom::Ttft,
            Distribution::QueueTime => Symptom::Queue,
            Distribution::Itl | Distribution::Tpot | Distribution::DecodeTime => Symptom::Itl,
            Distribution::E2e => Symptom::E2e,
            _ => return None,
        },
        Metric::MeanPerToken => Symptom::Itl,
        Metric::Availability => Symptom::Availability,
        Metric::RequestsPerSecond | Metric::OutputTokensPerSecond => Symptom::Throughput,
        Metric::Gauge(Gauge::Waiting) => Symptom::Queue,
        _ => return None,
    })
}

fn missed(seen: &Observation, status: &SloStatus) -> Option<SymptomSeen> {
    let symptom = symptom_of(status).filter(|symptom| *symptom != Symptom::Throughput || has_demand(seen))?;
    // Where only bounds are known, as for TGI's time to first token, a proven miss is beyond its nearer bound.
    let value = status.current.or_else(|| status.interval.map(|(low, _)| low))?;
    let limit = status.target.value;
    let score = match symptom {
        // Errors per allowed error: 1 % against a 99.9 % target is ten times too many.
        Symptom::Availability => severity::burn_score((1.0 - value) / (1.0 - limit).max(1e-6)),
        Symptom::Throughput => severity::score(limit / value.max(1e-9)),
        _ => severity::score(value / limit.max(1e-9)),
    };
    Some(SymptomSeen {
        symptom,
        score: score.max(0.25),
        violated: true,
        pressing: false,
        current: seen.mode() != Mode::Snapshot || status.time_base == TimeBase::Instant,
        sufficiency: if seen.mode() != Mode::Snapshot || status.time_base == TimeBase::Instant { 1.0 } else { SINCE_START },
        sentence: status.why.clone(),
        shown: status.shown_value.clone(),
        value,
        limit,
        unit: status.unit,
        time_base: status.time_base,
        source: status.source.clone(),
        input: seen.last.text_index,
    })
}

/// Servers that export no gaps between tokens may still export the average of each request; when even half of these are above the
/// threshold, the gaps are too.
fn slow_requests(seen: &Observation, slo: &[SloStatus], thetas: &Thetas) -> Option<SymptomSeen> {
    let judged = slo.iter().any(|status| {
        matches!(
            status.target.metric,
            Metric::Quantile(Distribution::Itl | Distribution::Tpot, _) | Metric::Mean(Distribution::Itl | Distribution::Tpot)
        ) && status.verdict != Verdict::NoData
    });
    if judged || seen.last.has_caveat(Caveat::TpotIncludesPrefill) {
        return None;
    }
    let theta = thetas.itl.as_ref()?.seconds;
    let averages = seen.distribution(Distribution::Tpot)?;
    let median = quantile(&averages.histogram, 0.5)?;
    let value = averages.histogram.mean().unwrap_or(median.point);
    (median.bracket.0 >= theta).then(|| SymptomSeen {
        symptom: Symptom::Itl,
        score: severity::score(median.bracket.0 / theta).max(0.25),
        violated: true,
        pressing: false,
        current: seen.mode() != Mode::Snapshot,
        sufficiency: if seen.mode() == Mode::Snapshot { SINCE_START } else { 1.0 },
        sentence: format!(
            "Half of the requests take {} or more for each output token; the target is {}.",
            Unit::Seconds.show(median.bracket.0),
            Unit::Seconds.show(theta)
        ),
        shown: Unit::Seconds.show(value),
        value,
        limit: theta,
        unit: Unit::Seconds,
        time_base: averages.time_base,
        source: averages.source,
        input: seen.last.text_index,
    })
}

/// A shortfall of throughput is a symptom only when somebody waits for it: no demand is no violation.
fn has_demand(seen: &Observation) -> bool {
    seen.gauge_span(Gauge::Waiting).is_some_and(|(_, high)| high >= 1.0)
}

/// So many times as long as the batch, a queue takes several whole requests to get through, whatever else is known (own judgement).
const PRESSING_BATCHES: f64 = 4.0;
const PRESSING_LEAST: f64 = 20.0;
/// High.
const PRESSING_SCORE: f64 = 0.5;

/// Four requests wait for each that runs.
pub(crate) fn presses(waiting: f64, running: f64) -> bool {
    waiting >= PRESSING_LEAST && waiting >= PRESSING_BATCHES * running
}

/// How old a queue of one dump is at least: requests have to come before they wait, and so many come in this time at the mean rate of the
/// process. A burst brings them faster.
fn age(waiting: f64, laws: &Laws) -> String {
    const WORTH_SAYING: f64 = 1.0;
    let rate = laws.finish_rate.as_ref().filter(|rate| matches!(rate.time_base, TimeBase::Lifetime(Some(_))) && rate.value > 0.0);
    let seconds = rate.map(|rate| waiting / rate.value).filter(|seconds| *seconds >= WORTH_SAYING);
    seconds.map_or_else(String::new, |seconds| {
        format!(", as many as the server has finished in {} on average since its start", Unit::Seconds.show(seconds))
    })
}

fn queue(seen: &Observation, laws: &Laws, thetas: &Thetas) -> Option<SymptomSeen> {
    let queue = super::context::queue_of(seen, laws, thetas).ok()?;
    if !queue.standing {
        return None;
    }
    let theta = thetas.ttft.as_ref().map(|theta| theta.seconds);
    let drain = laws.drain_seconds.as_ref().map(|drain| drain.value);
    let waiting = requests_wait(queue.now);
    let running = seen.gauge(Gauge::Running).map_or(0.0, |running| running.value);
    let (score, sentence) = match (drain, theta) {
        (Some(drain), Some(theta)) => (
            severity::score(drain / theta).max(0.1),
            format!("{waiting}; at the present rate the queue needs {} to drain.", Unit::Seconds.show(drain)),
        ),
        (Some(drain), None) => (0.25, format!("{waiting}; at the present rate the queue needs {} to drain.", Unit::Seconds.show(drain))),
        // Beside a longer batch a queue moves up within a part of a request's time.
        _ if queue.now < running => (0.1, format!("{waiting}{}.", age(queue.now, laws))),
        _ => (0.25, format!("{waiting}{}.", age(queue.now, laws))),
    };
    let pressing = theta.is_some() && presses(queue.now, running);
    let score = if pressing { score.max(PRESSING_SCORE) } else { score };
    let sufficiency = match (seen.mode(), queue.mean) {
        (Mode::Snapshot, _) => ONE_INSTANT,
        (_, None) => TWO_INSTANTS,
        (_, Some(_)) => 1.0,
    };
    Some(SymptomSeen {
        symptom: Symptom::Queue,
        score,
        violated: false,
        current: true,
        pressing,
        sufficiency,
        sentence,
        shown: Unit::Requests.show(queue.now),
        value: queue.now,
        limit: 1.0,
        unit: Unit::Requests,
        time_base: TimeBase::Instant,
        source: queue.source,
        input: seen.last.text_index,
    })
}

macro_rules! symptom_rule {
    ($name:ident, $id:literal, $title:literal, $kind:ident, $symptom:ident, $sees:literal, $why:literal) => {
        static $name: Rule = Rule {
            id: $id,
            code: "S",
            title: $title,
            kind: BottleneckType::$kind,
            role: Role::Symptom,
            backends: ALL_BACKENDS,
            explains: &[Symptom::$symptom],
            texts: Texts {
                sees: $sees,
                why: $why,
                what_to_do: "Take a second dump 30 to 60 s after the first, while it lasts. With two, get the number that most rules wait for.",
                falsifier: "The target is met in a later window with the same load.",
                sources: &["The active service level."],
            },
            check: |_| Outcome::clear("Symptoms are read from the service levels."),
        };
    };
}

symptom_rule!(
    TTFT,
    "ttft-target-missed",
    "First token too late",
    HighLatency,
    Ttft,
    "A target on the time to first token is missed and no cause was found for it.",
    "Users wait before they see anything."
);
symptom_rule!(
    ITL,
    "itl-target-missed",
    "Tokens too slow",
    HighLatency,
    Itl,
    "A target on the time between output tokens is missed and no cause was found for it.",
    "Text appears more slowly than it was promised."
);
symptom_rule!(
    E2E,
    "e2e-target-missed",
    "Requests take too long",
    HighLatency,
    E2e,
    "A target on the whole request is missed and no cause was found for it.",
    "Callers wait longer than promised and may time out."
);
symptom_rule!(
    AVAILABILITY,
    "availability-target-missed",
    "Requests fail",
    Availability,
    Availability,
    "More requests fail than the target allows and no cause was found for it.",
    "Failed requests spend the error budget."
);
symptom_rule!(
    THROUGHPUT,
    "throughput-target-missed",
    "Throughput below target",
    LowThroughput,
    Throughput,
    "Requests wait, and the throughput target is missed; no cause was found for it.",
    "Work arrives faster than it is done."
);
symptom_rule!(
    QUEUE,
    "queue-unexplained",
    "Requests wait",
    QueueBuildup,
    Queue,
    "Requests wait for admission and no cause was found for it.",
    "Every waiting request adds to the time to first token."
);

/// All rules that only carry a symptom nobody explains; they are not part of the catalogue.
pub static SYMPTOM_RULES: &[&Rule] = &[&TTFT, &ITL, &E2E, &AVAILABILITY, &THROUGHPUT, &QUEUE];

/// A symptom that no cause explains, as a finding of its own.
pub(super) fn finding(seen: &SymptomSeen) -> Finding {
    let rule = match seen.symptom {
        Symptom::Ttft => &TTFT,
        Symptom::Itl => &ITL,
        Symptom::E2e => &E2E,
        Symptom::Availability => &AVAILABILITY,
        Symptom::Throughput => &THROUGHPUT,
        Symptom::Queue => &QUEUE,
    };
    let reading = Reading { value: seen.value, unit: seen.unit, time_base: seen.time_base, source: seen.source.clone() };
    let measure = Evidence::new(seen.symptom.path(), rule.title, reading, seen.input).shown_as(seen.shown.clone());
    let impact = Impact { score: seen.score, violated: seen.violated, current: seen.violated && seen.current, pressing: seen.pressing };
    Finding {
        rule,
        role: Role::Symptom,
        severity: impact.severity(),
        confidence: Confidence::new(0.9 * seen.sufficiency, Vec::new(), Vec::new()),
        sentence: seen.sentence.clone(),
        headline: format!("{}.", rule.title),
        formula: format!("{} against {}", seen.shown, seen.unit.show(seen.limit)),
        threshold: seen.limit,
        evidence: vec![measure.clone()],
        measure,
        explains: vec![seen.symptom],
        contributing: Vec::new(),
        actions: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, snapshot};
    use crate::rule::{ConfidenceWord, Severity};
    use crate::signal::BackendId;
    use crate::slo::{Target, evaluate};

    /// The finding of a missed target on TTFT, with half of the observations above the highest bound of 30 s.
    fn too_late(metric: &str) -> (SloStatus, Finding) {
        let buckets = [(1.0, 100.0), (30.0, 0.0), (f64::INFINITY, 100.0)];
        let seen = snapshot(Build::new(BackendId::Sglang).histogram(Distribution::Ttft, &buckets, 9000.0));
        let target = Target::new(None, metric, "<=", 1.0, None).expect("a target");
        let statuses = evaluate(&seen, &[target]);
        let symptoms = Symptoms::of(&seen, &Laws::of(&seen), &statuses, &Thetas::of(&statuses, "test"));
        (statuses[0].clone(), finding(symptoms.get(Symptom::Ttft).expect("the target is missed")))
    }

    #[test]
    fn where_only_a_bound_is_known_a_bound_is_shown_and_nothing_more() {
        let (status, finding) = too_late("ttft.p95");
        assert_eq!(status.shown_value, "≥ 30 s");
        assert_eq!((finding.measure.shown.as_str(), finding.evidence[0].shown.as_str()), ("≥ 30 s", "≥ 30 s"));
        assert_eq!(finding.formula, "≥ 30 s against 1 s");
    }

    fn queue(waiting: f64, running: f64) -> Option<Finding> {
        let seen = snapshot(Build::new(BackendId::Vllm).gauge(Gauge::Running, running).gauge(Gauge::Waiting, waiting));
        Symptoms::of(&seen, &Laws::of(&seen), &[], &Thetas::default()).get(Symptom::Queue).map(finding)
    }

    #[test]
    fn a_queue_of_one_instant_is_never_confirmed_and_a_handful_is_none() {
        assert!(queue(3.0, 1.0).is_none());
        // Handbook 0.1: findings that rest on gauges of one scrape reach 0.60 at most.
        let short = queue(6.0, 64.0).expect("six wait");
        assert_eq!((short.severity, short.confidence.word), (Severity::Low, ConfidenceWord::Probable));
        let long = queue(64.0, 64.0).expect("as many wait as run");
        assert_eq!((long.severity, long.confidence.word), (Severity::Medium, ConfidenceWord::Probable));
        assert!(long.confidence.value <= 0.6);
    }

    #[test]
    fn the_mean_is_known_however_coarse_the_buckets() {
        assert_eq!(too_late("ttft.mean").1.measure.shown, "45 s");
    }
}
