//! A server and its lives.

use super::Given;
use crate::signal::{BackendId, InstanceKey, Moment, restarted, same_settings};

/// What a server without a name is called.
pub const UNNAMED: &str = "this server";

/// One server: its snapshots in the order of time.
#[derive(Debug, Clone)]
pub struct Server {
    pub backend: BackendId,
    pub key: InstanceKey,
    /// Labels and model; where several servers have the same, the input that it was first seen in, too.
    pub name: String,
    pub moments: Vec<Moment>,
    /// Why it may be another one, or more than one, in a sentence.
    pub doubt: Option<String>,
}

/// How a life began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// With the first snapshot.
    First,
    /// The process restarted.
    Restart,
    /// It restarted under other settings: a sentence that names the setting.
    Settings(String),
}

/// Consecutive snapshots of one process under one configuration.
#[derive(Debug, Clone)]
pub struct Life<'a> {
    pub begin: Begin,
    pub moments: &'a [Moment],
}

impl Server {
    pub(super) fn new(moments: Vec<Moment>, doubt: Option<String>) -> Option<Server> {
        let last = moments.last()?;
        Some(Server { backend: last.backend, key: last.key.clone(), name: label(&last.key), moments, doubt })
    }

    /// Indices of the inputs that it was seen in, each once, in the order of time.
    #[must_use]
    pub fn inputs(&self) -> Vec<usize> {
        let mut inputs: Vec<usize> = Vec::new();
        for moment in &self.moments {
            if inputs.last() != Some(&moment.text_index) {
                inputs.push(moment.text_index);
            }
        }
        inputs
    }
}

/// The lives of a server; `moments` are its snapshots in the order of time.
#[must_use]
pub fn lives(moments: &[Moment]) -> Vec<Life<'_>> {
    let mut lives = Vec::new();
    let (mut start, mut begin) = (0, Begin::First);
    for (place, pair) in moments.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        let next = match (restarted(before, after), same_settings(before, after)) {
            (true, Err(why)) => Begin::Settings(why),
            (true, Ok(())) => Begin::Restart,
            (false, _) => continue,
        };
        lives.extend(moments.get(start..=place).map(|moments| Life { begin: std::mem::replace(&mut begin, next), moments }));
        start = place + 1;
    }
    lives.extend(moments.get(start..).filter(|rest| !rest.is_empty()).map(|moments| Life { begin, moments }));
    lives
}

/// What a server is called: its labels, else its model.
#[must_use]
pub fn label(key: &InstanceKey) -> String {
    // A number alone says nothing: `stage 1`.
    let is_number = |value: &str| value.bytes().all(|byte| byte.is_ascii_digit());
    let named = |(name, value): &(String, String)| if is_number(value) { format!("{name} {value}") } else { value.clone() };
    let labels: Vec<String> = key.labels.iter().map(named).collect();
    match (&key.model, labels.is_empty()) {
        (Some(model), true) => model.clone(),
        (Some(model), false) => format!("{} ({model})", labels.join(" ")),
        (None, false) => labels.join(" "),
        (None, true) => UNNAMED.to_owned(),
    }
}

/// Servers of one name get that of the input in which each was first seen, or the word that a person gave it.
pub(super) fn name_apart(servers: &mut [Server], given: &[Given]) {
    let names: Vec<String> = servers.iter().map(|server| server.name.clone()).collect();
    for (place, server) in servers.iter_mut().enumerate() {
        let first = server.moments.iter().map(|moment| moment.text_index).min().and_then(|index| given.get(index));
        let Some(first) = first else { continue };
        let shared = names.iter().enumerate().any(|(other, name)| other != place && *name == server.name);
        if let Some(word) = &first.server {
            server.name.clone_from(word);
        } else if shared {
            server.name = format!("{} ({})", server.name, first.name);
        }
    }
}
