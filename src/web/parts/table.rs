//! Tables. A narrow screen lays the rows of a stacked one out as blocks, as the classes of its cells say: `mark` stands beside the head of the
//! row, `half` begins a line, `value` ends one, anything else has a line of its own. Blocks are no rows to some screen readers, so the roles
//! are written out.

use leptos::prelude::*;

use super::plain;

/// A column: its name, and whether numbers stand in it.
#[derive(Debug, Clone, Copy)]
pub struct Column(pub &'static str, pub Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Words,
    Numbers,
}

pub const fn words(name: &'static str) -> Column {
    Column(name, Kind::Words)
}

pub const fn numbers(name: &'static str) -> Column {
    Column(name, Kind::Numbers)
}

/// A table with its caption, which only screen readers need. `head` is the class of the names of its columns.
pub fn table(class: &'static str, caption: String, head: &'static str, columns: &[Column], rows: Vec<AnyView>) -> AnyView {
    let name = |Column(name, kind): &Column| {
        let class = if *kind == Kind::Numbers { "value" } else { "" };
        view! { <th class=class scope="col" role="columnheader">{*name}</th> }.into_any()
    };
    view! {
        <table class=class role="table">
            <caption class="hidden">{caption}</caption>
            <thead class=head role="rowgroup"><tr role="row">{columns.iter().map(name).collect::<Vec<AnyView>>()}</tr></thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
    .into_any()
}

pub fn row(cells: Vec<AnyView>) -> AnyView {
    view! { <tr role="row">{cells}</tr> }.into_any()
}

/// The cell that heads a row.
pub fn head(content: AnyView) -> AnyView {
    view! { <th scope="row" role="rowheader">{content}</th> }.into_any()
}

pub fn cell(class: &'static str, content: AnyView) -> AnyView {
    view! { <td class=class role="cell">{content}</td> }.into_any()
}

/// A cell with a text of the report.
pub fn text_cell(class: &'static str, text: &str) -> AnyView {
    cell(class, plain(text))
}

/// The name of a column before its value, for those who see no columns because the screen is narrow.
pub fn column_name(name: &'static str) -> AnyView {
    view! { <span class="column-name" aria-hidden="true">{name}" "</span> }.into_any()
}
