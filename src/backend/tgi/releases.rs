//! Signs of TGI's releases. Its names never changed; the last release is 3.3.7.

use crate::backend::native::{Always, Instance};
use crate::backend::version::{Evidence, Sign, Whole, last, since, until};
use crate::signal::Version;

pub(super) fn evidence(_: &Instance<'_, '_>) -> Vec<&'static [Evidence]> {
    vec![SIGNS]
}

pub(super) fn whole(instance: &Instance<'_, '_>) -> Whole {
    Whole { families: instance.has("request_success"), labels: true }
}

/// A family is there from its first event on; after the first request all of these are.
pub(super) fn always(_: &Instance<'_, '_>) -> Vec<Always> {
    vec![
        Always::Number(&["queue_size"]),
        Always::Number(&["batch_current_size"]),
        Always::Number(&["request_success"]),
        Always::Histogram(&["request_duration"]),
        Always::Histogram(&["request_queue_duration"]),
        Always::Histogram(&["request_inference_duration"]),
        Always::Histogram(&["request_mean_time_per_token_duration"]),
        Always::Histogram(&["request_input_length"]),
        Always::Histogram(&["request_generated_tokens"]),
    ]
}

const SKIPPED: &str = "request_skipped_tokens";

static SIGNS: &[Evidence] = &[
    until(Sign::Test(|_| true, "TGI ended with this release"), Version(3, 3, 7)),
    since(Sign::Has("batch_current_max_tokens"), Version(0, 7, 0)),
    since(Sign::Has("batch_concat"), Version(0, 7, 0)),
    since(Sign::Has("request_skipped_tokens_count"), Version(1, 3, 0)),
    since(Sign::Has("batch_forward_duration"), Version(1, 3, 3)),
    until(Sign::Test(skipped_is_histogram, "`tgi_request_skipped_tokens` is a histogram"), last(2, 2)),
    since(Sign::Test(skipped_is_summary, "`tgi_request_skipped_tokens` is a summary"), Version(2, 3, 0)),
    since(Sign::Test(has_help, "`# HELP` lines"), Version(2, 3, 0)),
    until(Sign::Missing(has_types_only, "`# TYPE` lines without `# HELP`"), last(2, 2)),
    since(Sign::Has("batch_max_total_tokens"), Version(2, 3, 1)),
    since(Sign::HasValue("batch_concat", "reason", "chunking"), Version(3, 0, 0)),
];

fn skipped_is_histogram(instance: &Instance<'_, '_>) -> bool {
    !instance.bounds(SKIPPED).is_empty()
}

fn skipped_is_summary(instance: &Instance<'_, '_>) -> bool {
    instance.has_label(SKIPPED, "quantile")
}

fn has_help(instance: &Instance<'_, '_>) -> bool {
    let families = ["tgi_request_success", "tgi_request_duration", "tgi_request_count", "tgi_queue_size"];
    families.iter().any(|name| instance.scrape().family(name).is_some_and(|family| family.help().is_some()))
}

/// A federated text has neither, so the types must be there.
fn has_types_only(instance: &Instance<'_, '_>) -> bool {
    let own = || instance.scrape().families().filter(|family| family.name().starts_with("tgi_"));
    own().any(|family| family.is_declared()) && !own().any(|family| family.help().is_some())
}
