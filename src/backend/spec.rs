//! What a backend has to say about itself.

use super::native::{Always, Instance, Row};
use super::version::{Evidence, Whole};
use crate::signal::{BackendId, Counter, Distribution, Gauge, Snapshot};

/// Everything that the common reading code needs to know of one server.
pub(super) struct Spec {
    pub id: BackendId,
    /// Spellings of the name prefix: the server's own first, then those of proxies and re-exporters.
    pub prefixes: &'static [&'static str],
    /// Families without the prefix that belong to the server all the same.
    pub globals: &'static [&'static str],
    /// Families that are read outside the tables.
    pub beyond_tables: &'static [&'static str],
    /// How families begin that are the server's and are not read; they tell whose page it is where no others are.
    pub akin: &'static [&'static str],
    /// Families that describe the process, whatever the model: they hold for every model of it.
    pub of_process: &'static [&'static str],
    pub labels: Labels,
    pub gauges: &'static [Row<Gauge>],
    pub counters: &'static [Row<Counter>],
    pub distributions: &'static [Row<Distribution>],
    /// `*_created` samples are the server's own start times.
    pub created_is_start: bool,
    /// Signs of the release, and whether the text is whole enough that a missing one says something.
    pub evidence: fn(&Instance<'_, '_>) -> Vec<&'static [Evidence]>,
    pub whole: fn(&Instance<'_, '_>) -> Whole,
    /// What a whole page has, given what is there.
    pub always: fn(&Instance<'_, '_>) -> Vec<Always>,
    /// Configuration, caveats and the quantities that no table can express.
    pub finish: fn(&Instance<'_, '_>, &mut Snapshot),
}

/// The roles of a server's own labels.
pub(super) struct Labels {
    /// Spellings of the model label, the best first. The first one in use is the one.
    pub model: &'static [&'static str],
    /// Data-parallel rank: a part of the instance, kept and merged.
    pub rank: Option<&'static str>,
    /// Ranks that repeat the same observation: one of them is read.
    pub replicas: &'static [&'static str],
    /// A label whose empty value is the total of its other values, on gauges.
    pub total: Option<&'static str>,
    /// A label that numbers the engines of a pipeline; each of them is a server of its own.
    pub engines: Option<&'static str>,
    /// All other labels of its own, which never tell instances apart.
    pub own: &'static [&'static str],
}
