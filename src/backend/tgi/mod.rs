//! TGI: `tgi_` families of its router, without model, rank or start time.

mod caveats;
mod config;
mod counters;
mod distributions;
mod gauges;
mod releases;
mod speculation;

use super::native::Instance;
use super::spec::{Labels, Spec};
use crate::signal::{BackendId, Snapshot};

pub(super) static SPEC: Spec = Spec {
    id: BackendId::Tgi,
    prefixes: &["tgi_"],
    globals: &["process_start_time_seconds"],
    beyond_tables: &["request_skipped_tokens", "batch_max_total_tokens"],
    akin: &["batch_inference_", "batch_filter_", "batch_forward_", "batch_decode_"],
    of_process: &["process_start_time_seconds"],
    labels: Labels {
        model: &["model_name", "model_id"],
        rank: None,
        replicas: &[],
        total: None,
        engines: None,
        own: &["err", "method", "reason", "le", "quantile"],
    },
    gauges: gauges::ROWS,
    counters: counters::ROWS,
    distributions: distributions::ROWS,
    created_is_start: true,
    evidence: releases::evidence,
    whole: releases::whole,
    always: releases::always,
    finish,
};

fn finish(instance: &Instance<'_, '_>, snapshot: &mut Snapshot) {
    snapshot.config = config::read(instance).into();
    speculation::read(instance, snapshot);
    caveats::reserved_share(snapshot);
    caveats::note(instance, snapshot);
}
