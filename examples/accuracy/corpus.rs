//! Recorded servers and the corpus' scenarios, when the corpus is there.

use std::path::{Path, PathBuf};

use servescope::analyze::Profile;
use servescope::report::Report;
use servescope::rule::BottleneckType;

use super::answer::{Answer, inputs, report};

mod recorded;
mod windows;

const QUEUE_CAUSES: &[&str] = &["kv-capacity-bound", "sequence-limit", "token-budget-bound", "compute-saturated", "preemption-thrash"];

pub fn print(list_wrong: bool) {
    let root = std::env::var_os("SERVESCOPE_CORPUS").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    if !root.is_dir() {
        println!("\nSKIPPED: no corpus at {} (set SERVESCOPE_CORPUS)", root.display());
        return;
    }
    recorded::print(&root.join("series"));
    windows::print(&root.join("series"), list_wrong);
    windows::print_edited(&root.join("series"), list_wrong);
    scenarios(&root);
    edited_dump(&root);
}

fn scenarios(root: &Path) {
    println!("\n==== scenarios of the corpus: one snapshot each");
    let folder = root.join("dumps/scenarios");
    let Ok(index) = std::fs::read_to_string(folder.join("INDEX.tsv")) else { return };
    let (mut right, mut total) = (0, 0);
    for line in index.lines().skip(1) {
        let Some((file, wanted)) = line.split_once('\t') else { continue };
        let Ok(text) = std::fs::read_to_string(folder.join(file)) else { continue };
        total += 1;
        match report(&inputs(&[(1.795e9, &text)]), Profile::Default) {
            Ok(result) => {
                let good = judge(wanted, file, &result);
                right += usize::from(good);
                let answer = Answer::of(&result);
                println!(
                    "{} {}: said {}; wanted: {wanted}\n     {}",
                    mark(good),
                    file_name(Path::new(file)),
                    answer.label(),
                    answer.headline
                );
            }
            Err(error) => println!("! {file}: {error}"),
        }
    }
    println!("scenarios: {right} of {total}");
}

/// The right answers are sentences; what can be checked of each is checked here, by its letter.
fn judge(wanted: &str, file: &str, report: &Report) -> bool {
    let answer = Answer::of(report);
    let nothing_critical = answer.criticals == 0;
    let claims = |ids: &[&str]| answer.claims.iter().any(|c| ids.contains(&c.id.as_str()));
    let shown_slow = |paths: &[&str]| {
        let named = |text: &str| paths.iter().any(|path| text.contains(path));
        report.bottlenecks.iter().any(|b| named(&b.metric_name) || named(&b.id) || b.explains.iter().any(|e| named(e)))
            || report.slo_statuses.iter().any(|s| !s.is_compliant && s.current_value.is_some() && named(&s.target.metric))
    };
    match file.chars().next() {
        Some('A') => answer.first.as_deref() == Some("kv-capacity-bound") && answer.claims.iter().all(|c| c.confidence < 0.8),
        Some('B') => nothing_critical && answer.claims.is_empty() && shown_slow(&["ttft"]),
        Some('C') => nothing_critical && !claims(QUEUE_CAUSES) && shown_slow(&["itl", "tpot"]),
        Some('D') => answer.claims.is_empty() && report.state.id == "idle",
        Some('E' | 'G') => answer.claims.is_empty() && nothing_critical,
        _ if wanted.starts_with("F:") => {
            let waits = [BottleneckType::QueueBuildup, BottleneckType::BatchSizeSuboptimal];
            report.bottlenecks.iter().any(|b| waits.contains(&b.kind)) && !claims(&["preemption-thrash", "prefill-interference"])
        }
        _ => false,
    }
}

/// A real server with 64 slots and a nearly empty cache; and the same with the cache full.
fn edited_dump(root: &Path) {
    let Ok(text) = std::fs::read_to_string(root.join("dumps/vllm/er0080-vllm-0.25.1-loaded.prom")) else { return };
    println!("\n==== a real loaded server, and the same with its cache at 98 %");
    let full: String = text
        .lines()
        .map(|line| match line.rsplit_once(' ') {
            Some((head, _)) if head.starts_with("vllm:kv_cache_usage_perc{") => format!("{head} 0.98\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    for (text, wanted) in [(&text, "sequence-limit"), (&full, "kv-capacity-bound")] {
        match report(&inputs(&[(1.795e9, text)]), Profile::Default) {
            Ok(result) => {
                let answer = Answer::of(&result);
                let good = answer.first.as_deref() == Some(wanted);
                println!("{} wanted {wanted}, said {}: {}", mark(good), answer.label(), answer.headline);
            }
            Err(error) => println!("! {error}"),
        }
    }
}

fn mark(good: bool) -> char {
    if good { ' ' } else { '!' }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
