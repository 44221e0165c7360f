//! Tables of how the answers compare with the truth.

use std::collections::BTreeMap;

use super::Choice;
use super::answer::{Answer, Verdict};
use super::sim::{Backend, Mode};
use super::simulated::Case;

/// Confidence of a confirmed claim.
const CONFIRMED: f64 = 0.80;

/// A person acts on a claim of this confidence.
const CONFIDENT: f64 = 0.70;

type Pick = fn(&Case) -> &Answer;

fn snapshot(case: &Case) -> &Answer {
    &case.snapshot
}

fn window(case: &Case) -> &Answer {
    &case.window
}

pub fn table(cases: &[Case], choice: &Choice) {
    let absent = cases.iter().filter(|c| !c.holds).count();
    println!("{} runs; in {absent} of them the condition was not there (they are left out)", cases.len());
    let cases: Vec<&Case> = cases.iter().filter(|c| c.holds).collect();
    let decidable: Vec<&Case> = cases.iter().copied().filter(|c| c.decided_by <= Mode::Window).collect();
    for (name, answer) in [("snapshot", snapshot as Pick), ("window", window as Pick)] {
        println!("\n-- {name}: right / silent / wrong, and a right cause among the first two");
        for backend in Backend::ALL {
            let of: Vec<&Case> = decidable.iter().copied().filter(|c| c.backend == backend).collect();
            if !of.is_empty() {
                println!("{:8} {}", backend.name(), line(&of, answer));
            }
        }
        println!("{:8} {}", "all", line(&decidable, answer));
        calibration(&decidable, answer);
        confusion(&decidable, answer);
        if choice.list_wrong {
            list_wrong(&decidable, answer);
        }
    }
    let later: Vec<&Case> = cases.iter().copied().filter(|c| c.decided_by == Mode::Series).collect();
    if !later.is_empty() {
        println!("\n-- conditions that need a series, judged from a window all the same (not in the bars)");
        println!("{:8} {}", "all", line(&later, window));
        confusion(&later, window);
    }
    classic(&cases);
    hypotheses(&decidable, choice);
    bars(&decidable);
    snapshot_bars(&decidable);
}

/// Where the true cause stands in the answers to the runs of one condition.
#[derive(Default)]
struct Places {
    right: usize,
    three: usize,
    total: usize,
    said: BTreeMap<String, usize>,
}

/// What one dump says where it proves nothing.
fn hypotheses(cases: &[&Case], choice: &Choice) {
    println!("\n-- snapshot, with hypotheses where nothing is claimed: what stands first");
    let mut rows: BTreeMap<&str, Places> = BTreeMap::new();
    for case in cases {
        let answer = &case.snapshot;
        let row = rows.entry(case.scenario).or_default();
        row.right += usize::from(answer.verdict_with_hypotheses(&case.truth) == Verdict::Right);
        row.three += usize::from(answer.among_three(&case.truth));
        row.total += 1;
        let first = answer.hypotheses.first().filter(|_| answer.claims.is_empty());
        *row.said.entry(first.map_or_else(|| answer.label(), |id| format!("{id}?"))).or_default() += 1;
        if choice.list_wrong && (first.is_some() || !answer.hypotheses.is_empty()) && !answer.among_three(&case.truth) {
            let (name, seed, possible) = (case.backend.name(), case.seed, answer.hypotheses.join(", "));
            println!("   {} {name} {} seed {seed}: [{possible}]: {}", case.scenario, case.version, answer.headline);
        }
    }
    for (scenario, Places { right, three, total, said }) in rows {
        let mark = if right == total { ' ' } else { '!' };
        let said: Vec<String> = said.into_iter().map(|(id, n)| format!("{id} {n}")).collect();
        println!("{mark} {scenario:25} {right:3}/{total:<3}, among three {three:3}; said {}", said.join(", "));
    }
}

