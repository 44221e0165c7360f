//! Which labels are in use, and which of them tell servers apart.

use crate::backend::spec::Labels;
use crate::metrics::Sample;
use crate::sorted::sort_by;

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

/// The label keys of the samples, sorted, and whether a difference in its value is another server: by its name, or because every sample has
/// it, its value varies, and it is none of the server's own.
pub(super) fn in_use<'a>(samples: impl Iterator<Item = Sample<'a>>, labels: &Labels) -> Vec<(&'a str, bool)> {
    let mut uses: Vec<Use<'a>> = Vec::new();
    // The uses of the keys of the shape at hand; those that must be looked at sample by sample come with their places.
    let (mut shape, mut here, mut watched): (_, Vec<usize>, Vec<(usize, usize)>) = (None, Vec::new(), Vec::new());
    let (mut total, mut run) = (0, 0);
    for sample in samples {
        if shape != Some(sample.shape()) {
            shape = Some(sample.shape());
            count(&mut uses, &here, run);
            run = 0;
            here.clear();
            watched.clear();
            for (place, (key, value)) in sample.labels().enumerate() {
                let at = uses.iter().position(|known| known.key == key).unwrap_or_else(|| {
                    uses.push(Use { key, count: 0, first: value, varies: false, numbers: labels.engines == Some(key) });
                    uses.len() - 1
                });
                here.push(at);
                if labels.engines == Some(key) || !is_own(key, labels) && !FOREIGN.contains(&key) {
                    watched.push((place, at));
                }
            }
        }
        total += 1;
        run += 1;
        for (place, at) in &watched {
            if let (Some(known), Some(piece)) = (uses.get_mut(*at), sample.piece(*place)) {
                known.varies = known.varies || known.first != sample.text_of(piece);
                known.numbers = known.numbers && sample.text_of(piece).bytes().all(|byte| byte.is_ascii_digit());
            }
        }
    }
    count(&mut uses, &here, run);
    sort_by(&mut uses, |a, b| a.key.cmp(b.key));
    let foreign = |known: &Use<'_>| {
        numbers_engines(known) || !is_own(known.key, labels) && (FOREIGN.contains(&known.key) || (known.varies && known.count == total))
    };
    uses.iter().map(|known| (known.key, foreign(known))).collect()
}

struct Use<'a> {
    key: &'a str,
    count: usize,
    first: &'a str,
    varies: bool,
    /// It is the label of the engines of a pipeline, and all its values are numbers: vLLM's own stages of a request have names.
    numbers: bool,
}

fn numbers_engines(known: &Use<'_>) -> bool {
    known.numbers && known.varies
}

fn count(uses: &mut [Use<'_>], here: &[usize], samples: usize) {
    for at in here {
        if let Some(known) = uses.get_mut(*at) {
            known.count += samples;
        }
    }
}

fn is_own(key: &str, labels: &Labels) -> bool {
    labels.model.contains(&key)
        || labels.rank == Some(key)
        || labels.total == Some(key)
        || labels.replicas.contains(&key)
        || labels.own.contains(&key)
}
