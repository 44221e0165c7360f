//! Words of the report's cards.

use crate::metrics::Unit;
use crate::rule::Role;

pub const HEALTH: &str = "Health";
pub const OF_100: &str = "of 100";
pub const DO_FIRST: &str = "Do first";
pub const WHY_AND_PRICE: &str = "Why, price, how to verify";
pub const WHY: &str = "Why";
pub const MODEL: &str = "model";
pub const INSTANCE: &str = "instance";
pub const ONE_DUMP: &str = "one dump";
pub const CAUSE: &str = "cause";
pub const SYMPTOM: &str = "symptom";
pub const RISK: &str = "risk";
pub const NOTE: &str = "note";
pub const RULES: &str = "rules";
pub const WRONG: &str = "What is wrong";
pub const WHAT: &str = "What";
pub const VALUE: &str = "Value";
pub const FROM: &str = "Where from";
pub const INFERRED: &str = ", inferred";
pub const CHANGE: &str = "Change";
pub const NEXT_STEP: &str = "Next step";
pub const PRICE: &str = "Price";
pub const VERIFY: &str = "Verify";
pub const CONTRIBUTING: &str = "Contributing";
pub const PROOF: &str = "Formula, threshold, sources, and what would prove this wrong";
pub const FORMULA: &str = "Formula";
pub const THRESHOLD: &str = "Threshold";
pub const CONFIDENCE: &str = "Confidence";
pub const WOULD_RAISE_IT: &str = "Would make it surer";
pub const SPEAKS_AGAINST: &str = "Speaks against it";
pub const FALSIFIER: &str = "Proved wrong by";
pub const SOURCES: &str = "Sources";
pub const RULE: &str = "Rule";
pub const SERVICES: &str = "Service levels";
pub const NO_TARGETS: &str = "No targets are set.";
pub const GOODPUT: &str = "All latency targets together";
pub const EDIT_TARGETS: &str = "Edit";
pub const ANATOMY: &str = "Where the time of a request goes";
pub const PHASES: &str = "Phases of a request, means";
pub const PHASE: &str = "Phase";
pub const MEAN: &str = "Mean";
pub const SHARE: &str = "Share";
pub const E2E_MEAN: &str = "end to end, measured";
pub const AS_TABLE: &str = "As a table";
pub const QUANTILES: &str = "Quantiles";
pub const QUANTILE: &str = "Quantile";
pub const INTERPOLATED: &str = "Interpolated";
pub const BUCKET: &str = "Bucket";
pub const INTERVAL: &str = "95 % interval";
pub const BUCKETS: &str = "Buckets";
pub const BOUND: &str = "Bound";
pub const COUNT: &str = "Count";
pub const BELOW: &str = "At or below";
pub const SIGNALS: &str = "Signals";
pub const SIGNAL: &str = "Signal";
pub const BEFORE: &str = "Before";
pub const TIME_BASE: &str = "Time base";
pub const METRIC: &str = "Metric";
pub const LINES: &str = "Lines";
pub const UNCHANGED: &str = "unchanged";
pub const NOTHING_DEDUCTED: &str = "Nothing was taken off.";
pub const NOT_EXERCISED: &str = "not exercised";
pub const NOTHING_ASKED: &str = "The server had nothing to do, so nothing was taken off: 100 says “not exercised” here, not “healthy”.";
pub const WATERFALL: &str = "What was taken off";
pub const REASON: &str = "Reason";
pub const POINTS: &str = "Points";
pub const SEE: &str = "see";
pub const UNSEEN: &str = "What the score cannot see";
pub const OPINIONS: &str = "Second opinions";
pub const OPINIONS_NOTE: &str = "Published thresholds of others, held against the same numbers. They inform; they do not change the score.";
pub const WHO: &str = "Who";
pub const THEIR_RULE: &str = "Their threshold";
pub const VERDICT: &str = "Verdict";
pub const SOURCE: &str = "Source";
pub const UNMEASURED: &str = "Could not be judged";
pub const NEEDED_BY: &str = "needed by";
pub const NOTES: &str = "Notes";
pub const PROBLEMS: &str = "Problems in the text";
pub const REPAIRED: &str = "repaired";
pub const SKIPPED: &str = "skipped";
pub const ALL_RULES: &str = "All rules and what they saw";
pub const SEEN: &str = "What was seen, or is missing";

