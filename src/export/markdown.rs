//! A report as Markdown, for the post-mortem and the chat: the same facts as the page, in the same order.

use std::fmt::Write;

use super::timeline::{over_time, timeline};
use crate::metrics::{SourceLines, Unit};
use crate::report::{Action, Bottleneck, ComparisonView, Evidence, Footing, Report, RuleVerdict, SideView};
use crate::rule::{Role, Severity};
use crate::slo::{self, Verdict};

/// The whole report as Markdown. Text that came from the input is escaped, so that it stays text.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut out = String::with_capacity(8 * 1024);
    // Writing to a String cannot fail; the result is there for other writers.
    let _ = write_report(&mut out, report);
    out
}

pub(super) type Written = Result<(), std::fmt::Error>;

fn write_report(out: &mut String, report: &Report) -> Written {
    writeln!(out, "# {}\n", prose(&report.headline.lead))?;
    if !report.headline.more.is_empty() {
        writeln!(out, "{}\n", prose(&report.headline.more))?;
    }
    facts(out, report)?;
    health(out, report)?;
    if let Some(line) = &report.timeline {
        timeline(out, line)?;
        over_time(out, report)?;
    }
    if let Some(comparison) = &report.comparison {
        before_and_after(out, comparison)?;
    }
    bottlenecks(out, report)?;
    hypotheses(out, report)?;
    service_levels(out, report)?;
    anatomy(out, report)?;
    signals(out, report)?;
    unmeasured(out, report)?;
    problems(out, report)
}

fn facts(out: &mut String, report: &Report) -> Written {
    let backend = &report.backend;
    writeln!(out, "- Server: {} {} ({})", prose(&backend.name), prose(&backend.version_range), prose(&backend.why))?;
    if !report.models.is_empty() {
        writeln!(out, "- Model: {}", report.models.iter().map(|model| code(model)).collect::<Vec<_>>().join(", "))?;
    }
    writeln!(out, "- Instance: {}", code(&report.instance_id))?;
    if let Some(time) = &report.timestamp {
        writeln!(out, "- Time: {time}")?;
    }
    match &report.window {
        Some(window) => writeln!(out, "- Basis: {}", prose(&window.words))?,
        None => writeln!(out, "- Basis: one snapshot")?,
    }
    writeln!(out, "- State: {}", prose(&report.state.sentence))?;
    for input in &report.inputs {
        writeln!(out, "- Input: {}, {}, {} lines, {} samples", code(&input.name), input.format, input.lines, input.samples)?;
    }
    writeln!(out)
}

fn health(out: &mut String, report: &Report) -> Written {
    let untested = report.standing.footing == Footing::Untested;
    match report.shown_score() {
        Some(score) if untested => writeln!(out, "## Health: {score:.0} of 100, not exercised\n")?,
        Some(score) => writeln!(out, "## Health: {score:.0} of 100\n")?,
        None if untested => writeln!(out, "## Health: not exercised\n")?,
        None => writeln!(out, "## Health: cannot be judged\n")?,
    }
    writeln!(out, "{}. {}\n", report.standing.word, prose(&report.standing.sentence))?;
    for deduction in &report.health.deductions {
        let points =
            if deduction.kind == "cap" { format!("at most {:.0}", deduction.points) } else { format!("−{:.0}", deduction.points) };
        writeln!(out, "- {points}: {}", prose(&deduction.reason))?;
    }
    for unseen in &report.health.coverage {
        writeln!(out, "- not seen: {}", prose(unseen))?;
    }
    writeln!(out)
}

fn before_and_after(out: &mut String, comparison: &ComparisonView) -> Written {
    writeln!(out, "## Before and after\n\n{} {}\n", prose(&comparison.headline), prose(&comparison.load))?;
    writeln!(out, "| number | before | after | |\n|---|---|---|---|")?;
    let shown = |side: &Option<SideView>| side.as_ref().map_or_else(|| "–".to_owned(), |side| side.shown.clone());
    for row in &comparison.rows {
        writeln!(out, "| {} | {} | {} | {} |", cell(&row.label), cell(&shown(&row.before)), cell(&shown(&row.after)), row.change.word())?;
    }
    writeln!(out)
}

fn bottlenecks(out: &mut String, report: &Report) -> Written {
    writeln!(out, "## What is wrong\n")?;
    if report.bottlenecks.is_empty() {
        writeln!(out, "No rule fired. {} of {} rules could be judged.\n", judged(report), report.rules.len())?;
    }
    for finding in &report.bottlenecks {
        bottleneck(out, finding)?;
    }
    Ok(())
}

