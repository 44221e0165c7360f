//! Service levels: every target with its verdict, its interval, and why.

use crate::entry::spell;
use crate::metrics::Unit;
use crate::report::{Report, SloStatusView};
use crate::slo::{self, Comparison, Goodput, Verdict};
use crate::view::chart::bullet;
use crate::view::look::{badge, of_verdict};
use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::{lines, link, section};
use crate::view::words::report as words;

pub fn services(report: &Report) -> Node {
    let statuses = &report.slo_statuses;
    let source = el_of("p", "quiet").say(slo::source_words(&report.slo_source)).text(" ").with(link("#settings", words::EDIT_TARGETS));
    let empty = statuses.is_empty().then(|| el_of("p", "quiet").text(words::NO_TARGETS));
    let list = el_of("ul", "plain").all(statuses.iter().map(item).collect());
    let together = report.goodput.as_ref().map(together);
    section("services", words::SERVICES, &tally(statuses))
        .with(el_of("div", "card services").with(source).maybe(empty).with(list).maybe(together))
}

fn item(status: &SloStatusView) -> Node {
    let look = of_verdict(status.verdict);
    let head = el_of("div", "service-head").with(el("h3").say(goal(status))).text(" ").with(badge(look));
    let facts = (status.verdict != Verdict::NoData).then(|| {
        el_of("p", "service-facts")
            .with(el_with("b", &status.shown))
            .text(" ")
            .maybe(counted(status).map(|samples| el_with("span", &samples)))
            .text(" ")
            .with(el("span").text(&status.time_base.words).text(" ").maybe(lines(status.input, &status.lines)))
    });
    el_of("li", &format!("service {}", look.tone))
        .with(head)
        .maybe(bullet(status))
        .maybe(facts)
        .with(el_of("p", "service-why").rich(&status.why))
}

/// All latency targets of whole requests at once.
fn together(goodput: &Goodput) -> Node {
    el_of("div", "goodput")
        .with(el_with("h3", words::GOODPUT))
        .with(el("p").rich(&goodput.sentence))
        .with(el_of("p", "service-why").rich(&goodput.why))
}

/// The number of samples, unless the value says it already.
fn counted(status: &SloStatusView) -> Option<String> {
    status.samples.filter(|_| !status.shown.contains("n = ")).map(words::samples)
}

/// `TTFT P95 ≤ 1 s`.
fn goal(status: &SloStatusView) -> String {
    let sign = Comparison::parse(&status.target.comparison).map_or("", Comparison::sign);
    format!("{} {sign} {}", words::path(&status.target.metric), spell(status.target.target_value, status.unit))
}

fn tally(statuses: &[SloStatusView]) -> String {
    let mut parts = Vec::new();
    for verdict in [Verdict::Fail, Verdict::Pass, Verdict::Undetermined, Verdict::NoData] {
        let count = statuses.iter().filter(|status| status.verdict == verdict).count();
        if count > 0 {
            parts.push(format!("{} {}", Unit::Count.show(count as f64), of_verdict(verdict).word));
        }
    }
    parts.join(" · ")
}
