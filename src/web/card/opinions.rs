//! What the published thresholds of others say of the same numbers. They inform, they do not score.

use leptos::prelude::*;

use crate::report::{Opinion, Report, path_words};
use crate::view::look::of_opinion;
use crate::web::page::Page;
use crate::web::parts::table::{Column, cell, head, numbers, row, table, text_cell, words};
use crate::web::parts::{badge, folded_card, plain, quiet, rich};

const TITLE: &str = "Second opinions";
const NOTE: &str = "Published thresholds of others, held against the same numbers. They inform; they do not change the score.";
const COLUMNS: [Column; 6] = [words("Who"), words("Signal"), words("Their threshold"), numbers("Value"), words("Verdict"), words("Source")];

pub fn opinions(report: &Report, _: Page) -> AnyView {
    if report.opinions.is_empty() {
        return ().into_any();
    }
    let aside = format!("{} published thresholds", report.opinions.len());
    let table = table("full stack", TITLE.to_owned(), "", &COLUMNS, report.opinions.iter().map(opinion).collect());
    folded_card("card opinions", TITLE, &aside, view! { {quiet(NOTE)}{table} }.into_any())
}

fn opinion(opinion: &Opinion) -> AnyView {
    row(vec![
        head(plain(&opinion.pack)),
        text_cell("", &path_words(&opinion.signal)),
        cell("half", rich(&opinion.condition)),
        text_cell("value", &opinion.shown),
        cell("mark", badge(of_opinion(opinion.verdict))),
        cell("quiet", rich(&opinion.source)),
    ])
}
