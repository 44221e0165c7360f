//! Inputs in any order become servers, lives and snapshots.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use servescope::analyze::{Options, analyze, report};
use servescope::dataset::{Added, Begin, Dataset, Input, lives};
use servescope::exposition;
use servescope::signal::{BackendId, Hint, HintedBy};

const START: f64 = 1_780_000_000.0;

/// A vLLM with 4 requests inside that has finished `served` of 100 tokens each.
struct Vllm {
    start: Option<f64>,
    served: u32,
    waiting: u32,
    model: &'static str,
    share: &'static str,
}

const CALM: Vllm = Vllm { start: Some(START), served: 100, waiting: 0, model: "m", share: "0.9" };

impl Vllm {
    fn text(&self) -> String {
        let Vllm { start, served, waiting, model, share } = self;
        let start = start.map(|start| format!("process_start_time_seconds {start}\n")).unwrap_or_default();
        let tokens = served * 100;
        format!(
            "{start}# TYPE vllm:cache_config_info gauge\n\
             vllm:cache_config_info{{block_size=\"16\",gpu_memory_utilization=\"{share}\",num_gpu_blocks=\"1000\"}} 1\n\
             # TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{{model_name=\"{model}\"}} 4\n\
             # TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting{{model_name=\"{model}\"}} {waiting}\n\
             # TYPE vllm:generation_tokens counter\nvllm:generation_tokens_total{{model_name=\"{model}\"}} {tokens}\n\
             # TYPE vllm:request_success counter\n\
             vllm:request_success_total{{finished_reason=\"stop\",model_name=\"{model}\"}} {served}\n"
        )
    }

    fn at(&self, name: &str, at: f64) -> Input {
        input(name, Some(at), &self.text())
    }
}

fn input(name: &str, at: Option<f64>, text: &str) -> Input {
    Input { name: name.to_owned(), at, hint: None, parsed: exposition::parse(text.as_bytes()) }
}

fn served(start: f64, served: u32) -> Vllm {
    Vllm { start: Some(start), served, ..CALM }
}

/// The names of the inputs of each server, in the order of time; servers in the order of their names.
fn grouped(dataset: &Dataset) -> Vec<Vec<String>> {
    let name = |index: usize| dataset.given()[index].name.clone();
    let mut groups: Vec<Vec<String>> = dataset.servers().iter().map(|server| server.inputs().into_iter().map(name).collect()).collect();
    groups.sort();
    groups
}

fn of(inputs: &[Input]) -> Dataset {
    Dataset::of(inputs, None)
}

/// Every order of up to five, some of more.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for next in 0..count {
        all = all
            .iter()
            .flat_map(|order| (0..=order.len()).map(|at| [&order[..at], &[next], &order[at..]].concat()).collect::<Vec<_>>())
            .take(240)
            .collect();
    }
    all
}

#[test]
fn two_processes_that_run_side_by_side_are_two_servers_in_whatever_order_their_dumps_come() {
    let dumps = [
        served(START, 10).at("a1", START + 500.0),
        served(START + 50.0, 900).at("b1", START + 500.5),
        served(START, 20).at("a2", START + 510.0),
        served(START + 50.0, 950).at("b2", START + 510.5),
        served(START, 30).at("a3", START + 520.0),
    ];
    for order in orders(5) {
        let shuffled: Vec<Input> = order.iter().map(|index| dumps[*index].clone()).collect();
        assert_eq!(grouped(&of(&shuffled)), [vec!["a1", "a2", "a3"], vec!["b1", "b2"]], "{order:?}");
    }
}

#[test]
fn a_restart_ends_a_life_and_changed_settings_are_named() {
    let again = Vllm { start: Some(START + 300.0), served: 5, ..CALM };
    let anew = Vllm { start: Some(START + 600.0), served: 3, share: "0.95", ..CALM };
    let dumps = [
        served(START, 10).at("1", START + 100.0),
        served(START, 60).at("2", START + 200.0),
        again.at("3", START + 400.0),
        anew.at("4", START + 700.0),
    ];
    for order in orders(4) {
        let shuffled: Vec<Input> = order.iter().map(|index| dumps[*index].clone()).collect();
        let dataset = of(&shuffled);
        let servers = dataset.servers();
        assert_eq!(servers.len(), 1, "{order:?}");
        assert_eq!(servers[0].doubt, None, "all is told");
        let lives = lives(&servers[0].moments);
        assert_eq!(lives.iter().map(|life| life.moments.len()).collect::<Vec<_>>(), [2, 1, 1]);
        assert_eq!((&lives[0].begin, &lives[1].begin), (&Begin::First, &Begin::Restart));
        assert!(matches!(&lives[2].begin, Begin::Settings(why) if why.contains("GPU memory share")), "{:?}", lives[2].begin);
    }
}

