//! Sentences with flags and metric names set as code. Everything becomes text nodes.

use leptos::prelude::*;

use crate::export::{Piece, pieces};

pub fn rich(text: &str) -> impl IntoView + use<> {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Prose(text) => text.to_owned().into_any(),
            Piece::Code(text) => view! { <code>{text.to_owned()}</code> }.into_any(),
        })
        .collect_view()
}
