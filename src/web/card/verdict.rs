//! The verdict: one sentence, the score, and what both rest on.

use leptos::prelude::*;

use crate::report::Report;
use crate::view::look::of_footing;
use crate::view::possible::likeliest;
use crate::view::verdict::{self, Fact};
use crate::web::page::Page;
use crate::web::parts::{link, plain, rich, shape};

const OF_100: &str = "of 100";
const DO_FIRST: &str = "Do first";
const WHY: &str = "Why";
const WHY_AND_PRICE: &str = "Why, price, how to verify";
const DECIDE: &str = "Find out whether it is";
const ALL_POSSIBLE: &str = "What speaks for it";

pub fn verdict(report: &Report, _: Page) -> AnyView {
    let look = of_footing(report.standing.footing);
    view! {
        <section class=format!("verdict {}", look.tone) aria-labelledby="headline">
            <div class="score">
                {points(report)}
                <span class="band">{shape(look.shape)}{look.word}</span>
            </div>
            <div class="verdict-text">
                <h1 id="headline" tabindex="-1">{rich(&report.headline.lead)}</h1>
                {(!report.headline.more.is_empty()).then(|| view! { <p class="more">{rich(&report.headline.more)}</p> })}
                {first_to_do(report)}
                <p class="facts">{verdict::facts(report).into_iter().map(fact).collect::<Vec<AnyView>>()}</p>
                {state(report)}
            </div>
        </section>
    }
    .into_any()
}

/// The score as a number, which stands back where nobody earned it.
fn points(report: &Report) -> Option<AnyView> {
    let class = if verdict::is_unearned(report) { "points unearned" } else { "points" };
    let score = format!("{:.0}", report.shown_score()?);
    Some(view! { <span class=class>{score}</span>" "<span class="of">{OF_100}</span>" " }.into_any())
}

/// The first thing to do, for those who read no further.
fn first_to_do(report: &Report) -> Option<AnyView> {
    let content = match likeliest(report) {
        Some(cause) => {
            let look = rich(&cause.decide);
            view! { {DECIDE}" "<b>{plain(&cause.title)}</b>". "{look}" "{link("#possible".to_owned(), ALL_POSSIBLE)} }.into_any()
        }
        None => {
            let finding = verdict::first_to_do(report)?;
            let why = if verdict::only_finds_out(finding) { WHY } else { WHY_AND_PRICE };
            view! { {rich(&finding.recommendation)}" "{link(format!("#{}", finding.id), why)} }.into_any()
        }
    };
    Some(view! { <p class="do-first"><span class="label">{DO_FIRST}</span> <span>{content}</span></p> }.into_any())
}

fn fact(fact: Fact) -> AnyView {
    let Fact { label, value, after, title } = fact;
    let title = (!title.is_empty()).then_some(title);
    let label = if label.is_empty() { String::new() } else { format!("{label} ") };
    let after = if after.is_empty() { after } else { format!(" {after}") };
    view! { <span class="fact" title=title>{label}<b>{plain(&value)}</b>{plain(&after)}</span>" " }.into_any()
}

/// What became of the targets, what the server is doing, and what part of the texts this is.
fn state(report: &Report) -> AnyView {
    let state = verdict::state(report).map(|state| view! { " "{rich(state)} }.into_any());
    let scope = report.scope.as_ref().map(|scope| view! { " "{link("#settings".to_owned(), scope)} }.into_any());
    view! { <p class="state">{rich(&report.standing.sentence)}{state}{scope}</p> }.into_any()
}
