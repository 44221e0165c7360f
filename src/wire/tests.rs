//! Both forms against the crates that define them, on a report of each sample and on every message: the round trips of `protocol` use both.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{from_bytes, to_bytes, to_json};
use crate::analyze::{Input, Options, analyze};
use crate::report::Report;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Dot,
    Pair(u8, i64),
    Text(String),
    Named { at: Option<f64>, tag: char, more: Vec<Shape> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct All {
    truth: [bool; 2],
    small: (u8, i8, u16, i16),
    large: Vec<(u32, i32, u64, i64)>,
    real: [f64; 3],
    table: BTreeMap<String, Shape>,
}

fn all() -> All {
    let named = Shape::Named { at: Some(-0.1), tag: 'ü', more: vec![Shape::Dot, Shape::Pair(7, i64::MIN)] };
    All {
        truth: [true, false],
        small: (200, -3, u16::MAX, i16::MIN),
        large: vec![(0, 0, 0, 0), (u32::MAX, i32::MIN, u64::MAX, i64::MAX), (127, -64, 128, 64)],
        real: [0.0, 1e300, -2.5e-7],
        table: [("a \"b\"\n\u{7f}".to_owned(), named), (String::new(), Shape::Text("\u{1f600} \u{0}".to_owned()))].into_iter().collect(),
    }
}

fn reports() -> Vec<Report> {
    const SAMPLES: [&[u8]; 3] = [
        include_bytes!("../../assets/samples/vllm-kv-bound-1.prom"),
        include_bytes!("../../assets/samples/sglang-overload-1.prom"),
        include_bytes!("../../assets/samples/tgi-overload-1.prom"),
    ];
    let report = |text: &[u8]| {
        let input = Input { name: "a".to_owned(), at: Some(1.8e9), hint: None, parsed: crate::exposition::parse(text) };
        analyze(&[input], &Options::default()).expect("a report")
    };
    SAMPLES.map(report).to_vec()
}

#[test]
fn bytes_are_those_of_postcard() {
    assert_eq!(to_bytes(&all()), postcard::to_allocvec(&all()).unwrap());
    for report in reports() {
        assert_eq!(to_bytes(&report), postcard::to_allocvec(&report).unwrap());
        assert_eq!(from_bytes(&to_bytes(&report)), Some(report));
    }
}

#[test]
fn json_is_that_of_serde_json() {
    let shapes = [Shape::Dot, Shape::Pair(0, -5), Shape::Named { at: None, tag: '"', more: Vec::new() }];
    assert_eq!(to_json(&shapes), serde_json::to_string(&shapes).unwrap());
    let values = (all().large, all().real, f64::NAN, f64::INFINITY, all().table, BTreeMap::<String, u8>::new());
    assert_eq!(to_json(&values), serde_json::to_string(&values).unwrap());
    for report in reports() {
        assert_eq!(to_json(&report), serde_json::to_string(&report).unwrap());
    }
}

#[test]
fn integers_of_each_width_come_back() {
    let numbers = (all().truth, 200_u8, u16::MAX, u32::MAX, u64::MAX, 300_u16, 0_u64);
    assert_eq!(from_bytes(&to_bytes(&numbers)), Some(numbers));
}

#[test]
fn damaged_bytes_are_none_and_never_take_long() {
    let report = reports().swap_remove(0);
    let bytes = to_bytes(&report);
    for end in (0..bytes.len()).step_by(37) {
        assert_eq!(from_bytes::<Report>(&bytes[..end]), None, "{end} bytes");
    }
    for at in (0..bytes.len()).step_by(101) {
        let mut damaged = bytes.clone();
        damaged[at] = 0xff;
        // It may have become another report, and must not become anything else than a report or nothing.
        let _ = from_bytes::<Report>(&damaged);
    }
    assert_eq!(from_bytes::<Vec<String>>(&[0xff, 0xff, 0xff, 0xff, 0x0f]), None, "a length that nothing follows");
    assert_eq!(from_bytes::<u64>(&[0xff; 11]), None);
    assert_eq!(from_bytes::<Option<bool>>(&[2, 0]), None);
    assert_eq!(from_bytes::<String>(&[2, 0xc3, 0x28]), None, "no UTF-8");
}