fn hypotheses(out: &mut String, report: &Report) -> Written {
    if report.hypotheses.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Possible causes, likeliest first\n")?;
    for (place, possible) in report.hypotheses.iter().enumerate() {
        writeln!(out, "{}. **{}** (rule {})", place + 1, prose(&possible.title), code(&possible.cause))?;
        for sentence in &possible.supports {
            writeln!(out, "   - for: {}", prose(sentence))?;
        }
        for sentence in &possible.contradicts {
            writeln!(out, "   - against: {}", prose(sentence))?;
        }
        writeln!(out, "   - decides: {}", prose(&possible.decide))?;
    }
    writeln!(out)
}

fn judged(report: &Report) -> usize {
    report.rules.iter().filter(|rule| rule.verdict != RuleVerdict::NotMeasurable).count()
}

fn bottleneck(out: &mut String, finding: &Bottleneck) -> Written {
    writeln!(out, "### {}: {}\n", severity(finding.severity), prose(&finding.title))?;
    writeln!(out, "{}, {} ({:.2}); rule `{}`\n", role(finding.role), confidence(finding), finding.confidence.value, finding.id)?;
    writeln!(out, "{}\n", prose(&finding.description))?;
    if !finding.why.is_empty() {
        writeln!(out, "{}\n", prose(&finding.why))?;
    }
    if !finding.evidence.is_empty() {
        writeln!(out, "| what | value | time base | metric | lines |\n|---|---:|---|---|---|")?;
        for evidence in &finding.evidence {
            row(out, evidence)?;
        }
        writeln!(out)?;
    }
    if (finding.role == Role::Symptom && !finding.is_classic()) || finding.actions.is_empty() {
        writeln!(out, "- **Next step**: {}\n", prose(&finding.recommendation))?;
    } else {
        let shared = finding.shared_verify();
        for action in &finding.actions {
            self::action(out, action, shared.is_none())?;
        }
        if let Some(verify) = shared {
            writeln!(out, "- **Verify**: {}\n", prose(verify))?;
        }
    }
    list(out, "Contributing", finding.contributing.iter().map(|other| format!("{}: {}", prose(&other.title), prose(&other.sentence))))?;
    list(out, "Explains", finding.explains.iter().map(|path| code(path)))?;
    list(out, "Would make it surer", finding.confidence.missing.iter().map(|text| prose(text)))?;
    list(out, "Speaks against it", finding.confidence.contradictions.iter().map(|text| prose(text)))?;
    if !finding.formula.is_empty() {
        writeln!(out, "Condition: {}\n", prose(&finding.formula))?;
    }
    if !finding.falsifier.is_empty() {
        writeln!(out, "What would prove it wrong: {}\n", prose(&finding.falsifier))?;
    }
    list(out, "Sources", finding.sources.iter().map(|text| prose(text)))
}

fn row(out: &mut String, evidence: &Evidence) -> Written {
    let inferred = if evidence.inferred { ", inferred" } else { "" };
    let (label, shown, base) = (cell(&evidence.label), cell(&evidence.shown), cell(&evidence.time_base.words));
    writeln!(out, "| {label} | {shown} | {base}{inferred} | {} | {} |", cell(&code(&evidence.metric)), lines(&evidence.lines))
}

fn action(out: &mut String, action: &Action, verify: bool) -> Written {
    let flag = if action.flag.is_empty() { String::new() } else { format!(" {}", code(&action.flag)) };
    let versions = if action.versions.is_empty() { String::new() } else { format!(" ({})", prose(&action.versions)) };
    writeln!(out, "- **Change**{flag}{versions}: {}", prose(&action.change))?;
    if !action.tradeoff.is_empty() {
        writeln!(out, "  - Price: {}", prose(&action.tradeoff))?;
    }
    if verify && !action.verify.is_empty() {
        writeln!(out, "  - Verify: {}", prose(&action.verify))?;
    }
    writeln!(out)
}

fn service_levels(out: &mut String, report: &Report) -> Written {
    if report.slo_statuses.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Service levels\n\n{}\n", prose(&slo::source_words(&report.slo_source)))?;
    writeln!(out, "| target | verdict | value | samples | time base | why |\n|---|---|---:|---:|---|---|")?;
    for status in &report.slo_statuses {
        let target = format!("{} {} {}", status.target.metric, status.target.comparison, status.unit.show(status.target.target_value));
        let samples = status.samples.map(|samples| Unit::Count.show(samples)).unwrap_or_default();
        let (verdict, shown) = (verdict(status.verdict), cell(&status.shown));
        writeln!(
            out,
            "| {} | {verdict} | {shown} | {samples} | {} | {} |",
            cell(&target),
            cell(&status.time_base.words),
            cell(&status.why)
        )?;
    }
    if let Some(goodput) = &report.goodput {
        writeln!(out, "\n{} {}", prose(&goodput.sentence), prose(&goodput.why))?;
    }
    writeln!(out)
}

