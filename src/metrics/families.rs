//! Which family each sample name of a scrape belongs to, once the whole scrape is known.

use std::collections::{HashMap, HashSet};

use super::Kind;
use super::columns::{Columns, Metadata, Says, Tells};
use super::kind::{SUFFIXES, of_lone_name};
use super::text::Piece;

use crate::sorted::{Table, sort_by};

/// A family: the start of an interned name, and what was declared about it.
#[derive(Debug, Clone)]
pub(super) struct FamilyData {
    pub name: u32,
    /// Bytes of the name that are the family's; the name of an inferred family can be shorter than that of every sample.
    pub name_len: usize,
    pub kind: Kind,
    pub declared: bool,
    pub help: Option<Piece>,
    pub unit: Option<Piece>,
    pub line: u32,
}

/// A sample name of the scrape, with its first line and the telling keys of all its samples.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub name: u32,
    pub line: u32,
    pub tells: Tells,
}

/// A `# TYPE` line that says something else than an earlier one, which was kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conflict {
    pub name: u32,
    pub line: u32,
    pub first: Kind,
}

/// The families in the order of their first lines, and the family of each name that was seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Families {
    pub all: Vec<FamilyData>,
    pub of_name: Vec<u32>,
}

pub(super) fn resolve(columns: &Columns, names: &[Seen], metadata: &[Metadata], conflicts: &mut Vec<Conflict>) -> Families {
    let declared = Declarations::of(columns, metadata, conflicts);
    let shapes = Shapes::of(columns, names);
    let mut draft = Draft { columns, all: Vec::new(), index: HashMap::new() };
    let mut of_name: Vec<u32> = Vec::with_capacity(names.len());
    for seen in names {
        let (len, kind, by_declaration) = belongs(columns, &declared, &shapes, seen);
        let id = draft.family(seen.name, len, seen.line);
        if let Some(family) = draft.all.get_mut(id).filter(|family| family.kind == Kind::Unknown) {
            family.kind = kind;
            family.declared = by_declaration;
        }
        of_name.push(id as u32);
    }
    let with_samples: HashSet<u32> = names.iter().map(|seen| seen.name).collect();
    for (name, said) in &declared.by_name {
        let text = columns.strings.get(*name);
        // The metadata of an escaped name belongs to the family of the escaped samples.
        let escaped = escape(text).filter(|_| !draft.index.contains_key(text)).and_then(|text| draft.index.get(text.as_str()).copied());
        if let Some(family) = escaped.and_then(|id| draft.all.get_mut(id)) {
            family.help = family.help.or(said.help);
            family.unit = family.unit.or(said.unit);
            continue;
        }
        // `/federate` declares each sample name as untyped; when that name is part of an inferred histogram it is no family of its own.
        if said.known().is_none() && with_samples.contains(name) && !draft.index.contains_key(text) {
            continue;
        }
        let id = draft.family(*name, text.len(), said.line);
        if let Some(family) = draft.all.get_mut(id) {
            family.help = said.help;
            family.unit = said.unit;
            if let Some(kind) = said.known() {
                family.kind = kind;
                family.declared = true;
            }
        }
    }
    draft.in_order(of_name)
}

/// What the metadata lines of one family say; the first of a kind wins.
#[derive(Debug, Clone, Copy)]
struct Declared {
    kind: Option<Kind>,
    help: Option<Piece>,
    unit: Option<Piece>,
    line: u32,
}

impl Declared {
    fn known(&self) -> Option<Kind> {
        self.kind.filter(|kind| *kind != Kind::Unknown)
    }
}

/// All metadata of a scrape.
struct Declarations {
    by_name: Table<u32, Declared>,
    /// Python's OpenMetrics output declares `vllm:x` and writes the samples of `vllm_x`.
    escaped: HashMap<String, u32>,
}

fn escape(name: &str) -> Option<String> {
    name.contains(':').then(|| name.replace(':', "_"))
}

impl Declarations {
    fn of(columns: &Columns, metadata: &[Metadata], conflicts: &mut Vec<Conflict>) -> Self {
        let by_name = declarations(metadata, conflicts);
        let escaped = by_name.keys().filter_map(|name| Some((escape(columns.strings.get(*name))?, *name))).collect();
        Declarations { by_name, escaped }
    }

    fn kind(&self, columns: &Columns, name: &str) -> Option<Kind> {
        let said = |id: u32| self.by_name.get(&id).and_then(Declared::known);
        columns.strings.find(name).and_then(said).or_else(|| self.escaped.get(name).copied().and_then(said))
    }
}

