//! The timeline of a report.

use crate::metrics::{Unit, capital, counted};
use crate::report::{BetweenView, IntervalView, PhaseView, SeriesView, SloOverTime, Timeline};
use crate::rule::StateKind;
use crate::signal::{Counter, Distribution, Gauge, Moment, Observation};
use crate::slo::{self, Target, Verdict};
use crate::sorted::Table;
use crate::timeline::{self, HEALTHY, Phase, UNKNOWN, span_words, when};

/// The timeline of these dumps, which are in the order of time. `window`: first and last dump of the analysed window. `chosen`: a person
/// chose it.
#[must_use]
pub fn timeline(line: &timeline::Timeline, moments: &[Moment], targets: &[Target], window: [usize; 2], chosen: bool) -> Timeline {
    let times: Vec<Option<f64>> = moments.iter().map(|moment| moment.at).collect();
    let at = |dump: usize| times.get(dump).copied().flatten();
    let between = |first: usize, last: usize| BetweenView { from: at(first), to: at(last), dumps: [first, last] };
    let intervals = || line.intervals.iter();
    let phases: Vec<PhaseView> = line.phases.iter().map(|phase| phase_view(phase, &times)).collect();
    let long = |index: &usize| line.intervals.get(*index).map(|interval| between(interval.end - 1, interval.end));
    let zero = at(0);
    let label =
        |(index, at): (usize, &Option<f64>)| zero.zip(*at).map_or_else(|| format!("dump {}", index + 1), |(zero, at)| when(at, zero));
    Timeline {
        labels: times.iter().enumerate().map(label).collect(),
        zone: zero.and_then(super::rfc3339).map(|_| "UTC".to_owned()),
        inputs: moments.iter().map(|moment| moment.text_index).collect(),
        intervals: intervals()
            .map(|interval| IntervalView { verdict: interval.verdict.id.to_owned(), severity: interval.verdict.severity })
            .collect(),
        present: line.present,
        chosen,
        window,
        restarts: intervals().filter(|interval| interval.restarted).map(|interval| between(interval.end - 1, interval.end)).collect(),
        gaps: line.gaps.iter().filter_map(long).collect(),
        signals: signals(line, moments),
        slo: targets.iter().map(|target| over_time(target, &line.phases)).collect(),
        earlier: worst(line, &phases).filter(|_| !chosen).map(|phase| format!("Earlier, {}", lower(&phase.words))),
        summary: summary(line, moments, &phases),
        times,
        phases,
    }
}

fn phase_view(phase: &Phase, times: &[Option<f64>]) -> PhaseView {
    let at = |dump: usize| times.get(dump).copied().flatten();
    let (from, to, zero) = (at(phase.first), at(phase.last), times.first().copied().flatten());
    let title = title(phase);
    let span = match (from, to, zero) {
        (Some(from), Some(to), Some(zero)) => span_words(from, to, zero),
        _ => format!("from dump {} to dump {}", phase.first + 1, phase.last + 1),
    };
    PhaseView {
        dumps: [phase.first, phase.last],
        from,
        to,
        verdict: phase.verdict.id.to_owned(),
        words: format!("{}: {}.", capital(&span), what(phase, &title)),
        title,
        severity: phase.verdict.severity,
        requests: phase.requests,
    }
}

/// The verdict in a few words.
fn title(phase: &Phase) -> String {
    let of_a_state = |id: StateKind| phase.verdict.id == id.id();
    let plain = match phase.verdict.id {
        HEALTHY => "No bottleneck",
        UNKNOWN if phase.restarted => "Restarted",
        _ if of_a_state(StateKind::Stalled) => "Engine stands still",
        _ if of_a_state(StateKind::Idle) => "Idle",
        _ if of_a_state(StateKind::Sleeping) => "Asleep",
        _ => phase.title.unwrap_or("Cannot tell"),
    };
    plain.to_owned()
}

/// What happened in a phase, after its time: `KV cache full, up to 25 requests waiting`.
fn what(phase: &Phase, title: &str) -> String {
    if phase.verdict.id == StateKind::Stalled.id() {
        let inside = counted(phase.least_inside, "request", "requests");
        return format!("the engine stood still with at least {inside} inside (its gauges froze; more may have waited)");
    }
    if phase.restarted {
        return "the process restarted; requests that were inside are lost, and no counter shows how many".to_owned();
    }
    let mut what = title.to_owned();
    if phase.verdict.id == UNKNOWN && phase.title.is_some() {
        what.push_str(", cause not found");
    }
    if phase.most_waiting >= 1.0 {
        what.push_str(&format!(", up to {} waiting", Unit::Count.show(phase.most_waiting)));
    }
    what
}

/// The present, and the worst that was before it.
fn summary(line: &timeline::Timeline, moments: &[Moment], phases: &[PhaseView]) -> String {
    let seconds = moments.first().and_then(|first| first.at).zip(moments.last().and_then(|last| last.at)).map(|(first, last)| last - first);
    let span = seconds.map_or_else(String::new, |seconds| format!(" over {}", super::duration(seconds)));
    let count = counted(phases.len() as f64, "phase", "phases");
    let now = phases.get(line.present).map_or("", |phase| phase.title.as_str());
    let mut words = format!("{}{span}, {count}. Now: {}.", counted(moments.len() as f64, "dump", "dumps"), lower(now));
    if let Some(worst) = worst(line, phases) {
        words.push_str(&format!(" Worst: {}", lower(&worst.words)));
    }
    words
}