fn snapshot_bars(cases: &[&Case]) {
    let n = cases.len().max(1) as f64;
    let share = |part: usize| part as f64 / n;
    let verdict = |wanted: Verdict| cases.iter().filter(|c| c.snapshot.verdict_with_hypotheses(&c.truth) == wanted).count();
    let first = share(verdict(Verdict::Right));
    let three = share(cases.iter().filter(|c| c.snapshot.among_three(&c.truth)).count());
    let claimed = cases.iter().filter(|c| !c.snapshot.claims.is_empty() && c.snapshot.verdict(&c.truth) == Verdict::Wrong).count();
    let forbidden = cases.iter().filter(|c| !c.snapshot.forbidden(&c.truth).is_empty()).count();
    let calm: Vec<&&Case> = cases.iter().filter(|c| c.calm).collect();
    let talking = calm.iter().filter(|c| !c.snapshot.hypotheses.is_empty()).count();
    println!("\n-- bars (snapshot)");
    println!("        silent where something is wrong: {:.1} % of all", 100.0 * share(verdict(Verdict::Silent)));
    for (name, value, met) in [
        ("the true cause first among causes or hypotheses, at least 85 %", 100.0 * first, first >= 0.85),
        ("among the first three, at least 97 %", 100.0 * three, three >= 0.97),
        ("a claimed cause wrong in at most 1.5 %", 100.0 * share(claimed), share(claimed) <= 0.015),
        ("runs with a forbidden claim: 0", forbidden as f64, forbidden == 0),
        ("calm servers with a hypothesis: 0", talking as f64, talking == 0),
    ] {
        println!("{} {name}: {value:.1}", if met { "met    " } else { "NOT MET" });
    }
}

struct Counts {
    n: usize,
    right: usize,
    silent: usize,
    second: usize,
    forbidden: usize,
    calm: usize,
    calm_criticals: usize,
    /// Calm servers whose headline is a symptom that nothing explains.
    calm_symptoms: usize,
}

fn count(cases: &[&Case], answer: Pick) -> Counts {
    let verdict = |v: Verdict| cases.iter().filter(|c| answer(c).verdict(&c.truth) == v).count();
    let calm: Vec<&&Case> = cases.iter().filter(|c| c.calm).collect();
    Counts {
        n: cases.len(),
        right: verdict(Verdict::Right),
        silent: verdict(Verdict::Silent),
        second: cases.iter().filter(|c| answer(c).second_chance(&c.truth)).count(),
        forbidden: cases.iter().filter(|c| !answer(c).forbidden(&c.truth).is_empty()).count(),
        calm: calm.len(),
        calm_criticals: calm.iter().filter(|c| answer(c).criticals > 0).count(),
        calm_symptoms: calm.iter().filter(|c| answer(c).unexplained()).count(),
    }
}

fn line(cases: &[&Case], answer: Pick) -> String {
    let c = count(cases, answer);
    let percent = |part: usize| 100.0 * part as f64 / c.n.max(1) as f64;
    format!(
        "{:4} runs: {:5.1} % / {:5.1} % / {:5.1} %; top-2 {:5.1} %; forbidden claimed in {:4.1} %; of {} calm servers {} with a critical, {} with an unexplained symptom",
        c.n,
        percent(c.right),
        percent(c.silent),
        percent(c.n - c.right - c.silent),
        percent(c.second),
        percent(c.forbidden),
        c.calm,
        c.calm_criticals,
        c.calm_symptoms
    )
}

/// Confidence of every claim, and whether it was right.
fn claims(cases: &[&Case], answer: Pick) -> Vec<(f64, bool)> {
    let right = |case: &Case, id: &str| case.truth.primary.contains(&id) || case.truth.also.contains(&id);
    cases.iter().flat_map(|case| answer(case).claims.iter().map(|claim| (claim.confidence, right(case, &claim.id)))).collect()
}

/// Is a claim with confidence p right in p of the cases?
fn calibration(cases: &[&Case], answer: Pick) {
    let claims = claims(cases, answer);
    let brier = claims.iter().map(|(p, right)| (p - f64::from(u8::from(*right))).powi(2)).sum::<f64>() / claims.len().max(1) as f64;
    print!("calibration: {} claims, Brier {brier:.3}", claims.len());
    for (word, low, high) in [("possible", 0.30, 0.50), ("probable", 0.50, 0.80), ("confirmed", 0.80, 1.01)] {
        let inside: Vec<&(f64, bool)> = claims.iter().filter(|(p, _)| (low..high).contains(p)).collect();
        let mean = inside.iter().map(|c| c.0).sum::<f64>() / inside.len().max(1) as f64;
        let right = inside.iter().filter(|c| c.1).count();
        print!("; {word}: {right} of {} right at mean {mean:.2}", inside.len());
    }
    println!();
    let sure: Vec<&(f64, bool)> = claims.iter().filter(|(p, _)| *p >= CONFIDENT).collect();
    println!("claims at {CONFIDENT} or more: {}, of which {} are wrong", sure.len(), sure.iter().filter(|(_, right)| !right).count());
}

#[derive(Default)]
struct Row {
    expected: String,
    answers: BTreeMap<String, usize>,
    right: usize,
    total: usize,
    forbidden: BTreeMap<String, usize>,
}

