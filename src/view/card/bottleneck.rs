//! One finding: what, why, the numbers, what to change, and how to disprove it.

use super::headline::confidence;
use crate::report::{Action, Bottleneck, Evidence};
use crate::rule::{BottleneckType, Role};
use crate::view::look::{badge, of_severity};
use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::{fold, lines, link, list, sentence, stacked, table, term};
use crate::view::words::report as words;

pub fn bottleneck(finding: &Bottleneck) -> Node {
    let heading = format!("{}-title", finding.id);
    let look = of_severity(finding.severity);
    let head = el("header")
        .with(badge(look))
        .text(" ")
        .with(el_with("h3", &finding.title).id(&heading).attr("tabindex", "-1"))
        .text(" ")
        .with(el_of("span", "aside").say(standing(finding)));
    el_of("article", &format!("card finding {}", look.tone))
        .id(&finding.id)
        .attr("aria-labelledby", &heading)
        .with(head)
        .with(el_of("p", "what").rich(&finding.description))
        .maybe(sentence("why", &finding.why))
        .maybe(numbers(finding))
        .maybe(actions(finding))
        .maybe(contributing(finding))
        .with(proof(finding))
}

/// `cause, confirmed · explains TTFT, E2E`.
fn standing(finding: &Bottleneck) -> String {
    let mut parts = vec![format!("{}, {}", words::role(finding.role), confidence(finding.confidence.word))];
    if !finding.explains.is_empty() {
        let paths: Vec<String> = finding.explains.iter().map(|path| words::path(path)).collect();
        parts.push(words::explains(&paths.join(", ")));
    }
    parts.join(" · ")
}

fn numbers(finding: &Bottleneck) -> Option<Node> {
    if finding.evidence.is_empty() {
        return None;
    }
    let columns = [words::WHAT, words::VALUE, words::FROM];
    let rows = finding.evidence.iter().map(number).collect();
    Some(stacked(table("numbers stack", &words::numbers_of(&finding.title), "hidden", &columns, rows)))
}

fn number(evidence: &Evidence) -> Node {
    let from = el_of("td", "from")
        .with(el_with("span", &evidence.time_base.words).attr("title", &evidence.metric))
        .text(if evidence.inferred { words::INFERRED } else { "" })
        .text(" ")
        .maybe(lines(evidence.input, &evidence.lines));
    el("tr").row_head(&evidence.label).cell("value mark", &evidence.shown).with(from)
}

fn actions(finding: &Bottleneck) -> Option<Node> {
    let Bottleneck { actions, recommendation, .. } = finding;
    // Of a symptom nothing is to be changed before its cause is known.
    if finding.role == Role::Symptom && !finding.is_classic() {
        return (!recommendation.is_empty()).then(|| el_of("div", "actions").with(term(el("dl"), words::NEXT_STEP, recommendation)));
    }
    if !actions.is_empty() {
        let shared = finding.shared_verify();
        let changes = actions.iter().map(|one| action(one, shared.is_none())).collect();
        let together = shared.map(|verify| term(el("dl"), words::VERIFY, verify));
        return Some(el_of("div", "actions").all(changes).maybe(together));
    }
    // Where no setting is to be turned, it is a step.
    let label = if finding.is_classic() { words::CHANGE } else { words::NEXT_STEP };
    (!recommendation.is_empty()).then(|| el_of("div", "actions").with(term(el("dl"), label, recommendation)))
}

/// `verify`: how to see that it helped is its own.
fn action(action: &Action, verify: bool) -> Node {
    let mut change = el("dd");
    if !action.flag.is_empty() && !action.change.contains(&action.flag) {
        change = change.with(el_with("code", &action.flag)).text(" ");
    }
    change = change.rich(&action.change);
    if !action.versions.is_empty() && action.versions != "any" {
        change = change.text(" ").with(el_of("span", "versions").text(&action.versions));
    }
    let list = el("dl").with(el_with("dt", words::CHANGE)).with(change);
    let list = term(list, words::PRICE, &action.tradeoff);
    if verify { term(list, words::VERIFY, &action.verify) } else { list }
}

fn contributing(finding: &Bottleneck) -> Option<Node> {
    if finding.contributing.is_empty() {
        return None;
    }
    let items =
        finding.contributing.iter().map(|other| el("li").with(el_with("b", &other.title)).text(": ").rich(&other.sentence)).collect();
    Some(el_of("div", "contributing").with(el_with("h4", words::CONTRIBUTING)).with(el("ul").all(items)))
}

fn proof(finding: &Bottleneck) -> Node {
    let against = if finding.is_classic() {
        words::against(&finding.metric_name, finding.current_value, finding.threshold_value)
    } else {
        String::new()
    };
    let sure = words::confidence(confidence(finding.confidence.word), finding.confidence.value);
    let mut facts = term(el("dl"), words::FORMULA, &finding.formula);
    facts = term(facts, words::THRESHOLD, &against);
    facts = term(facts, words::CONFIDENCE, &sure);
    facts = terms(facts, words::WOULD_RAISE_IT, &finding.confidence.missing);
    facts = terms(facts, words::SPEAKS_AGAINST, &finding.confidence.contradictions);
    facts = term(facts, words::FALSIFIER, &finding.falsifier);
    facts = terms(facts, words::SOURCES, &finding.sources);
    let rule = el("dd").with(link(&format!("#rule-{}", finding.id), &finding.id)).text(" · ").text(kind(finding.kind));
    fold("proof", words::PROOF).with(facts.with(el_with("dt", words::RULE)).with(rule))
}

fn terms(facts: Node, label: &str, items: &[String]) -> Node {
    if items.is_empty() { facts } else { facts.with(el_with("dt", label)).with(el("dd").with(list(items))) }
}

fn kind(kind: BottleneckType) -> &'static str {
    match kind {
        BottleneckType::HighLatency => "high latency",
        BottleneckType::LowThroughput => "low throughput",
        BottleneckType::QueueBuildup => "queue build-up",
        BottleneckType::CacheInefficiency => "cache inefficiency",
        BottleneckType::MemoryPressure => "memory pressure",
        BottleneckType::BatchSizeSuboptimal => "batch size",
        BottleneckType::Availability => "availability",
        BottleneckType::Imbalance => "imbalance",
        BottleneckType::DataQuality => "data quality",
        BottleneckType::Forecast => "forecast",
    }
}