/// The worst phase before the present one, where it is worse.
fn worst<'p>(line: &timeline::Timeline, phases: &'p [PhaseView]) -> Option<&'p PhaseView> {
    let worst = line.worst_before()?;
    phases.iter().find(|phase| phase.dumps == [worst.first, worst.last])
}

/// `KV cache full` stays, `No bottleneck` becomes `no bottleneck`.
fn lower(words: &str) -> String {
    let mut letters = words.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => format!("{}{}", first.to_lowercase(), letters.as_str()),
        _ => words.to_owned(),
    }
}

/// A target in each phase, and the shares of the time.
fn over_time(target: &Target, phases: &[Phase]) -> SloOverTime {
    let statuses: Vec<_> = phases.iter().filter_map(|phase| slo::evaluate(&phase.seen, std::slice::from_ref(target)).pop()).collect();
    let verdicts: Vec<Verdict> = statuses.iter().map(|status| status.verdict).collect();
    let seconds: Option<Vec<f64>> = phases.iter().map(Phase::seconds).collect();
    let share = |wanted: &dyn Fn(Verdict) -> bool| {
        let seconds = seconds.as_ref()?;
        let all: f64 = seconds.iter().sum();
        let some: f64 = seconds.iter().zip(&verdicts).filter(|(_, verdict)| wanted(**verdict)).map(|(seconds, _)| *seconds).sum();
        // An empty sum is -0.
        (all > 0.0).then(|| some / all + 0.0)
    };
    let unit = statuses.first().map_or(Unit::Seconds, |status| status.unit);
    SloOverTime {
        goal: super::views::goal(target, unit),
        met: share(&|verdict| verdict == Verdict::Pass),
        missed: share(&|verdict| verdict == Verdict::Fail),
        open: share(&|verdict| matches!(verdict, Verdict::Undetermined | Verdict::NoData)),
        verdicts,
    }
}

const GAUGES: &[Gauge] = &[Gauge::Running, Gauge::Waiting, Gauge::KvUsage];
const MEANS: &[Distribution] = &[
    Distribution::Ttft,
    Distribution::QueueTime,
    Distribution::Itl,
    Distribution::Tpot,
    Distribution::E2e,
    Distribution::PromptLength,
    Distribution::OutputLength,
];
const RATES: &[(Counter, &str, &str, Unit)] = &[
    (Counter::Finished, "requests_per_second", "requests finished per second", Unit::RequestsPerSecond),
    (Counter::LiveOutputTokens, "output_tokens_per_second", "output tokens per second", Unit::TokensPerSecond),
    (Counter::Preemptions, "preemptions_per_minute", "preemptions per minute", Unit::PerMinute),
    (Counter::CapacityRejections, "refused_per_second", "requests refused per second", Unit::RequestsPerSecond),
];

/// The signals of the server at each dump, or over each interval.
fn signals(line: &timeline::Timeline, moments: &[Moment]) -> Table<String, SeriesView> {
    let mut table = Table::default();
    let mut add = |path: String, label: String, unit: Unit, kind: &str, values: Vec<Option<f64>>| {
        if values.iter().any(Option::is_some) {
            table.insert(path, SeriesView { label, unit, kind: kind.to_owned(), values });
        }
    };
    for gauge in GAUGES {
        let values = moments.iter().map(|moment| moment.gauges.get(gauge).map(|value| value.value)).collect();
        add(gauge.path().to_owned(), gauge.words().to_owned(), gauge.unit(), "instant", values);
    }
    let over = |value: &dyn Fn(&Observation) -> Option<f64>| {
        std::iter::once(None).chain(line.intervals.iter().map(|interval| value(&interval.seen).filter(|value| value.is_finite()))).collect()
    };
    for (counter, path, label, unit) in RATES {
        let scale = if *unit == Unit::PerMinute { 60.0 } else { 1.0 };
        let values = over(&|seen| {
            let own = seen.rate(*counter);
            let rate = if *counter == Counter::LiveOutputTokens { own.or_else(|| seen.rate(Counter::OutputTokens)) } else { own };
            rate.map(|rate| scale * rate.value)
        });
        add((*path).to_owned(), (*label).to_owned(), *unit, "window", values);
    }
    for distribution in MEANS {
        let values = over(&|seen| seen.mean(*distribution).map(|mean| mean.value));
        add(format!("{}.mean", distribution.path()), format!("mean {}", distribution.words()), distribution.unit(), "window", values);
    }
    let hits = over(&|seen| {
        let queries = seen.count(Counter::PrefixQueries)?.value;
        (queries > 0.0).then_some(seen.count(Counter::PrefixHits)?.value / queries)
    });
    add("prefix_cache.hit_rate".to_owned(), "prefix cache hits".to_owned(), Unit::Ratio, "window", hits);
    table
}