fn anatomy(out: &mut String, report: &Report) -> Written {
    let anatomy = &report.anatomy;
    if !anatomy.phases.is_empty() {
        writeln!(out, "## Where the time of a request goes\n\n| phase | mean | share |\n|---|---:|---:|")?;
        for phase in &anatomy.phases {
            let (mean, share) = (Unit::Seconds.show(phase.mean_seconds), Unit::Ratio.show(phase.share));
            writeln!(out, "| {} | {mean} | {share} |", cell(&phase.label))?;
        }
        writeln!(out, "\n{}\n", prose(&anatomy.remark))?;
    }
    if !anatomy.distributions.is_empty() {
        writeln!(out, "## Distributions\n\n| what | samples | mean | quantiles | time base |\n|---|---:|---:|---|---|")?;
        for view in &anatomy.distributions {
            let quantiles: Vec<String> =
                view.quantiles.iter().map(|quantile| format!("P{} {}", quantile.q * 100.0, quantile.shown)).collect();
            let mean = view.mean.map(|mean| view.unit.show(mean)).unwrap_or_default();
            let samples = Unit::Count.show(view.samples);
            writeln!(
                out,
                "| {} | {samples} | {mean} | {} | {} |",
                cell(&view.label),
                cell(&quantiles.join(", ")),
                cell(&view.time_base.words)
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn signals(out: &mut String, report: &Report) -> Written {
    if report.signals.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Signals\n\n| signal | value | before | time base | metric | lines |\n|---|---:|---:|---|---|---|")?;
    for signal in &report.signals {
        let before = signal.before.map(|before| signal.unit.show(before)).unwrap_or_default();
        let (label, shown, base) = (cell(&signal.label), cell(&signal.shown), cell(&signal.time_base.words));
        writeln!(out, "| {label} | {shown} | {before} | {base} | {} | {} |", cell(&code(&signal.metric)), lines(&signal.lines))?;
    }
    writeln!(out)
}

fn unmeasured(out: &mut String, report: &Report) -> Written {
    if report.not_measurable.is_empty() && report.notes.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Could not be judged, and notes\n")?;
    for missing in &report.not_measurable {
        writeln!(out, "- {} {}", prose(&missing.what), prose(&missing.how))?;
    }
    for note in &report.notes {
        writeln!(out, "- {}", prose(&note.sentence))?;
    }
    writeln!(out)
}

fn problems(out: &mut String, report: &Report) -> Written {
    if report.problems.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Problems in the input\n")?;
    for problem in &report.problems {
        let name = report.inputs.get(problem.input).map_or("", |input| input.name.as_str());
        let done = if problem.repaired { "repaired" } else { "skipped" };
        writeln!(out, "- {} line {}, {done}: {}", code(name), problem.line, prose(&problem.sentence))?;
    }
    if report.problems_omitted > 0 {
        writeln!(out, "- {} more", report.problems_omitted)?;
    }
    writeln!(out)
}

fn list(out: &mut String, title: &str, items: impl Iterator<Item = String>) -> Written {
    let items: Vec<String> = items.collect();
    if items.is_empty() { Ok(()) } else { writeln!(out, "{title}: {}\n", items.join("; ")) }
}

fn lines(lines: &SourceLines) -> String {
    const SHOWN: usize = 4;
    let shown: Vec<String> = lines.iter().take(SHOWN).map(|line| line.to_string()).collect();
    let more = if lines.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Cause => "Cause",
        Role::Symptom => "Symptom",
        Role::Risk => "Risk",
        Role::Note => "Note",
    }
}

fn confidence(finding: &Bottleneck) -> &'static str {
    match finding.confidence.word {
        crate::rule::ConfidenceWord::Possible => "possible",
        crate::rule::ConfidenceWord::Probable => "probable",
        crate::rule::ConfidenceWord::Confirmed => "confirmed",
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "met",
        Verdict::Fail => "missed",
        Verdict::Undetermined => "cannot tell",
        Verdict::NoData => "no data",
    }
}

/// Text whose backticks are meant as code; everything else that Markdown or HTML could take for markup is escaped.
pub(super) fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut inside_code = false;
    let closed = text.matches('`').count().is_multiple_of(2);
    for c in text.chars() {
        match c {
            '`' if closed => {
                inside_code = !inside_code;
                out.push('`');
            }
            '\n' | '\r' => out.push(' '),
            '<' | '>' | '*' | '_' | '[' | ']' | '\\' | '`' | '#' | '&' if !inside_code => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// A name as a code span that it cannot leave.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let clean: String = text.chars().map(|c| if matches!(c, '`' | '\n' | '\r') { '\'' } else { c }).collect();
    format!("`{clean}`")
}

/// Text inside a table; a bar would end the cell.
pub(super) fn cell(text: &str) -> String {
    let text = if text.starts_with('`') && text.ends_with('`') { text.to_owned() } else { prose(text) };
    text.replace('|', "\\|")
}
