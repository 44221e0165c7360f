//! The verdict: one sentence, the score, and what both rest on.

use crate::metrics::first_sentence;
use crate::report::{Bottleneck, Footing, Report, UNNAMED};
use crate::request::RequestError;
use crate::rule::{ConfidenceWord, Role};
use crate::signal::Mode;
use crate::view::look::{of_footing, shape};
use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::{link, sentence};
use crate::view::words::{app, report as words, shared};

pub fn headline(report: &Report) -> Node {
    let standing = &report.standing;
    let look = of_footing(standing.footing);
    let score = points(report).with(el_of("span", "band").with(shape(look.shape)).text(look.word));
    el_of("section", &format!("verdict {}", look.tone)).attr("aria-labelledby", "headline").with(score).with(
        el_of("div", "verdict-text")
            .with(title(&report.headline.text))
            .maybe(first_action(report))
            .with(facts(report).into_iter().fold(el_of("p", "facts"), |facts, fact| facts.with(fact).text(" ")))
            .with(state(report)),
    )
}

/// What became of the targets, and what the server is doing unless the headline has said it: of a symptom and where nothing is found it
/// speaks of nothing else.
fn state(report: &Report) -> Node {
    let said = leading(report).is_none_or(|finding| finding.role == Role::Symptom);
    let state = if said { "" } else { &report.state.sentence };
    let line = el_of("p", "state").rich(&report.standing.sentence);
    let line = if state.is_empty() { line } else { line.text(" ").rich(state) };
    // Who gave the text of a fleet must not take one instance for all of them.
    let others = report.notes.iter().find(|note| note.id == "other-instances");
    match others.map(|note| first_sentence(&note.sentence).0) {
        Some(one_of) => line.text(" ").with(link("#settings", one_of)),
        None => line,
    }
}

/// What the headline speaks of.
fn leading(report: &Report) -> Option<&Bottleneck> {
    let rule = report.headline.rule.as_ref()?;
    report.bottlenecks.iter().find(|finding| finding.id == *rule)
}

/// True when the first thing to do is to take more dumps, so that nothing else on the page has to ask for them.
pub fn asks_for_dumps(report: &Report) -> bool {
    report.mode == Mode::Snapshot && leading(report).is_some_and(|finding| finding.role == Role::Symptom && !finding.is_classic())
}

/// The score as a number, which stands back where nobody earned it.
fn points(report: &Report) -> Node {
    let score = el_of("div", "score");
    let class = if report.standing.footing == Footing::Untested { "points unearned" } else { "points" };
    match report.shown_score() {
        Some(points) => {
            let number = el_of("span", class).say(format!("{points:.0}"));
            score.with(number).text(" ").with(el_of("span", "of").text(words::OF_100)).text(" ")
        }
        None => score,
    }
}

/// Why there is no report.
pub fn refused(error: &RequestError) -> Node {
    let (short, rest) = first_sentence(&error.sentence);
    el_of("section", "verdict quiet").attr("aria-labelledby", "headline").with(
        el_of("div", "verdict-text")
            .with(title(short))
            .maybe(sentence("", rest))
            .with(el("p").rich(&error.hint))
            .with(el_of("p", "quiet").text(app::NOTHING_LOST)),
    )
}

fn title(sentence: &str) -> Node {
    el("h1").id("headline").attr("tabindex", "-1").rich(sentence)
}

/// The first thing to do, for those who read no further.
fn first_action(report: &Report) -> Option<Node> {
    let winner = report.headline.rule.as_ref()?;
    let finding = report.bottlenecks.iter().find(|finding| finding.id == *winner).or(report.bottlenecks.first())?;
    if finding.recommendation.is_empty() {
        return None;
    }
    let target = format!("#{}", finding.id);
    // A step that only finds out more has no price.
    let why = if finding.role == Role::Symptom && !finding.is_classic() { words::WHY } else { words::WHY_AND_PRICE };
    let sentence = el("span").rich(&finding.recommendation).text(" ").with(link(&target, why));
    Some(el_of("p", "do-first").with(el_of("span", "label").text(words::DO_FIRST)).with(sentence))
}

fn fact(label: &str, value: &str, after: &str) -> Node {
    let fact = el_of("span", "fact").text(label);
    let fact = if label.is_empty() { fact } else { fact.text(" ") };
    let fact = fact.with(el_with("b", value));
    if after.is_empty() { fact } else { fact.text(" ").text(after) }
}

fn facts(report: &Report) -> Vec<Node> {
    let backend = &report.backend;
    let mut facts = vec![fact("", &backend.name, &backend.version_range).attr("title", &backend.why)];
    if !report.models.is_empty() {
        facts.push(fact(words::MODEL, &report.models.join(", "), ""));
    }
    facts.extend(instance(report).map(|name| fact(words::INSTANCE, name, "")));
    let basis = match (&report.window, report.mode) {
        (Some(window), _) => window.words.clone(),
        (None, Mode::Snapshot) => words::ONE_DUMP.to_owned(),
        (None, Mode::Window | Mode::Series) => words::dumps(report.inputs.len()),
    };
    facts.push(fact("", &basis, ""));
    facts.extend(how_sure(report));
    if report.profile != "default" {
        facts.push(fact(words::RULES, &report.profile, ""));
    }
    facts
}

/// The name of the instance, when it says more than the model beside it.
fn instance(report: &Report) -> Option<&str> {
    let id = report.instance_id.as_str();
    let of_model = |model: &String| if id == model { Some("") } else { id.strip_suffix(&format!(" ({model})")) };
    let name = report.models.iter().find_map(of_model).unwrap_or(id);
    (!name.is_empty() && name != UNNAMED).then_some(name)
}

/// What the headline speaks of, and how sure that is: that something is felt is another thing than why.
fn how_sure(report: &Report) -> Option<Node> {
    let word = confidence(report.headline.confidence?);
    Some(match leading(report)?.role {
        // That its cause is not found stands with the targets.
        Role::Symptom => fact("", words::SYMPTOM, ""),
        role @ (Role::Cause | Role::Risk | Role::Note) => fact(words::role(role), word, ""),
    })
}

pub fn confidence(word: ConfidenceWord) -> &'static str {
    match word {
        ConfidenceWord::Possible => shared::POSSIBLE,
        ConfidenceWord::Probable => shared::PROBABLE,
        ConfidenceWord::Confirmed => shared::CONFIRMED,
    }
}

/// What a screen reader is told when the verdict changes: the score, and on a line of its own the sentence.
pub fn announcement(report: &Report) -> String {
    let look = of_footing(report.standing.footing);
    let score = report.shown_score().map(|score| format!("{score:.0} {}, ", words::OF_100)).unwrap_or_default();
    format!("{}: {score}{}.\n{}", words::HEALTH, look.word, report.headline.text)
}

/// Links to the parts, each with what is in it.
pub fn jumps(report: &Report) -> Node {
    app::jumps(report).into_iter().fold(el_of("nav", "jumps").attr("aria-label", app::PARTS), |nav, (part, label)| {
        nav.with(link(&format!("#{part}"), &label)).text(" ")
    })
}
