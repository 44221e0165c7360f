//! The parts of a report that the page draws one after the other, and a print of what each of them says: a part with the print that it had
//! before looks as it does, and is not drawn again.

use serde::Serialize;

use crate::report::Report;

/// In the order in which they are drawn: that of the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Timeline,
    Comparison,
    Findings,
    Services,
    Possible,
    Health,
    Settings,
    Phases,
    Distributions,
    MoreDistributions,
    Tiles,
    AllSignals,
    Unmeasured,
    Rules,
    Opinions,
    Problems,
}

impl Part {
    pub const ALL: [Part; 16] = [
        Part::Timeline,
        Part::Comparison,
        Part::Findings,
        Part::Services,
        Part::Possible,
        Part::Health,
        Part::Settings,
        Part::Phases,
        Part::Distributions,
        Part::MoreDistributions,
        Part::Tiles,
        Part::AllSignals,
        Part::Unmeasured,
        Part::Rules,
        Part::Opinions,
        Part::Problems,
    ];

    /// Its place in that order, and in the list of prints.
    #[must_use]
    pub fn place(self) -> usize {
        self as usize
    }
}

/// The prints of all parts, in their order.
#[must_use]
pub fn prints(report: &Report) -> Vec<u32> {
    let [timeline, comparison, findings, possible, services, health, anatomy, signals, unmeasured, rules, opinions, problems] = [
        print(&(&report.timeline, &report.trends, &report.changes, &report.forecasts)),
        print(&(&report.comparison, &report.inputs)),
        print(&(&report.bottlenecks, &report.rules)),
        print(&(&report.hypotheses, report.bottlenecks.iter().map(|finding| &finding.id).collect::<Vec<&String>>())),
        print(&(&report.slo_statuses, &report.slo_source_words, &report.goodput)),
        print(&(&report.health, &report.standing)),
        print(&report.anatomy),
        print(&report.signals),
        print(&(&report.not_measurable, &report.notes)),
        print(&report.rules),
        print(&report.opinions),
        print(&(&report.problems, report.problems_omitted, &report.inputs)),
    ];
    let of = |part| match part {
        Part::Timeline => timeline,
        Part::Comparison => comparison,
        Part::Findings => findings,
        Part::Services => services,
        Part::Possible => possible,
        Part::Health => health,
        // The form follows the settings by itself.
        Part::Settings => 1,
        Part::Phases | Part::Distributions | Part::MoreDistributions => anatomy,
        Part::Tiles | Part::AllSignals => signals,
        Part::Unmeasured => unmeasured,
        Part::Rules => rules,
        Part::Opinions => opinions,
        Part::Problems => problems,
    };
    Part::ALL.map(of).to_vec()
}

/// FNV-1a of the part as bytes; never 0, which stands for a part that is not drawn.
fn print<P: Serialize>(part: &P) -> u32 {
    let bytes = super::encode(part);
    bytes.iter().fold(0x811c_9dc5_u32, |print, byte| (print ^ u32::from(*byte)).wrapping_mul(0x0100_0193)).max(1)
}
