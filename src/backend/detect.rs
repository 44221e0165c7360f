//! Recognising a supported backend by its family names.

use super::spec::Spec;
use super::{Detection, SPECS, other};
use crate::metrics::Scrape;
use crate::sorted::sort;

/// Names of samples and of declared families, with and without the suffixes of samples; sorted, each once.
pub(super) struct Names<'a> {
    of_samples: Vec<&'a str>,
    declared: Vec<&'a str>,
    all: Vec<&'a str>,
}

impl<'a> Names<'a> {
    pub fn of(scrape: &'a Scrape) -> Self {
        let of_samples = sorted(scrape.sample_names().into_iter().flat_map(both).collect());
        let declared = sorted(scrape.families().flat_map(|family| both(family.name())).collect());
        let all = sorted([of_samples.as_slice(), declared.as_slice()].concat());
        Names { of_samples, declared, all }
    }

    pub fn contains(&self, name: &str) -> bool {
        self.all.binary_search(&name).is_ok()
    }

    /// The first name that starts so.
    pub fn starting(&self, start: &str) -> Option<&'a str> {
        under(&self.all, start).first().copied()
    }
}

pub(super) fn detect(scrape: &Scrape) -> Detection {
    let names = Names::of(scrape);
    let best = SPECS.iter().filter_map(|spec| Some((*spec, best_prefix(&names, spec)?)));
    let best = best.reduce(|best, next| if next.1.known.len() > best.1.known.len() { next } else { best });
    if let Some(impostor) = other::impostor(scrape, &names) {
        return impostor;
    }
    match best {
        Some((spec, spelling)) => Detection::Supported { backend: spec.id, why: why(scrape, &names, spec, &spelling) },
        None => other::recognise(&names),
    }
}

/// How the names of a backend are spelled in a text.
pub(super) struct Spelling {
    pub prefix: &'static str,
    /// Of its mapping tables, among the samples or else among the declared families.
    known: Vec<&'static str>,
}

/// Why it is this backend, in one sentence.
pub(super) fn why(scrape: &Scrape, names: &Names<'_>, spec: &'static Spec, Spelling { prefix, known }: &Spelling) -> String {
    let among_all;
    // Declared names may be more.
    let known = if names.all.len() == names.of_samples.len() {
        known
    } else {
        among_all = self::known(&names.all, spec, prefix);
        &among_all
    };
    let example = known.first().map(|name| format!("{prefix}{name}")).unwrap_or_default();
    let beside = other::beside(names, spec.id);
    let rest = if beside.is_empty() { String::new() } else { format!("; the text also holds {}, which was left out", beside.join(", ")) };
    let empty = if scrape.is_empty() { ", but none has a sample" } else { "" };
    let server = spec.id.name();
    match known.len() {
        0 => format!("Families of {server} start with `{prefix}`; nothing is read from those that are there{rest}."),
        1 => format!("1 family of {server} starts with `{prefix}`, `{example}`{empty}{rest}."),
        count => format!("{count} families of {server} start with `{prefix}`, among them `{example}`{empty}{rest}."),
    }
}

/// The spelling of the prefix under which most of the backend's known families are found. Samples decide: their names can differ from the
/// declared ones, as Python's OpenMetrics writes `# TYPE vllm:x` above `vllm_x`.
pub(super) fn best_prefix(names: &Names<'_>, spec: &'static Spec) -> Option<Spelling> {
    let best = |names: &[&str]| {
        let spellings = spec.prefixes.iter().map(|prefix| Spelling { prefix, known: known(names, spec, prefix) });
        let found = spellings.filter(|spelling| !spelling.known.is_empty());
        found.reduce(|best, next| if next.known.len() > best.known.len() { next } else { best })
    };
    best(&names.of_samples).or_else(|| best(&names.declared)).or_else(|| akin(names, spec))
}

/// The spelling of a family that is the server's and that nothing is read from: some lines out of a page, as a rule.
fn akin(names: &Names<'_>, spec: &'static Spec) -> Option<Spelling> {
    let is_akin = |prefix: &&str| {
        let rest = |name: &str| name.get(prefix.len()..).is_some_and(|rest| spec.akin.iter().any(|start| rest.starts_with(start)));
        under(&names.of_samples, prefix).iter().any(|name| rest(name))
    };
    spec.prefixes.iter().find(|prefix| is_akin(prefix)).map(|prefix| Spelling { prefix, known: Vec::new() })
}

/// The families of the mapping tables that are there, in the order of the tables, each once.
fn known(names: &[&str], spec: &'static Spec, prefix: &str) -> Vec<&'static str> {
    let names = under(names, prefix);
    let mut found: Vec<&str> = Vec::new();
    if names.is_empty() {
        return found;
    }
    let place = |name: &str| names.binary_search_by(|known| known.get(prefix.len()..).cmp(&Some(name))).ok();
    let gauges = spec.gauges.iter().flat_map(|row| row.from);
    let counters = spec.counters.iter().flat_map(|row| row.from);
    let distributions = spec.distributions.iter().flat_map(|row| row.from);
    let tables = gauges.chain(counters).chain(distributions).map(|native| native.name);
    // Under its own name, or under its base name, which several can share.
    let mut is_known = vec![false; names.len()];
    for name in tables.chain(spec.beyond_tables.iter().copied()) {
        let is_new = match place(name).map(|place| is_known.get_mut(place)) {
            Some(Some(known)) => !std::mem::replace(known, true),
            _ => place(base(name)).is_some() && !found.contains(&name),
        };
        if is_new && !spec.globals.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// Those that start so.
fn under<'n, 'a>(names: &'n [&'a str], start: &str) -> &'n [&'a str] {
    let from = names.partition_point(|name| *name < start);
    let rest = names.get(from..).unwrap_or(&[]);
    rest.get(..rest.partition_point(|name| name.starts_with(start))).unwrap_or(&[])
}

fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    sort(&mut names);
    names.dedup();
    names
}

fn both(name: &str) -> [&str; 2] {
    [name, base(name)]
}

fn base(name: &str) -> &str {
    ["_bucket", "_sum", "_count", "_created", "_total"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}