#[test]
fn counters_that_cannot_be_of_one_process_tell_servers_apart() {
    let text = |requests: u32, tokens: u32| {
        format!(
            "# TYPE sglang:num_running_reqs gauge\nsglang:num_running_reqs{{model_name=\"m\"}} 4\n\
             # TYPE sglang:num_requests_total counter\nsglang:num_requests_total{{model_name=\"m\"}} {requests}\n\
             # TYPE sglang:generation_tokens_total counter\nsglang:generation_tokens_total{{model_name=\"m\"}} {tokens}\n"
        )
    };
    // One has many short answers, the other few long ones, and nothing else tells them apart.
    let dumps = [
        input("x", Some(0.0), &text(1000, 9_000)),
        input("y", Some(0.5), &text(20, 50_000)),
        input("z", Some(10.0), &text(1100, 9_900)),
        input("w", Some(10.5), &text(25, 61_000)),
    ];
    for order in orders(4) {
        let shuffled: Vec<Input> = order.iter().map(|index| dumps[*index].clone()).collect();
        assert_eq!(grouped(&of(&shuffled)), [vec!["x", "z"], vec!["y", "w"]], "{order:?}");
    }
}

#[test]
fn names_tell_servers_apart_whose_counters_do_not() {
    let grows = |served| Vllm { start: None, served, ..CALM };
    // b has always counted more than a, so that each of its dumps could follow the dump of a before it.
    let interleaved: Vec<Input> = [(100, "a"), (150, "b"), (110, "a"), (160, "b"), (120, "a"), (170, "b")]
        .iter()
        .enumerate()
        .map(|(index, (count, server))| grows(*count).at(&format!("{server}-{index}.prom"), index as f64 * 5.0))
        .collect();
    assert_eq!(grouped(&of(&interleaved)).iter().map(Vec::len).collect::<Vec<_>>(), [3, 3]);
    // One after the other they may be of one server, whatever they are called.
    let in_turn: Vec<Input> = [(100, "before-1"), (110, "before-2"), (150, "after-1"), (160, "after-2")]
        .iter()
        .enumerate()
        .map(|(index, (count, name))| grows(*count).at(name, index as f64 * 5.0))
        .collect();
    assert_eq!(grouped(&of(&in_turn)).len(), 1);
}

#[test]
fn names_part_no_process_that_says_when_it_started() {
    let names = ["dp2_1b_seqstream", "dp2_2_mid1", "dp2_2_mid4", "dp2_2_burst"];
    let dumps: Vec<Input> =
        (0..).zip(names).map(|(index, name)| served(START, 10 + index).at(name, START + f64::from(index) * 5.0)).collect();
    assert_eq!(grouped(&of(&dumps)).len(), 1);
}

#[test]
fn a_stamp_that_is_newer_than_the_other_start_excludes_a_restart() {
    let stamped = format!(
        "{}vllm:request_success_created{{finished_reason=\"stop\",model_name=\"m\"}} {}\n",
        served(START, 90).text(),
        START + 400.0
    );
    let later = served(START + 50.0, 10).text();
    assert_eq!(of(&[input("a", None, &stamped), input("b", None, &later)]).servers().len(), 2);
    let earlier_stamp = stamped.replace(&format!("{}", START + 400.0), &format!("{}", START + 20.0));
    let servers = of(&[input("a", None, &earlier_stamp), input("b", None, &later)]).servers();
    assert_eq!(servers.len(), 1);
    assert!(servers[0].doubt.as_ref().is_some_and(|doubt| doubt.contains("second server")), "nobody told when they were taken");
}

#[test]
fn a_person_can_say_which_dump_is_of_which_server() {
    let dumps = [served(START, 90).at("a", START + 10.0), served(START + 50.0, 10).at("b", START + 60.0)];
    let mut dataset = of(&dumps);
    assert_eq!(dataset.servers().len(), 1, "it reads as a restart");
    dataset.correct(0, Some("left".to_owned()));
    dataset.correct(1, Some("right".to_owned()));
    assert_eq!(dataset.servers().iter().map(|server| server.name.as_str()).collect::<Vec<_>>(), ["left", "right"]);
    dataset.correct(0, None);
    dataset.correct(1, None);
    assert_eq!(dataset.servers().len(), 1);
}

#[test]
fn the_same_text_is_left_out_with_a_word_unless_it_is_of_another_time() {
    let text = CALM.text();
    let first = input("a", None, &text);
    let mut dataset = Dataset::of([&first], None);
    assert_eq!(dataset.add(&input("b", None, &text)), Added::SameAs(0));
    assert_eq!(dataset.repeats(), [("b".to_owned(), 0)]);
    let report = report(&dataset, &Options::default()).unwrap();
    assert!(report.notes.iter().any(|note| note.id == "same-text" && note.sentence.contains("b holds the same text as a")));
    assert_eq!(report.inputs.len(), 1);
    // A server that stands still answers the same twice.
    let told = [input("a", Some(0.0), &text), input("b", Some(10.0), &text)];
    assert_eq!(of(&told).given().len(), 2);
    let file = |at| Input { hint: Some(Hint { at, by: HintedBy::File }), ..input("f", None, &text) };
    let files = [file(START), file(START + 10.0), file(START)];
    assert_eq!(of(&files).given().len(), 2);
    // Pasted twice by mistake.
    let paste = |at| Input { hint: Some(Hint { at, by: HintedBy::Paste }), ..input("p", None, &text) };
    let pastes = [paste(START), paste(START + 10.0)];
    assert_eq!(of(&pastes).given().len(), 1);
    dataset.remove(0);
    assert!(dataset.is_empty());
}

