//! Recorded servers again: every snapshot alone, and every pair of snapshots as a window, before, during and after the load.

use std::collections::BTreeMap;
use std::path::Path;

use servescope::analyze::{Input, Profile};

use super::super::answer::{Answer, Truth, Verdict, report};
use super::super::edits::EDITS;
use super::super::recordings::{self, Phase, Recording};

/// What is claimed of a server at work that needs nothing mended.
const HARMLESS: &[&str] =
    &["idle", "warming-up", "at-capacity", "kv-full-and-healthy", "no-prefix-reuse", "stale-gauges", "ttft-mixes-nonstreaming"];

/// A person acts on a claim of this confidence.
const CONFIDENT: f64 = 0.70;

#[derive(Default)]
struct Row {
    n: usize,
    right: usize,
    /// A right cause is claimed, but not first.
    behind: usize,
    silent: usize,
    wrong: usize,
    /// Another cause than the right ones is claimed, in any place.
    others: usize,
    forbidden: usize,
    criticals: usize,
    /// Headlines that are a symptom without a cause.
    unexplained: usize,
    /// Claims of 0.70 or more, and how many of them are not right.
    confident: (usize, usize),
    /// Highest confidence of a claim that is not right.
    surest: f64,
}

pub fn print(series: &Path, list_wrong: bool) {
    println!("\n==== recorded servers: every snapshot, and every window between two of them");
    println!(
        "{:38} {:9} {:8} {:>4}  {:>5} {:>6} {:>6} {:>5}  {:>6} {:>9}  {:>9} {:>11}  surest other claim",
        "run", "of", "requests", "n", "right", "behind", "silent", "wrong", "others", "forbidden", "criticals", "unexplained"
    );
    let mut sums: BTreeMap<(Phase, &str), Row> = BTreeMap::new();
    for recording in recordings::all(series) {
        let mut rows: BTreeMap<(Phase, &str), Row> = BTreeMap::new();
        for from in 0..recording.moments.len() {
            for to in from..recording.moments.len() {
                let Some(answer) = answer(&recording, from, to) else { continue };
                let phase = recording.phase(from, to);
                let key = (phase, length(to - from));
                let said = judge(&recording, phase, &answer);
                for row in [rows.entry(key).or_default(), sums.entry(key).or_default()] {
                    row.add(&said);
                }
                if list_wrong && said.to_look_at() {
                    list(&recording, from, to, phase, &answer);
                }
            }
        }
        for ((phase, steps), row) in &rows {
            line(&recording.name, *phase, steps, row);
        }
    }
    for ((phase, steps), row) in &sums {
        line("all", *phase, steps, row);
    }
}

/// The same with what older releases and other collectors leave out or add.
pub fn print_edited(series: &Path, list_wrong: bool) {
    println!("\n==== recorded servers, their texts edited: every snapshot, and every window between two of them");
    println!(
        "{:24} {:8} {:>5}  {:>5} {:>6} {:>6} {:>5}  {:>6} {:>9}  {:>9} {:>11}  claims at 0.7 or more, wrong ones; surest other claim",
        "edit", "requests", "n", "right", "behind", "silent", "wrong", "others", "forbidden", "criticals", "unexplained"
    );
    let recordings = recordings::all(series);
    for edit in EDITS {
        let mut rows: BTreeMap<Phase, Row> = BTreeMap::new();
        for recording in recordings.iter().map(|recording| recording.edited(edit.apply)) {
            for from in 0..recording.moments.len() {
                for to in from..recording.moments.len() {
                    let Some(answer) = answer(&recording, from, to) else { continue };
                    let phase = recording.phase(from, to);
                    let said = judge(&recording, phase, &answer);
                    rows.entry(phase).or_default().add(&said);
                    if list_wrong && (said.others > 0.0 || said.criticals) {
                        print!("  {}:", edit.name);
                        list(&recording, from, to, phase, &answer);
                    }
                }
            }
        }
        for (phase, row) in &rows {
            let surest = if row.surest > 0.0 { format!("{:.2}", row.surest) } else { String::new() };
            println!(
                "{:24} {:8} {:5}  {:5} {:6} {:6} {:5}  {:6} {:9}  {:9} {:11}  {} {} {surest}",
                edit.name,
                words(*phase),
                row.n,
                row.right,
                row.behind,
                row.silent,
                row.wrong,
                row.others,
                row.forbidden,
                row.criticals,
                row.unexplained,
                row.confident.0,
                row.confident.1
            );
        }
    }
}