fn declarations(metadata: &[Metadata], conflicts: &mut Vec<Conflict>) -> Table<u32, Declared> {
    // By name, so that each new one comes last in the table.
    let mut by_name: Vec<&Metadata> = metadata.iter().collect();
    sort_by(&mut by_name, |a, b| a.name.cmp(&b.name));
    let mut declared = Table::default();
    for entry in by_name {
        let first = Declared { kind: None, help: None, unit: None, line: entry.line };
        let Some(said) = declared.get_or_insert(entry.name, first) else { continue };
        match (entry.says, said.kind) {
            (Says::Type(kind), Some(first)) if first != kind => conflicts.push(Conflict { name: entry.name, line: entry.line, first }),
            (Says::Type(kind), _) => said.kind = Some(kind),
            (Says::Help(help), _) => said.help = said.help.or(Some(help)),
            (Says::Unit(unit), _) => said.unit = said.unit.or(Some(unit)),
        }
    }
    declared
}

/// Names that betray undeclared histograms and summaries.
struct Shapes<'a> {
    all: HashSet<&'a str>,
    histograms: HashSet<&'a str>,
    summaries: HashSet<&'a str>,
}

impl<'a> Shapes<'a> {
    fn of(columns: &'a Columns, names: &[Seen]) -> Self {
        let mut shapes = Shapes { all: HashSet::new(), histograms: HashSet::new(), summaries: HashSet::new() };
        for seen in names {
            let name = columns.strings.get(seen.name);
            shapes.all.insert(name);
            if let Some(base) = name.strip_suffix("_bucket").filter(|_| seen.tells.le) {
                shapes.histograms.insert(base);
            }
            if seen.tells.quantile {
                shapes.summaries.insert(name);
            }
        }
        shapes
    }

    /// Kind of the undeclared family `base`, when `base` + `suffix` is part of one.
    fn part_of(&self, base: &str, suffix: &str) -> Option<Kind> {
        let inside = |family: &HashSet<&str>| family.contains(base);
        match suffix {
            "_bucket" | "_sum" | "_count" if inside(&self.histograms) => Some(Kind::Histogram),
            "_sum" | "_count" if inside(&self.summaries) => Some(Kind::Summary),
            // A summary without quantiles. `_count` alone is no evidence: TGI has counters of such names.
            "_sum" if self.all.contains(format!("{base}_count").as_str()) => Some(Kind::Summary),
            "_count" if self.all.contains(format!("{base}_sum").as_str()) => Some(Kind::Summary),
            _ => None,
        }
    }
}

/// Length of the family's name, its kind, and whether that was declared.
fn belongs(columns: &Columns, declared: &Declarations, shapes: &Shapes<'_>, seen: &Seen) -> (usize, Kind, bool) {
    let name = columns.strings.get(seen.name);
    if let Some(kind) = declared.kind(columns, name) {
        return (name.len(), kind, true);
    }
    let parts = || SUFFIXES.iter().filter_map(|suffix| name.strip_suffix(suffix).map(|base| (base, *suffix)));
    for (base, suffix) in parts() {
        match declared.kind(columns, base) {
            Some(kind) if kind.owns(suffix) => return (base.len(), kind, true),
            // The shorter name is somebody else's.
            Some(_) => return (name.len(), of_lone_name(name, seen.tells), false),
            None => {}
        }
    }
    for (base, suffix) in parts() {
        if let Some(kind) = shapes.part_of(base, suffix) {
            return (base.len(), kind, false);
        }
    }
    let kind = if shapes.summaries.contains(name) { Kind::Summary } else { of_lone_name(name, seen.tells) };
    (name.len(), kind, false)
}

/// Families in the making.
struct Draft<'a> {
    columns: &'a Columns,
    all: Vec<FamilyData>,
    index: HashMap<&'a str, usize>,
}

impl Draft<'_> {
    fn family(&mut self, name: u32, name_len: usize, line: u32) -> usize {
        let text = self.columns.strings.get(name).get(..name_len).unwrap_or("");
        let id = *self.index.entry(text).or_insert(self.all.len());
        match self.all.get_mut(id) {
            Some(family) => family.line = family.line.min(line),
            None => {
                self.all.push(FamilyData { name, name_len, kind: Kind::Unknown, declared: false, help: None, unit: None, line });
            }
        }
        id
    }

    fn in_order(self, mut of_name: Vec<u32>) -> Families {
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        let line = |id: &usize| self.all.get(*id).map_or(0, |family| family.line);
        sort_by(&mut order, |a, b| line(a).cmp(&line(b)));
        let mut place = vec![0u32; order.len()];
        for (at, id) in order.iter().enumerate() {
            if let Some(slot) = place.get_mut(*id) {
                *slot = at as u32;
            }
        }
        for id in &mut of_name {
            *id = place.get(*id as usize).copied().unwrap_or(0);
        }
        let mut all: Vec<Option<FamilyData>> = self.all.into_iter().map(Some).collect();
        let all = order.iter().filter_map(|id| all.get_mut(*id).and_then(Option::take)).collect();
        Families { all, of_name }
    }
}