#[test]
fn an_input_that_is_taken_out_leaves_the_others_as_they_were() {
    let dumps: Vec<Input> = (0..4).map(|index| served(START, 10 + index).at(&index.to_string(), START + f64::from(index) * 10.0)).collect();
    let mut dataset = of(&dumps);
    dataset.remove(1);
    let rest: Vec<Input> = [0, 2, 3].iter().map(|index| dumps[*index].clone()).collect();
    let json = |dataset: &Dataset| serde_json::to_string(&report(dataset, &Options::default()).unwrap()).unwrap();
    assert_eq!(json(&dataset), json(&of(&rest)));
    dataset.set_time(0, Some(START + 5.0));
    let moved = [served(START, 10).at("0", START + 5.0), dumps[2].clone(), dumps[3].clone()];
    assert_eq!(json(&dataset), json(&of(&moved)));
}

#[test]
fn hinted_times_are_confirmed_like_told_ones() {
    let file = |count, at| Input { at: None, hint: Some(Hint { at, by: HintedBy::File }), ..served(START, count).at("f", 0.0) };
    let hinted = [file(10, START + 100.0), file(20, START + 110.0)];
    let mut dataset = of(&hinted);
    dataset.confirm_times();
    let told = [served(START, 10).at("f", START + 100.0), served(START, 20).at("f", START + 110.0)];
    let json = |dataset: &Dataset| serde_json::to_string(&report(dataset, &Options::default()).unwrap()).unwrap();
    assert_eq!(json(&dataset), json(&of(&told)));
}

#[test]
fn texts_can_be_read_as_another_backend_and_back() {
    let inputs = [input("a", None, &CALM.text())];
    let mut dataset = of(&inputs);
    let before = grouped(&dataset);
    let text = |index: usize| inputs.get(index).map(|input| &input.parsed);
    dataset.read_as(Some(BackendId::Tgi), &text);
    assert!(dataset.servers().is_empty());
    dataset.read_as(None, &text);
    assert_eq!(grouped(&dataset), before);
}

#[test]
fn the_report_is_of_the_server_in_most_trouble_and_names_the_others() {
    let sick = Vllm { waiting: 500, start: Some(START + 1.0), served: 100, model: "sick", ..CALM };
    let dumps = [
        sick.at("sick-1", START + 100.0),
        Vllm { served: 110, ..sick }.at("sick-2", START + 110.0),
        served(START, 100).at("calm-1", START + 100.0),
        served(START, 200).at("calm-2", START + 110.0),
    ];
    for order in orders(4).into_iter().step_by(3) {
        let shuffled: Vec<Input> = order.iter().map(|index| dumps[*index].clone()).collect();
        let report = analyze(&shuffled, &Options::default()).unwrap();
        assert_eq!(report.instance_id, "sick", "{order:?}");
        assert_eq!(report.inputs.len(), 4, "nothing is lost");
        assert_eq!(report.servers.len(), 2);
        let note = report.notes.iter().find(|note| note.id == "several-servers").expect("it is said");
        assert!(note.sentence.contains("of 2 servers") && note.sentence.contains("m (2 dumps)"), "{}", note.sentence);
        let calm = analyze(&shuffled, &Options { instance_id: Some("m".to_owned()), ..Options::default() }).unwrap();
        assert_eq!((calm.instance_id.as_str(), calm.servers.len()), ("m", 0));
        let last = order.iter().position(|index| *index == 2);
        let of_input = analyze(&shuffled, &Options { input: last, ..Options::default() }).unwrap();
        assert_eq!(of_input.models, ["m"]);
    }
}

#[test]
fn servers_of_different_backends_are_servers_and_no_error() {
    let tgi = "# TYPE tgi_queue_size gauge\ntgi_queue_size 3\n# TYPE tgi_batch_current_size gauge\ntgi_batch_current_size 2\n\
               # TYPE tgi_request_success counter\ntgi_request_success 40\n";
    let report = analyze(&[CALM.at("v", START + 9.0), input("t", None, tgi)], &Options::default()).unwrap();
    let types: Vec<&str> = report.servers.iter().map(|server| server.instance_type.as_str()).collect();
    assert_eq!(types.len(), 2);
    assert!(types.contains(&"vllm") && types.contains(&"tgi"));
}

#[test]
fn many_dumps_cost_what_they_hold() {
    let dumps: Vec<Input> = (0..400).map(|index| served(START, index).at(&format!("d{index}"), START + f64::from(index))).collect();
    let dataset = of(&dumps);
    let servers = dataset.servers();
    assert_eq!((servers.len(), servers[0].moments.len()), (1, 400));
}
