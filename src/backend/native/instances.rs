//! Which servers a text holds, and whose a series is.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::backend::spec::Labels;
use crate::signal::InstanceKey;

/// Labels that scrapers, proxies and orchestrators add; a difference in one of them is another server.
const FOREIGN: &[&str] = &[
    "ReplicaId",
    "WorkerId",
    "app",
    "application",
    "availability_zone",
    "cluster",
    "container",
    "deployment",
    "dynamo_component",
    "dynamo_namespace",
    "exported_instance",
    "exported_job",
    "exported_namespace",
    "exported_pod",
    "host",
    "hostname",
    "instance",
    "job",
    "kubernetes_namespace",
    "kubernetes_pod_name",
    "namespace",
    "node",
    "nodename",
    "pod",
    "pod_ip",
    "pod_name",
    "region",
    "replica",
    "replica_id",
    "server",
    "service",
    "target",
    "url",
    "version",
    "worker",
    "worker_addr",
    "worker_id",
    "zone",
];

/// The servers of one text.
#[derive(Debug, Default)]
pub(super) struct Instances<'a> {
    model_label: Option<&'static str>,
    /// Foreign labels in use, sorted.
    foreign: Vec<&'a str>,
    identities: Vec<Identity<'a>>,
    exact: HashMap<Identity<'a>, usize>,
}

/// Whose a series can be.
pub(super) enum Fitting {
    One(usize),
    /// None, or more than one.
    Several(Vec<usize>),
}

/// Model, and the value of each foreign label in use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Identity<'a> {
    model: Option<&'a str>,
    foreign: Vec<Option<&'a str>>,
}

impl<'a> Instances<'a> {
    /// Finds the servers from the labels of the backend's own series (without buckets, which repeat them).
    pub fn find(series: &[Vec<(&'a str, &'a str)>], labels: &Labels) -> Self {
        let mut uses: BTreeMap<&'a str, Use<'a>> = BTreeMap::new();
        for (key, value) in series.iter().flatten() {
            let entry = uses.entry(key).or_insert(Use { count: 0, first: value, varies: false });
            entry.count += 1;
            entry.varies |= entry.first != *value;
        }
        let model_label = labels.model.iter().copied().find(|label| uses.contains_key(label));
        let is_own = |key: &str| {
            labels.model.contains(&key)
                || labels.rank == Some(key)
                || labels.total == Some(key)
                || labels.replicas.contains(&key)
                || labels.own.contains(&key)
        };
        let foreign = uses
            .iter()
            .filter(|(key, seen)| !is_own(key) && (FOREIGN.contains(key) || (seen.varies && seen.count == series.len())))
            .map(|(key, _)| *key)
            .collect();
        let mut instances = Instances { model_label, foreign, ..Instances::default() };
        let distinct: HashSet<Identity<'a>> = series
            .iter()
            .map(|labels| instances.identity(labels))
            .filter(|identity| model_label.is_none() || identity.model.is_some())
            .collect();
        let mut identities: Vec<Identity<'a>> = distinct.into_iter().collect();
        identities.sort_unstable();
        let fuller = fullest(identities);
        instances.exact = fuller.iter().cloned().enumerate().map(|(index, identity)| (identity, index)).collect();
        instances.identities = fuller;
        instances
    }

    /// The server that a series belongs to; `None` when it could be several.
    pub fn owner(&self, labels: &[(&'a str, &'a str)]) -> Option<usize> {
        match self.fitting(labels) {
            Fitting::One(index) => Some(index),
            Fitting::Several(_) => None,
        }
    }

    /// The servers that a series can belong to.
    pub fn fitting(&self, labels: &[(&'a str, &'a str)]) -> Fitting {
        if self.identities.len() == 1 {
            return Fitting::One(0);
        }
        let identity = self.identity(labels);
        if let Some(index) = self.exact.get(&identity) {
            return Fitting::One(*index);
        }
        let fitting: Vec<usize> =
            self.identities.iter().enumerate().filter(|(_, other)| identity.may_be(other)).map(|(index, _)| index).collect();
        match fitting.as_slice() {
            [one] => Fitting::One(*one),
            _ => Fitting::Several(fitting),
        }
    }

    pub fn keys(&self) -> Vec<InstanceKey> {
        self.identities
            .iter()
            .map(|identity| InstanceKey {
                model: identity.model.map(str::to_owned),
                labels: self
                    .foreign
                    .iter()
                    .zip(&identity.foreign)
                    .filter_map(|(key, value)| value.map(|value| ((*key).to_owned(), value.to_owned())))
                    .collect(),
            })
            .collect()
    }

    fn identity(&self, labels: &[(&'a str, &'a str)]) -> Identity<'a> {
        let find = |key: &str| labels.iter().find(|(found, _)| *found == key).map(|(_, value)| *value).filter(|value| !value.is_empty());
        Identity { model: self.model_label.and_then(find), foreign: self.foreign.iter().map(|key| find(key)).collect() }
    }
}

/// Leaves out the identities of series without some of the labels: they belong to a fuller one and are no servers of their own.
fn fullest(identities: Vec<Identity<'_>>) -> Vec<Identity<'_>> {
    let holes: HashSet<Vec<bool>> = identities.iter().map(Identity::holes).filter(|holes| holes.contains(&true)).collect();
    let mut fitting: HashMap<(&Vec<bool>, Identity<'_>), u32> = HashMap::new();
    for (holes, identity) in holes.iter().flat_map(|holes| identities.iter().map(move |identity| (holes, identity))) {
        *fitting.entry((holes, identity.without(holes))).or_default() += 1;
    }
    let is_fullest = |one: &&Identity<'_>| fitting.get(&(&one.holes(), (*one).clone())).is_none_or(|count| *count == 1);
    identities.iter().filter(is_fullest).cloned().collect()
}

struct Use<'a> {
    count: usize,
    first: &'a str,
    varies: bool,
}

impl<'a> Identity<'a> {
    /// Which parts are not known: the model, then each foreign label.
    fn holes(&self) -> Vec<bool> {
        std::iter::once(self.model.is_none()).chain(self.foreign.iter().map(Option::is_none)).collect()
    }

    /// What is left without some parts.
    fn without(&self, holes: &[bool]) -> Identity<'a> {
        let (no_model, foreign) = holes.split_first().map_or((false, &[][..]), |(first, rest)| (*first, rest));
        Identity {
            model: self.model.filter(|_| !no_model),
            foreign: self.foreign.iter().zip(foreign).map(|(value, hole)| value.filter(|_| !hole)).collect(),
        }
    }

    /// True when everything known of this identity holds for the other one.
    fn may_be(&self, other: &Identity<'_>) -> bool {
        (self.model.is_none() || self.model == other.model)
            && self.foreign.iter().zip(&other.foreign).all(|(own, other)| own.is_none() || own == other)
    }
}
