//! The command line answers wrong arguments with an error object, and never with silence.
#![allow(dead_code, reason = "the example's main is not called here")]

#[path = "../../examples/analyze.rs"]
mod command;

use command::run;

fn answer(arguments: &[&str]) -> Result<String, String> {
    run(arguments.iter().map(|word| (*word).to_owned()).collect()).map_err(|error| format!("{}: {}", error.id, error.sentence))
}

/// A file of the system's folder for temporary ones, which goes when the test ends.
struct File(std::path::PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("servescope-{}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("a folder for temporary files");
        File(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("a path that is text")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

const TEXT: &str = "vllm:num_requests_running{model_name=\"falcon\"} 3\nvllm:num_requests_waiting{model_name=\"falcon\"} 1 1700000000000\n";

#[test]
fn wrong_arguments_have_an_id_and_a_sentence() {
    let file = File::new("wrong.prom", TEXT);
    let path = file.path();
    for (arguments, error) in [
        (vec![], "usage: No file is given."),
        (vec!["--samples"], "usage: No file is given."),
        (vec!["--backend"], "usage: --backend needs a value."),
        (vec!["--backend", "triton", path], "unknown-backend: \"triton\" is not a known instance_type."),
        (vec!["--profile", "seed", path], "unknown-profile: \"seed\" is not a known profile."),
        (vec!["--score", "x", path], "unknown-score: \"x\" is not a known score."),
        (vec!["--preset", "x", path], "unknown-preset: \"x\" is not a known preset."),
        (vec!["--slo", "ttft.p95", path], "usage: \"ttft.p95\" holds no operator; write for example ttft.p95<=1.0."),
        (vec!["--slo", "ttft.p95<=fast", path], "usage: \"fast\" is not a number."),
        (vec!["--slo", "ttft.p95<=NaN", path], "usage: \"NaN\" is not a number."),
        (vec!["--threshold", "queue_size=inf", path], "usage: \"inf\" is not a number."),
        (vec!["--threshold", "size=1", path], "unknown-threshold: \"size\" is not a known threshold."),
        (vec!["--slo", "speed.p95<=1", path], "unknown-metric: \"speed.p95\" is not a known metric."),
        (vec!["--faster", path], "usage: --faster is not known."),
    ] {
        let answer = answer(&arguments);
        let found = match &answer {
            Ok(text) => {
                let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
                format!("{}: {}", value["error"]["id"].as_str().unwrap_or("none"), value["error"]["sentence"].as_str().unwrap_or("none"))
            }
            Err(error) => error.clone(),
        };
        assert_eq!(found, error, "{arguments:?}");
    }
    assert!(answer(&[&format!("{path}@NaN")]).is_err_and(|error| error.starts_with("usage")));
    assert!(answer(&["/nowhere/at.all"]).is_err_and(|error| error.starts_with("unreadable-file: /nowhere/at.all")));
}

#[test]
fn samples_are_one_array_a_line() {
    let file = File::new("samples.prom", TEXT);
    let lines = [
        r#"["vllm:num_requests_running",{"model_name":"falcon"},"3",null,1]"#,
        r#"["vllm:num_requests_waiting",{"model_name":"falcon"},"1",1700000000000,2]"#,
    ];
    assert_eq!(answer(&["--samples", file.path()]), Ok(lines.join("\n")));
}

#[test]
fn times_behind_the_file_names_make_the_window() {
    let file =
        File::new("times.prom", "vllm:num_requests_running{model_name=\"falcon\"} 3\nvllm:num_requests_waiting{model_name=\"falcon\"} 1\n");
    let answer = answer(&[&format!("{}@70", file.path()), &format!("{}@10", file.path())]).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!((&report["mode"], &report["window"]["seconds"]), (&"window".into(), &60.0.into()));
}

#[test]
fn the_first_design_s_paths_are_targets_too() {
    let file = File::new("alias.prom", TEXT);
    for path in ["request_metrics.time_to_first_token_seconds", "gpu_metrics.num_requests_waiting", "gpu_metrics.cache_usage_perc"] {
        let answer = answer(&["--slo", &format!("{path}<=5"), file.path()]).expect("a report");
        let report: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(report["slo_statuses"][0]["target"]["metric"], path);
    }
}
