//! The stacked bar of a request's time.

use leptos::prelude::*;

use crate::metrics::Unit;
use crate::plot;
use crate::report::Phase;
use crate::view::runs::bound;

pub fn phases(phases: &[Phase]) -> AnyView {
    view! { <div class="phases" aria-hidden="true">{phases.iter().map(phase).collect::<Vec<AnyView>>()}</div> }.into_any()
}

fn phase(phase: &Phase) -> AnyView {
    let label = format!("{} {}", phase.label, Unit::Seconds.show(phase.mean_seconds));
    let label = plot::label_class(&label, phase.share).map(|class| view! { <span class=class>{bound(&label)}</span> }.into_any());
    view! { <div class=format!("phase phase-{}", phase.id) style=("--share", format!("{:.4}", phase.share.max(0.0)))>{label}</div> }
        .into_any()
}
