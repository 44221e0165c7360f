//! TGI's counters, without `_total`. Two of their names end in `_count` and belong to no histogram.

use crate::backend::native::{Absent, Native, Row, Select, native};
use crate::signal::Counter;

const fn failed(err: &'static [Select]) -> Native {
    native("request_failure").with(err)
}

const fn calls(method: &'static [Select]) -> Native {
    native("batch_inference_count").with(method)
}

const fn merged(reason: &'static [Select]) -> Native {
    native("batch_concat").with(reason)
}

/// A label value appears with its first failure, merge or call.
const NONE_YET: Absent = Absent::Zero;

pub(super) static ROWS: &[Row<Counter>] = &[
    Row::alias(Counter::PromptTokens, &[native("request_input_length_sum")]),
    Row::alias(Counter::OutputTokens, &[native("request_generated_tokens_sum")]),
    Row::alias(Counter::Finished, &[native("request_success")]).absent(NONE_YET),
    Row::alias(Counter::RequestsReceived, &[native("request_count")]),
    Row::alias(Counter::Aborted, &[failed(&[Select::Is("err", "dropped")])]).absent(NONE_YET),
    Row::alias(Counter::ServerErrors, &[failed(&[Select::OneOf("err", &["generation", "incomplete"])])]).absent(NONE_YET),
    Row::alias(Counter::CapacityRejections, &[failed(&[Select::Is("err", "overloaded")])]).absent(NONE_YET),
    Row::alias(Counter::ClientErrors, &[failed(&[Select::OneOf("err", &["validation", "template"])])]).absent(NONE_YET),
    Row::alias(Counter::Steps, &[calls(&[Select::Is("method", "decode")])]),
    Row::alias(Counter::PrefillCalls, &[calls(&[Select::Is("method", "prefill")])]),
    Row::alias(Counter::DecodeCalls, &[calls(&[Select::Is("method", "decode")])]),
    Row::alias(Counter::BatchFailures, &[native("batch_inference_failure")]).absent(Absent::ZeroBeside("batch_inference_count")),
    Row::alias(Counter::ConcatChunking, &[merged(&[Select::Is("reason", "chunking")])]).absent(Absent::ZeroBeside("batch_concat")),
    Row::alias(Counter::ConcatBackpressure, &[merged(&[Select::Is("reason", "backpressure")])]).absent(Absent::ZeroBeside("batch_concat")),
    Row::alias(Counter::ConcatWaitExceeded, &[merged(&[Select::Is("reason", "wait_exceeded")])]).absent(Absent::ZeroBeside("batch_concat")),
];