fn length(steps: usize) -> &'static str {
    match steps {
        0 => "snapshot",
        1 => "1 step",
        2..=3 => "2-3",
        4..=7 => "4-7",
        8..=15 => "8-15",
        _ => "16+",
    }
}

/// `None` when there is nothing to read: a server that has not been asked yet exports nothing.
fn answer(recording: &Recording, from: usize, to: usize) -> Option<Answer> {
    let input = |index: usize| {
        let moment = &recording.moments[index];
        Input { name: format!("{index}.prom"), at: Some(moment.unix), hint: None, parsed: moment.parsed.clone() }
    };
    let inputs = if from == to { vec![input(to)] } else { vec![input(from), input(to)] };
    report(&inputs, Profile::Default).ok().map(|report| Answer::of(&report))
}

struct Said {
    verdict: Verdict,
    behind: bool,
    others: f64,
    forbidden: bool,
    criticals: bool,
    unexplained: bool,
    confident: (usize, usize),
}

impl Said {
    fn to_look_at(&self) -> bool {
        self.verdict != Verdict::Right || self.others > 0.0 || self.forbidden || self.criticals || self.unexplained
    }
}

fn judge(recording: &Recording, phase: Phase, answer: &Answer) -> Said {
    let label = recording.label;
    let calm = phase == Phase::Calm;
    let truth = Truth {
        primary: if calm { Vec::new() } else { label.primary.to_vec() },
        also: HARMLESS.iter().chain(if calm { &[] } else { label.also }).copied().collect(),
        forbidden: if calm { vec!["*"] } else { label.forbidden.to_vec() },
        may_be_silent: phase != Phase::Waiting,
    };
    let right = |id: &str| truth.primary.contains(&id) || truth.also.contains(&id);
    let verdict = answer.verdict(&truth);
    let confident: Vec<bool> = answer.claims.iter().filter(|claim| claim.confidence >= CONFIDENT).map(|claim| right(&claim.id)).collect();
    Said {
        verdict,
        behind: verdict != Verdict::Right && answer.claims.iter().any(|claim| truth.primary.contains(&claim.id.as_str())),
        others: answer.claims.iter().filter(|claim| !right(&claim.id)).map(|claim| claim.confidence).fold(0.0, f64::max),
        forbidden: !answer.forbidden(&truth).is_empty(),
        criticals: calm && answer.criticals > 0,
        unexplained: answer.unexplained(),
        confident: (confident.len(), confident.iter().filter(|right| !**right).count()),
    }
}

impl Row {
    fn add(&mut self, said: &Said) {
        self.n += 1;
        self.right += usize::from(said.verdict == Verdict::Right);
        self.behind += usize::from(said.behind);
        self.silent += usize::from(said.verdict == Verdict::Silent);
        self.wrong += usize::from(said.verdict == Verdict::Wrong);
        self.others += usize::from(said.others > 0.0);
        self.forbidden += usize::from(said.forbidden);
        self.criticals += usize::from(said.criticals);
        self.unexplained += usize::from(said.unexplained);
        self.confident.0 += said.confident.0;
        self.confident.1 += said.confident.1;
        self.surest = self.surest.max(said.others);
    }
}

fn words(phase: Phase) -> &'static str {
    match phase {
        Phase::Calm => "calm",
        Phase::Mixed => "mixed",
        Phase::Waiting => "wait",
    }
}

fn line(name: &str, phase: Phase, steps: &str, row: &Row) {
    let requests = words(phase);
    let surest = if row.surest > 0.0 { format!("{:.2}", row.surest) } else { String::new() };
    println!(
        "{name:38} {steps:9} {requests:8} {:4}  {:5} {:6} {:6} {:5}  {:6} {:9}  {:9} {:11}  {surest}",
        row.n, row.right, row.behind, row.silent, row.wrong, row.others, row.forbidden, row.criticals, row.unexplained
    );
}

fn list(recording: &Recording, from: usize, to: usize, phase: Phase, answer: &Answer) {
    let claims: Vec<String> = answer.claims.iter().map(|claim| format!("{} {:.2}", claim.id, claim.confidence)).collect();
    let seconds = |index: usize| recording.moments[index].seconds;
    println!(
        "  {} {:.0}-{:.0} s ({phase:?}): said {} [{}]; {}",
        recording.name,
        seconds(from),
        seconds(to),
        answer.label(),
        claims.join(", "),
        answer.headline
    );
}
