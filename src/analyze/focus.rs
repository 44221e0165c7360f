//! Which server the report is of.

use crate::dataset::{Dataset, Given, ONE_GO_SECONDS, Page, Server, label};
use crate::error::RequestError;
use crate::report::Note;
use crate::signal::{BackendId, InstanceKey, Moment, Snapshot};

use super::{Options, refusal};

/// A server that the report may be of, with what is to be said about the choice of it.
#[derive(Debug)]
pub(super) struct Focus {
    pub server: Server,
    pub notes: Vec<Note>,
}

/// Other instances that a note names.
const MOST_NAMED: usize = 20;

/// The servers that the report may be of: the one that is asked for; else the busiest of the last page, and of each of the other pages that
/// are of other servers.
pub(super) fn candidates(dataset: &Dataset, options: &Options) -> Result<Vec<Focus>, RequestError> {
    let backend = refusal::backend(dataset)?;
    let Some(last) = last_with_a_name(dataset.pages()) else { return Err(refusal::nothing_of(backend)) };
    let servers = dataset.servers();
    if let Some(id) = &options.instance_id {
        let key = last.keys().iter().find(|key| is_called(key, id));
        let by_key = || key.and_then(|key| seen_on(last, key, dataset, &servers));
        let by_name = || servers.iter().find(|server| server.name == *id || is_called(&server.key, id)).cloned();
        if let Some(server) = servers.iter().find(|server| server.name == *id).cloned().or_else(by_key).or_else(by_name) {
            return Ok(vec![Focus { notes: other_instances(last, &server), server }]);
        }
    }
    let of_input = |input: usize| last_with_a_name(dataset.pages().get(..dataset.pages().partition_point(|page| page.input() <= input))?);
    let chosen = options.input.and_then(of_input);
    let last = chosen.unwrap_or(last);
    let busiest = last.keys().first().and_then(|key| seen_on(last, key, dataset, &servers));
    let Some(first) = busiest else { return Err(refusal::nothing_of(backend)) };
    let mut found = vec![Focus { notes: other_instances(last, &first), server: first }];
    for server in servers.into_iter().filter(|_| chosen.is_none()) {
        let beside = |focus: &Focus| same(&focus.server, &server) || on_one_page(&focus.server, &server);
        if !found.iter().any(beside) {
            found.push(Focus { server, notes: Vec::new() });
        }
    }
    Ok(found)
}

/// The last page, or the last before it in the same input whose servers have names when its own has none: pages of two models after one
/// another agree in their settings only, so that the settings of the second one stand alone at the end.
fn last_with_a_name(pages: &[Page]) -> Option<&Page> {
    let mut end: Option<&Page> = None;
    for page in pages.iter().rev().filter(|page| !page.keys().is_empty()) {
        let named = page.keys().iter().any(|key| *key != InstanceKey::default());
        match end {
            Some(last) if last.input() != page.input() => break,
            _ if named => return Some(page),
            None => end = Some(page),
            Some(_) => {}
        }
    }
    end
}

/// The server of this page with these labels.
fn seen_on(page: &Page, key: &InstanceKey, dataset: &Dataset, servers: &[Server]) -> Option<Server> {
    let backend = page.backend()?;
    let has = |server: &&Server| server.moments.iter().any(|moment| moment.text_index == page.input());
    let known = servers.iter().filter(|server| server.backend == backend && server.key == *key).find(has).cloned();
    known.or_else(|| dataset.servers_of(backend, key).iter().find(has).cloned())
}

fn same(a: &Server, b: &Server) -> bool {
    let first = |server: &Server| server.moments.first().map(|moment| moment.text_index);
    a.backend == b.backend && a.key == b.key && first(a) == first(b)
}

fn on_one_page(a: &Server, b: &Server) -> bool {
    let inputs = b.inputs();
    a.inputs().iter().any(|input| inputs.contains(input))
}

fn is_called(key: &InstanceKey, id: &str) -> bool {
    key.model.as_deref() == Some(id) || label(key) == id || key.labels.iter().any(|(_, value)| value == id)
}

/// Names the other servers of a page.
fn other_instances(page: &Page, server: &Server) -> Vec<Note> {
    let keys = page.keys();
    if keys.len() < 2 {
        return Vec::new();
    }
    let mut others: Vec<String> = keys.iter().filter(|other| **other != server.key).take(MOST_NAMED).map(label).collect();
    if keys.len() > MOST_NAMED + 1 {
        others.push(format!("and {} more", keys.len() - MOST_NAMED - 1));
    }
    let (count, own, others) = (keys.len(), label(&server.key), others.join(", "));
    let sentence = format!("This report is of one of {count} instances in the text. It is {own}; also there: {others}.");
    vec![Note { id: "other-instances".to_owned(), sentence }]
}

/// A TGI exports a family only after its first event, so that an empty page before the first dump is a server that has served nothing, and
/// a beginning to count from. Other texts without samples are left out, and said to be.
pub(super) fn nothing_served_yet(given: &[Given], moments: &[Moment], notes: &mut Vec<Note>) -> Option<Moment> {
    let first = moments.first()?;
    let silent = || given.iter().enumerate().filter(|(_, given)| given.samples == 0);
    let is_beginning = |(index, given): &(usize, &Given)| {
        let before = match (given.moment(), first.at.or(first.hint.map(|hint| hint.at))) {
            (Some(at), Some(first)) if (at - first).abs() >= ONE_GO_SECONDS => at < first,
            _ => *index < first.text_index,
        };
        first.backend == BackendId::Tgi && before && given.blank
    };
    let moment = |given: &Given| given.moment().unwrap_or(f64::MIN);
    let beginning = silent().filter(is_beginning).max_by(|(_, a), (_, b)| moment(a).total_cmp(&moment(b)));
    for (index, given) in silent() {
        let sentence = match &beginning {
            Some((chosen, _)) if *chosen == index => {
                format!("{} is empty: this TGI had served nothing yet, so everything is counted from zero there.", given.name)
            }
            _ => format!("{} holds no sample and was left out.", given.name),
        };
        notes.push(Note { id: "empty-text".to_owned(), sentence });
    }
    let (index, given) = beginning?;
    let at = given.told_at();
    Some(Moment::of(Snapshot {
        at,
        hint: given.hint.filter(|_| at.is_none()),
        text_index: index,
        text_name: Some(given.name.clone()),
        gauges: Default::default(),
        counters: Default::default(),
        distributions: Default::default(),
        ..Snapshot::clone(first)
    }))
}
