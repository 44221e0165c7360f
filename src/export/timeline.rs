//! The timeline as Markdown: phases, and each target over time.

use std::fmt::Write;

use super::markdown::{Written, cell, prose};
use crate::metrics::Unit;
use crate::report::{Report, SloOverTime, Timeline};
use crate::slo::Verdict;

pub(super) fn timeline(out: &mut String, timeline: &Timeline) -> Written {
    writeln!(out, "## Timeline\n\n{}\n", prose(&timeline.summary))?;
    for (place, phase) in timeline.phases.iter().enumerate() {
        let mark = if timeline.present == place && !timeline.chosen { " (this report)" } else { "" };
        writeln!(out, "- {}{mark}", prose(&phase.words))?;
    }
    writeln!(out)?;
    let timed: Vec<&SloOverTime> = timeline.slo.iter().filter(|target| target.met.is_some()).collect();
    if timed.is_empty() {
        return Ok(());
    }
    writeln!(out, "| target | met | missed | cannot tell | by phase |\n|---|---:|---:|---:|---|")?;
    for target in timed {
        let share = |share: Option<f64>| share.map_or_else(String::new, |share| Unit::Ratio.show(share));
        let words: Vec<&str> = target.verdicts.iter().map(|verdict| word(*verdict)).collect();
        writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            cell(&target.goal),
            share(target.met),
            share(target.missed),
            share(target.open),
            words.join(", ")
        )?;
    }
    writeln!(out)
}

/// Changes, trends and forecasts, as far as there are any.
pub(super) fn over_time(out: &mut String, report: &Report) -> Written {
    let changes: Vec<&str> = report.changes.iter().map(|change| change.words.as_str()).collect();
    let trends: Vec<&str> = report.trends.iter().map(|trend| trend.words.as_str()).collect();
    let forecasts: Vec<&str> =
        report.forecasts.iter().filter(|forecast| forecast.withheld.is_none()).map(|forecast| forecast.words.as_str()).collect();
    for (title, lines) in [("What changed", changes), ("Trends", trends), ("What comes next, if this goes on", forecasts)] {
        if !lines.is_empty() {
            writeln!(out, "### {title}\n")?;
            for line in lines {
                writeln!(out, "- {}", prose(line))?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "met",
        Verdict::Fail => "missed",
        Verdict::Undetermined => "open",
        Verdict::NoData => "no data",
    }
}
