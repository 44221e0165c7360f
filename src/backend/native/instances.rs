//! Which servers a text holds, and whose a series is.

use std::cell::OnceCell;

use super::uses::in_use;
use crate::backend::spec::Labels;
use crate::metrics::{Pick, Sample, Slots, hash};
use crate::signal::InstanceKey;
use crate::sorted::sort;

/// Which labels tell the servers of a text apart, and the servers.
#[derive(Debug, Default)]
pub(super) struct Instances<'a> {
    /// Whether the first label is the model; the others are foreign labels in use, sorted.
    has_model: bool,
    labels: Vec<&'a str>,
    /// Every combination of values that was seen, with the server that it is; none when it is a part of fuller ones.
    identities: Vec<Identity<'a>>,
    servers: Vec<Option<usize>>,
    slots: Slots,
    /// Places of the servers in `identities`, in the order of the servers.
    order: Vec<u32>,
    /// (label, its value, server), sorted; only some texts need it.
    by_value: OnceCell<Vec<(usize, &'a str, usize)>>,
}

/// The value of each label, where there is one.
type Identity<'a> = Vec<Option<&'a str>>;

/// Whose a series can be.
#[derive(Debug, Clone)]
pub(super) enum Fitting {
    One(usize),
    /// None, or more than one.
    Several(Vec<usize>),
}

impl<'a> Instances<'a> {
    /// Finds the servers from the samples of the backend's own families (without buckets, which repeat them).
    pub fn find(samples: impl Iterator<Item = Sample<'a>> + Clone, labels: &'static Labels) -> Self {
        let keys = in_use(samples.clone(), labels);
        let model = labels.model.iter().copied().find(|label| keys.iter().any(|(key, _)| key == label));
        let foreign = keys.iter().filter(|(_, is_foreign)| *is_foreign).map(|(key, _)| *key);
        let mut instances =
            Instances { has_model: model.is_some(), labels: model.into_iter().chain(foreign).collect(), ..Instances::default() };
        let mut pick = instances.pick();
        let mut before = None;
        for sample in samples {
            // Families list the servers in one order.
            let next = before.map_or(0, |before| before + 1);
            if instances.identities.get(next).is_some_and(|next| pick.go_if(&sample, next)) {
                before = Some(next);
            } else if pick.go(&sample) && !(instances.has_model && pick.values.first() == Some(&None)) {
                before = Some(instances.note(&pick.values));
            }
        }
        instances.settle();
        instances
    }

    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn pick(&self) -> Pick<'a, 'a> {
        Pick::new(self.labels.clone())
    }

    /// Goes to a sample and finds the servers that its series can belong to. The one after that of the series before is looked at first.
    pub fn fit(&self, sample: &Sample<'a>, pick: &mut Pick<'a, 'a>, fitting: &mut Fitting) {
        let next = if let Fitting::One(before) = fitting { *before + 1 } else { 0 };
        if self.values(next).is_some_and(|next| pick.go_if(sample, next)) {
            *fitting = Fitting::One(next);
        } else if pick.go(sample) {
            *fitting = self.fitting(&pick.values);
        }
    }

    fn fitting(&self, values: &[Option<&'a str>]) -> Fitting {
        if self.order.len() == 1 {
            return Fitting::One(0);
        }
        if let Some(server) = self.place(values).and_then(|place| *self.servers.get(place)?) {
            return Fitting::One(server);
        }
        let fitting: Vec<usize> =
            self.candidates(values).filter(|server| self.values(*server).is_some_and(|other| may_be(values, other))).collect();
        match fitting.as_slice() {
            [one] => Fitting::One(*one),
            _ => Fitting::Several(fitting),
        }
    }

    pub fn key(&self, server: usize) -> InstanceKey {
        let values = self.values(server).map_or(&[][..], Vec::as_slice);
        let (model, foreign) = values.split_at(usize::from(self.has_model).min(values.len()));
        let keys = self.labels.iter().skip(model.len());
        InstanceKey {
            model: model.first().and_then(|model| model.map(str::to_owned)),
            labels: keys.zip(foreign).filter_map(|(key, value)| value.map(|value| ((*key).to_owned(), value.to_owned()))).collect(),
        }
    }

    fn note(&mut self, values: &[Option<&'a str>]) -> usize {
        if let Some(place) = self.place(values) {
            return place;
        }
        self.slots.add(hash_of(values));
        self.identities.push(values.to_vec());
        self.identities.len() - 1
    }

    fn place(&self, values: &[Option<&'a str>]) -> Option<usize> {
        let is_same = |place: u32| self.identities.get(place as usize).is_some_and(|known| known == values);
        self.slots.find(hash_of(values), is_same).map(|place| place as usize)
    }

    /// Numbers the servers as they came, so that the rows of most families are in their order. A series without some of the labels belongs to a fuller identity; it is no server of its own.
    fn settle(&mut self) {
        self.order = (0..self.identities.len() as u32).collect();
        if self.identities.iter().any(|identity| identity.iter().any(Option::is_none)) {
            let is_fuller = |server: &usize| {
                let Some(one) = self.values(*server) else { return false };
                let is_part_of = |other: &Identity<'a>| other != one && may_be(one, other);
                !one.iter().any(Option::is_none) || !self.candidates(one).any(|other| self.values(other).is_some_and(is_part_of))
            };
            let fuller: Vec<usize> = (0..self.order.len()).filter(is_fuller).collect();
            self.order = fuller.iter().filter_map(|server| self.order.get(*server).copied()).collect();
            self.by_value = OnceCell::new();
        }
        self.servers = vec![None; self.identities.len()];
        for (server, place) in self.order.iter().enumerate() {
            if let Some(slot) = self.servers.get_mut(*place as usize) {
                *slot = Some(server);
            }
        }
    }

    fn values(&self, server: usize) -> Option<&Identity<'a>> {
        self.identities.get(*self.order.get(server)? as usize)
    }

    /// Servers that share the known value that the fewest have, in order; all when none is known.
    fn candidates(&self, values: &[Option<&'a str>]) -> impl Iterator<Item = usize> {
        let by_value = self.by_value.get_or_init(|| self.list_by_value());
        let sharing = values.iter().enumerate().filter_map(|(label, value)| {
            let value = (*value)?;
            let start = by_value.partition_point(|(other, theirs, _)| (*other, *theirs) < (label, value));
            let end = by_value.partition_point(|(other, theirs, _)| (*other, *theirs) <= (label, value));
            by_value.get(start..end)
        });
        let fewest = sharing.min_by_key(|servers| servers.len());
        let all = if fewest.is_none() { self.order.len() } else { 0 };
        fewest.unwrap_or(&[]).iter().map(|(_, _, server)| *server).chain(0..all)
    }

    fn list_by_value(&self) -> Vec<(usize, &'a str, usize)> {
        let mut all = Vec::new();
        for server in 0..self.order.len() {
            let values = self.values(server).into_iter().flatten().enumerate();
            all.extend(values.filter_map(|(label, value)| Some((label, (*value)?, server))));
        }
        sort(&mut all);
        all
    }
}

fn hash_of(values: &[Option<&str>]) -> u64 {
    values.iter().fold(0, |state: u64, value| state.rotate_left(5) ^ value.map_or(1, |value| hash(value.as_bytes())))
}

/// True when everything known of one identity holds for the other one.
fn may_be(one: &[Option<&str>], other: &[Option<&str>]) -> bool {
    one.iter().zip(other).all(|(own, other)| own.is_none() || own == other)
}