fn confusion(cases: &[&Case], answer: Pick) {
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    for case in cases {
        let row = rows.entry(case.scenario).or_default();
        row.expected = if case.truth.primary.is_empty() { "nothing".into() } else { case.truth.primary.join(" | ") };
        *row.answers.entry(answer(case).label()).or_default() += 1;
        row.right += usize::from(answer(case).verdict(&case.truth) == Verdict::Right);
        row.total += 1;
        for id in answer(case).forbidden(&case.truth) {
            *row.forbidden.entry(id).or_default() += 1;
        }
    }
    let list = |counts: BTreeMap<String, usize>| {
        let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        counts.into_iter().map(|(id, n)| format!("{id} {n}")).collect::<Vec<_>>().join(", ")
    };
    for (scenario, row) in rows {
        let mark = if row.right == row.total { ' ' } else { '!' };
        let forbidden = if row.forbidden.is_empty() { String::new() } else { format!("; FORBIDDEN: {}", list(row.forbidden)) };
        println!("{mark} {scenario:25} {:3}/{:<3} is {}; said {}{forbidden}", row.right, row.total, row.expected, list(row.answers));
    }
}

fn list_wrong(cases: &[&Case], answer: Pick) {
    for case in cases {
        let a = answer(case);
        let known = |id: &str| case.truth.primary.contains(&id) || case.truth.also.contains(&id);
        let overconfident = a.claims.iter().any(|claim| claim.confidence >= CONFIDENT && !known(&claim.id));
        if a.verdict(&case.truth) == Verdict::Right && a.forbidden(&case.truth).is_empty() && !overconfident {
            continue;
        }
        let claims: Vec<String> = a.claims.iter().map(|c| format!("{} {:.2} {:?}", c.id, c.confidence, c.severity)).collect();
        println!(
            "   {} {} {} seed {}: [{}] mentioned [{}]: {}",
            case.scenario,
            case.backend.name(),
            case.version,
            case.seed,
            claims.join(", "),
            a.mentioned.join(", "),
            a.headline
        );
    }
}

/// The first design's thresholds on the same windows: it names symptoms, so that only noise and silence can be counted.
fn classic(cases: &[&Case]) {
    let seen: Vec<(&Case, usize, usize)> = cases.iter().filter_map(|c| c.classic.map(|(all, critical)| (*c, all, critical))).collect();
    if seen.is_empty() {
        println!("\n-- classic profile: not in this build");
        return;
    }
    let calm: Vec<_> = seen.iter().filter(|(c, ..)| c.calm).collect();
    let sick: Vec<_> = seen.iter().filter(|(c, ..)| !c.calm && !c.truth.may_be_silent && !c.truth.primary.is_empty()).collect();
    println!(
        "\n-- classic profile, same windows: a finding on {} of {} calm servers (critical on {}); nothing found on {} of {} sick ones; it names no cause",
        calm.iter().filter(|(_, all, _)| *all > 0).count(),
        calm.len(),
        calm.iter().filter(|(.., critical)| *critical > 0).count(),
        sick.iter().filter(|(_, all, _)| *all == 0).count(),
        sick.len()
    );
}

fn bars(cases: &[&Case]) {
    let c = count(cases, window);
    let share = |part: usize| part as f64 / c.n.max(1) as f64;
    let confirmed: Vec<bool> = claims(cases, window).into_iter().filter(|(p, _)| *p >= CONFIRMED).map(|(_, right)| right).collect();
    let right = confirmed.iter().filter(|r| **r).count() as f64 / confirmed.len().max(1) as f64;
    let criticals = cases.iter().filter(|k| k.calm && (k.window.criticals > 0 || k.snapshot.criticals > 0)).count();
    println!("\n-- bars (window)");
    for (name, value, met) in [
        ("top-1 at least 90 %", 100.0 * share(c.right), share(c.right) >= 0.90),
        ("top-2 at least 97 %", 100.0 * share(c.second), share(c.second) >= 0.97),
        ("a forbidden cause in at most 2 %", 100.0 * share(c.forbidden), share(c.forbidden) <= 0.02),
        ("confirmed claims right in at least 95 %", 100.0 * right, right >= 0.95 && !confirmed.is_empty()),
        ("calm servers with a critical (snapshot or window): 0", criticals as f64, criticals == 0),
    ] {
        println!("{} {name}: {value:.1}", if met { "met    " } else { "NOT MET" });
    }
}
