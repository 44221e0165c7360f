//! The timeline as Markdown: phases, and each target over time.

use std::fmt::Write;

use super::markdown::{Written, cell, prose};
use crate::metrics::Unit;
use crate::report::{SloOverTime, Timeline};
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

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "met",
        Verdict::Fail => "missed",
        Verdict::Undetermined => "open",
        Verdict::NoData => "no data",
    }
}
