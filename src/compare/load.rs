//! Whether two windows had the same work to do.

use super::Judged;
use crate::metrics::Unit;
use crate::signal::Distribution;

/// Rates and mean lengths within this share of each other are the same load (handbook 1.8, verification).
const ALIKE: f64 = 0.20;

/// The work of two windows.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// `None` when neither rates nor lengths can be compared.
    pub alike: Option<bool>,
    pub sentence: String,
}

struct Measure {
    words: &'static str,
    unit: Unit,
    before: f64,
    after: f64,
}

impl Measure {
    fn alike(&self) -> bool {
        (self.after - self.before).abs() <= ALIKE * self.before.abs()
    }

    fn words(&self) -> String {
        format!("{} {}", self.words, self.unit.show_change(self.before, self.after))
    }
}

/// Arrivals where they can be told, else finished requests, and the mean lengths of prompts and outputs.
pub(super) fn load(before: Judged<'_>, after: Judged<'_>) -> Load {
    let rate = |judged: Judged<'_>| {
        let laws = &judged.diagnosis.laws;
        laws.arrival_rate.as_ref().or(laws.finish_rate.as_ref()).map(|reading| reading.value)
    };
    let mean = |judged: Judged<'_>, length| judged.seen.mean(length).map(|reading| reading.value);
    let measure = |words, unit, before: Option<f64>, after: Option<f64>| Some(Measure { words, unit, before: before?, after: after? });
    let rate = measure("arrivals", Unit::RequestsPerSecond, rate(before), rate(after));
    let lengths = [("mean prompt", Distribution::PromptLength), ("mean output", Distribution::OutputLength)]
        .into_iter()
        .filter_map(|(words, length)| measure(words, Unit::Tokens, mean(before, length), mean(after, length)));
    let has_rate = rate.is_some();
    let measures: Vec<Measure> = rate.into_iter().chain(lengths).collect();
    let differing: Vec<String> = measures.iter().filter(|measure| !measure.alike()).map(Measure::words).collect();
    if !differing.is_empty() {
        let sentence = format!("The load differs: {}. Part of any difference below comes from that.", differing.join(", "));
        return Load { alike: Some(false), sentence };
    }
    if measures.is_empty() {
        return Load {
            alike: None,
            sentence: "Whether the load was the same cannot be told: the dumps give neither rates nor lengths.".to_owned(),
        };
    }
    let all = measures.iter().map(Measure::words).collect::<Vec<_>>().join(", ");
    if !has_rate {
        return Load {
            alike: None,
            sentence: format!("Requests were alike ({all}). How many arrived per second needs the times of the dumps."),
        };
    }
    Load { alike: Some(true), sentence: format!("The load was alike: {all}.") }
}
