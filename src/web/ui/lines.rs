//! From a number to the lines that it was read from.

use leptos::prelude::*;

use crate::web::state::State;
use crate::web::text::report as words;

/// A button that opens the lines in the raw view; nothing when there are none.
pub fn lines(state: State, input: usize, lines: &[u32]) -> impl IntoView + use<> {
    let label = label(lines)?;
    let lines = lines.to_vec();
    Some(view! {
        <button type="button" class="link lines" on:click=move |_| state.show_lines(input, lines.clone())>{label}</button>
    })
}

/// `line 63`, `lines 380–385`, `lines 62, 68`, `lines 12, 40, 41 and 7 more`.
fn label(lines: &[u32]) -> Option<String> {
    let (first, last) = (lines.first()?, lines.last()?);
    if lines.len() == 1 {
        return Some(words::line(*first));
    }
    if (*last as usize).checked_sub(*first as usize) == Some(lines.len() - 1) {
        return Some(words::line_range(*first, *last));
    }
    const SHOWN: usize = 3;
    let shown: Vec<String> = lines.iter().take(SHOWN).map(u32::to_string).collect();
    Some(words::line_list(&shown.join(", "), lines.len().saturating_sub(SHOWN)))
}
