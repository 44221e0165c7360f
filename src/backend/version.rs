//! Which releases fit a text. No backend exports its version; families, labels and bounds came and went with releases.

use super::native::Instance;
use crate::signal::{Version, VersionRange};

/// Something to look for in a text.
#[derive(Clone, Copy)]
pub(super) enum Sign {
    Has(&'static str),
    Lacks(&'static str),
    HasLabel(&'static str, &'static str),
    LacksLabel(&'static str, &'static str),
    HasValue(&'static str, &'static str, &'static str),
    LacksValue(&'static str, &'static str, &'static str),
    /// All of these bucket bounds of a histogram: one alone may be somebody's custom bucket.
    HasBounds(&'static str, &'static [f64]),
    /// The first of these bounds is missing, and the others are there.
    LacksBound(&'static str, &'static [f64]),
    /// Anything else that is there, with the words for people.
    Test(fn(&Instance<'_, '_>) -> bool, &'static str),
    /// Anything else that is missing.
    Missing(fn(&Instance<'_, '_>) -> bool, &'static str),
}

/// The releases in which a sign is seen.
#[derive(Clone, Copy)]
pub(super) struct Evidence {
    sign: Sign,
    from: Option<Version>,
    to: Option<Version>,
}

pub(super) const fn since(sign: Sign, from: Version) -> Evidence {
    Evidence { sign, from: Some(from), to: None }
}

pub(super) const fn until(sign: Sign, to: Version) -> Evidence {
    Evidence { sign, from: None, to: Some(to) }
}

pub(super) const fn between(sign: Sign, from: Version, to: Version) -> Evidence {
    Evidence { sign, from: Some(from), to: Some(to) }
}

/// A whole minor release: `last(0, 29)` is the end of 0.29.
pub(super) const fn last(major: u16, minor: u16) -> Version {
    Version(major, minor, Version::LAST_PATCH)
}

/// How much of a text can be trusted to be there.
#[derive(Clone, Copy)]
pub(super) struct Whole {
    /// All families of the server: no excerpt, nothing filtered.
    pub families: bool,
    /// All labels of the families that are there.
    pub labels: bool,
}

/// Narrows the range. What is there weighs more than what is missing: a text may be an excerpt, filtered or edited, so a missing
/// sign counts only where the text is whole, and none of them does once one contradicts what is there.
pub(super) fn infer(instance: &Instance<'_, '_>, tables: &[&'static [Evidence]], whole: Whole) -> VersionRange {
    let seen: Vec<&Evidence> = tables.iter().flat_map(|table| table.iter()).filter(|evidence| evidence.sign.seen(instance)).collect();
    let (missing, present): (Vec<&Evidence>, Vec<&Evidence>) = seen.into_iter().partition(|evidence| evidence.sign.is_absence());
    let mut bounds = Bounds::default();
    for evidence in &present {
        bounds.narrow(evidence);
    }
    if let Some(why) = bounds.contradiction(instance) {
        return VersionRange { from: None, to: None, why: vec![why] };
    }
    let mut all = bounds;
    for evidence in missing.iter().filter(|evidence| evidence.sign.is_trusted(whole)) {
        all.narrow(evidence);
    }
    if all.contradiction(instance).is_none() {
        bounds = all;
    }
    bounds.range(instance)
}

/// The tightest evidence on each side.
#[derive(Clone, Copy, Default)]
struct Bounds<'e> {
    from: Option<(Version, &'e Evidence)>,
    to: Option<(Version, &'e Evidence)>,
}

impl<'e> Bounds<'e> {
    fn narrow(&mut self, evidence: &'e Evidence) {
        if let Some(from) = evidence.from
            && self.from.is_none_or(|(known, _)| from > known)
        {
            self.from = Some((from, evidence));
        }
        if let Some(to) = evidence.to
            && self.to.is_none_or(|(known, _)| to < known)
        {
            self.to = Some((to, evidence));
        }
    }

    fn contradiction(&self, instance: &Instance<'_, '_>) -> Option<String> {
        let ((from, first), (to, last)) = self.from.zip(self.to)?;
        (from > to).then(|| {
            format!(
                "Signs of different releases are mixed: {} means {from} or later, {} means {to} or earlier.",
                first.sign.show(instance),
                last.sign.show(instance)
            )
        })
    }

    fn range(&self, instance: &Instance<'_, '_>) -> VersionRange {
        let from = self.from.map(|(version, evidence)| format!("{}: {version} or later", evidence.sign.show(instance)));
        let to = self.to.map(|(version, evidence)| format!("{}: {version} or earlier", evidence.sign.show(instance)));
        VersionRange {
            from: self.from.map(|(version, _)| version),
            to: self.to.map(|(version, _)| version),
            why: from.into_iter().chain(to).collect(),
        }
    }
}

impl Sign {
    fn is_absence(&self) -> bool {
        matches!(self, Sign::Lacks(_) | Sign::LacksLabel(..) | Sign::LacksValue(..) | Sign::LacksBound(..) | Sign::Missing(..))
    }

    fn is_trusted(&self, whole: Whole) -> bool {
        match self {
            Sign::Lacks(_) | Sign::LacksValue(..) | Sign::Missing(..) => whole.families,
            _ => whole.labels,
        }
    }

    /// An absence inside a family is only seen when the family is there.
    fn seen(&self, instance: &Instance<'_, '_>) -> bool {
        match *self {
            Sign::Has(name) => instance.has(name),
            Sign::Lacks(name) => !instance.has(name),
            Sign::HasLabel(name, label) => instance.has_label(name, label),
            Sign::LacksLabel(name, label) => instance.has(name) && !instance.has_label(name, label),
            Sign::HasValue(name, label, value) => instance.has_value(name, label, value),
            Sign::LacksValue(name, label, value) => instance.has(name) && !instance.has_value(name, label, value),
            Sign::HasBounds(name, bounds) => bounds.iter().all(|bound| instance.bounds(name).contains(bound)),
            Sign::LacksBound(name, bounds) => {
                let mut found = bounds.iter().map(|bound| instance.bounds(name).contains(bound));
                instance.has(name) && found.next() == Some(false) && found.all(|is_there| is_there)
            }
            Sign::Test(test, _) | Sign::Missing(test, _) => test(instance),
        }
    }

    fn show(&self, instance: &Instance<'_, '_>) -> String {
        let name = |name: &str| instance.full_name(name);
        match *self {
            Sign::Has(family) => format!("`{}`", name(family)),
            Sign::Lacks(family) => format!("no `{}`", name(family)),
            Sign::HasLabel(family, label) => format!("label `{label}` on `{}`", name(family)),
            Sign::LacksLabel(family, label) => format!("no label `{label}` on `{}`", name(family)),
            Sign::HasValue(family, label, value) => format!("`{}{{{label}=\"{value}\"}}`", name(family)),
            Sign::LacksValue(family, label, value) => format!("no `{}{{{label}=\"{value}\"}}`", name(family)),
            Sign::HasBounds(family, bounds) => format!("bucket {} of `{}`", first(bounds), name(family)),
            Sign::LacksBound(family, bounds) => format!("no bucket {} of `{}`", first(bounds), name(family)),
            Sign::Test(_, words) | Sign::Missing(_, words) => words.to_owned(),
        }
    }
}

fn first(bounds: &[f64]) -> f64 {
    bounds.first().copied().unwrap_or(f64::NAN)
}
