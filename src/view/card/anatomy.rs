//! Where the time of a request goes.

use super::distribution::distribution;
use crate::metrics::Unit;
use crate::report::{Anatomy, DistributionView, Phase, Report, SloStatusView};
use crate::sorted::sort_by;
use crate::view::chart::phases;
use crate::view::node::{Node, el, el_of};
use crate::view::parts::{fold, lines, section, stacked, table};
use crate::view::words::report as words;

/// The distributions that people ask for first; the others are folded away.
const MAIN: [&str; 5] = ["ttft", "itl", "tpot", "e2e", "queue_time"];

pub fn anatomy(report: &Report) -> Option<Node> {
    let anatomy = &report.anatomy;
    if anatomy.phases.is_empty() && anatomy.distributions.is_empty() {
        return None;
    }
    let draw = |view: &&DistributionView| distribution(view, &targets(&report.slo_statuses, &view.path));
    let (main, rest): (Vec<_>, Vec<_>) = anatomy.distributions.iter().partition(|view| MAIN.contains(&view.path.as_str()));
    let more = (!rest.is_empty()).then(|| {
        fold("more", &words::more_distributions(rest.len())).with(el_of("div", "distributions").all(rest.iter().map(draw).collect()))
    });
    Some(
        section("anatomy", words::ANATOMY, "")
            .maybe(time(anatomy))
            .with(el_of("div", "distributions").all(main.iter().map(draw).collect()))
            .maybe(more),
    )
}

/// The targets on quantiles and means of this distribution.
fn targets(statuses: &[SloStatusView], path: &str) -> Vec<f64> {
    let belongs = |metric: &str| metric.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    let mut targets: Vec<f64> =
        statuses.iter().filter(|status| belongs(&status.target.metric)).map(|status| status.target.target_value).collect();
    sort_by(&mut targets, f64::total_cmp);
    targets.dedup();
    targets
}

fn time(anatomy: &Anatomy) -> Option<Node> {
    if anatomy.phases.is_empty() {
        return None;
    }
    let mut rows: Vec<Node> = anatomy.phases.iter().map(row).collect();
    if let Some(total) = anatomy.total_seconds {
        let total = el_of("tr", "total").row_head(words::E2E_MEAN).cell("value mark", &Unit::Seconds.show(total));
        rows.push(total.with(el("td")).with(el("td")));
    }
    let columns = [words::PHASE, words::MEAN, words::SHARE, words::FROM];
    Some(
        el_of("div", "card")
            .with(phases(&anatomy.phases))
            .with(stacked(table("phases-table stack", words::PHASES, "hidden", &columns, rows)))
            .with(el_of("p", "quiet").rich(&anatomy.remark)),
    )
}

fn row(phase: &Phase) -> Node {
    let key = el_of("span", &format!("key phase-{}", phase.id)).attr("aria-hidden", "true");
    el("tr")
        .with(el("th").attr("scope", "row").with(key).text(&phase.label))
        .cell("value mark", &Unit::Seconds.show(phase.mean_seconds))
        .cell("value half", &Unit::Ratio.show(phase.share))
        .with(el_of("td", "from").maybe(lines(phase.input, &phase.lines)))
}
