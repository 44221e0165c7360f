//! The frame of a part of the report.

use std::sync::Arc;

use leptos::prelude::*;

use crate::report::Report;

/// A landmark with its heading; `id` is what the navigation jumps to.
pub fn section(id: &'static str, title: &'static str, aside: impl IntoView + 'static, content: impl IntoView + 'static) -> AnyView {
    let heading = format!("{id}-title");
    view! {
        <section id=id class="part" aria-labelledby=heading.clone()>
            <header class="part-head">
                <h2 id=heading.clone() tabindex="-1">{title}</h2>
                <span class="aside">{aside.into_any()}</span>
            </header>
            {content.into_any()}
        </section>
    }
    .into_any()
}

/// A part of the report that changes only when it changes, so that a card is not drawn again for the sake of another.
pub fn slice<T>(report: Memo<Option<Arc<Report>>>, pick: fn(&Report) -> T) -> Memo<T>
where
    T: Default + PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| report.with(|report| report.as_ref().map(|report| pick(report)).unwrap_or_default()))
}
