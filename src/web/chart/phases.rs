//! The stacked bar of a request's time.

use leptos::prelude::*;

use crate::metrics::Unit;
use crate::report::Phase;

/// A phase below this share has no room for its words.
const LABELLED: f64 = 0.14;

pub fn phases(phases: &[Phase]) -> impl IntoView + use<> {
    let parts = phases
        .iter()
        .map(|phase| {
            let label = (phase.share >= LABELLED).then(|| format!("{} {}", phase.label, Unit::Seconds.show(phase.mean_seconds)));
            view! {
                <div class=format!("phase phase-{}", phase.id) style=("--share", format!("{:.4}", phase.share.max(0.0)))>
                    <span>{label}</span>
                </div>
            }
        })
        .collect_view();
    view! { <div class="phases" aria-hidden="true">{parts}</div> }
}
