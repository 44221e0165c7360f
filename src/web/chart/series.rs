//! A signal over time: a line from 0 to its highest value.

use leptos::prelude::*;

use crate::plot::{SIDE, path, top};
use crate::report::SeriesView;

/// `window`: the part that is analysed, 0–1. `breaks`: restarts, 0–1.
pub fn series(view: &SeriesView, places: &[f64], window: [f64; 2], breaks: &[f64]) -> AnyView {
    let top = top(&view.values);
    let line = path(places, &view.values, view.kind == "window", top);
    let [from, to] = window.map(|place| place * SIDE);
    let number = |value: f64| format!("{value:.0}");
    let restart = |at: &f64| {
        let x = number(at * SIDE);
        view! { <line class="restart" x1=x.clone() x2=x y1="0" y2="1000"></line> }.into_any()
    };
    view! {
        <div class="series">
            <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">
                <rect class="window" x=number(from) width=number(to - from) y="0" height="1000"></rect>
                {breaks.iter().map(restart).collect::<Vec<AnyView>>()}
                <path d=line></path>
            </svg>
        </div>
    }
    .into_any()
}