pub fn role(role: Role) -> &'static str {
    match role {
        Role::Cause => CAUSE,
        Role::Symptom => SYMPTOM,
        Role::Risk => RISK,
        Role::Note => NOTE,
    }
}

pub fn dumps(count: usize) -> String {
    format!("{count} dumps")
}

pub fn line(line: u32) -> String {
    format!("line {line}")
}

pub fn line_range(first: u32, last: u32) -> String {
    format!("lines {first}–{last}")
}

pub fn line_list(shown: &str, more: usize) -> String {
    if more == 0 { format!("lines {shown}") } else { format!("lines {shown} and {more} more") }
}

pub fn findings(count: usize) -> String {
    format!("{count} findings, worst first")
}

pub fn nothing_fired((judged, all): (usize, usize)) -> String {
    if all == 0 {
        return "No rule fired.".to_owned();
    }
    let rest = all.saturating_sub(judged);
    let rest = if rest == 0 { String::new() } else { format!(" {rest} could not be judged; below is why, and how to switch them on.") };
    format!("No rule fired. {judged} of {all} rules looked and found nothing.{rest}")
}

pub fn numbers_of(title: &str) -> String {
    format!("The numbers behind “{title}”")
}

pub fn explains(paths: &str) -> String {
    format!("explains {paths}")
}

pub fn against(metric: &str, value: f64, threshold: f64) -> String {
    format!("`{metric}` is {} against a threshold of {}.", Unit::Count.show(value), Unit::Count.show(threshold))
}

pub fn confidence(word: &str, value: f64) -> String {
    format!("{word}, {}", Unit::Ratio.show(value))
}

pub fn samples(count: f64) -> String {
    format!("{} {}", Unit::Count.show(count), if count == 1.0 { "sample" } else { "samples" })
}

pub fn quantile(q: f64) -> String {
    // Rounded, because 0.999 times 100 is not 99.9 in binary.
    format!("P{}", (q * 1e5).round() / 1e3)
}

pub fn bar(lower: &str, upper: &str, count: f64, share: f64) -> String {
    format!("{lower} to {upper}: {} ({})", Unit::Count.show(count), Unit::Ratio.show(share))
}

pub fn target(shown: &str) -> String {
    format!("target {shown}")
}

pub fn was(before: &str) -> String {
    format!("was {before}")
}

pub fn more_distributions(count: usize) -> String {
    if count == 1 { "1 more distribution".to_owned() } else { format!("{count} more distributions: phases, lengths, batches") }
}

pub fn all_signals(count: usize) -> String {
    format!("All {count} signals with their metrics and lines")
}

pub fn points(points: f64) -> String {
    let rounded = (points * 10.0).round() / 10.0;
    if rounded == 0.0 { "0".to_owned() } else { format!("{rounded}") }
}

pub fn score_confidence(confidence: f64) -> String {
    format!("How sure the score is: {}.", Unit::Ratio.show(confidence))
}

pub fn opinions(count: usize) -> String {
    format!("{count} published thresholds")
}

pub fn more_problems(count: u64) -> String {
    format!("{} more are not listed.", Unit::Count.show(count as f64))
}

pub fn problems(total: u64, repaired: usize) -> String {
    let noun = if total == 1 { "line was not as it should be" } else { "lines were not as they should be" };
    let repaired = if repaired == 0 { String::new() } else { format!("; {repaired} could be repaired") };
    format!("{} {noun}{repaired}. All other lines were read.", Unit::Count.show(total as f64))
}

pub fn rules(fired: usize, clear: usize, unknown: usize) -> String {
    format!("{fired} fired · {clear} clear · {unknown} cannot tell")
}

pub use crate::report::path_words as path;
