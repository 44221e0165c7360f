#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[path = "support/snapshots.rs"]
mod snapshots;
use servescope::rule::{Role, Thetas, diagnose};
use servescope::signal::{Observation, Snapshot};
use servescope::slo;

fn show(name: &str, seen: &Observation) {
    let assumed = slo::assume(seen);
    let statuses = slo::evaluate(seen, &assumed.preset.targets);
    let d = diagnose(seen, &statuses, &Thetas::of(&statuses, "x"));
    println!("== {name} [{}] state={} | {}", assumed.preset.id, d.state.kind.id(), d.headline.text);
    for s in &d.symptoms.seen {
        print!("   sym {}:{:.2}{}{}", s.symptom.path(), s.score, if s.violated { "!" } else { "" }, if s.current { "c" } else { "l" });
    }
    println!();
    for f in &d.findings {
        println!(
            "   {:?} {} {:?} {:.2} | {} {}",
            f.role,
            f.rule.id,
            f.severity,
            f.confidence.value,
            f.sentence,
            f.contributing.iter().map(|c| format!("[+{}]", c.rule.id)).collect::<String>()
        );
        for c in &f.confidence.contradictions {
            println!("        against: {c}");
        }
    }
    let _ = Role::Cause;
}

fn at(path: &str, t: f64) -> Option<Snapshot> {
    let bytes = snapshots::file(path)?;
    if bytes.is_empty() {
        return None;
    }
    let mut s = snapshots::one(&String::from_utf8_lossy(&bytes));
    s.at = Some(t);
    Some(s)
}

#[test]
fn scratch() {
    let which = std::env::var("WHICH").unwrap_or_default();
    if which == "scenarios" || which.is_empty() {
        for f in [
            "dumps/scenarios/A-kv-full-preempting.prom",
            "dumps/scenarios/B-slow-ttft-over-life-calm-now.prom",
            "dumps/scenarios/C-slow-decode.prom",
            "dumps/scenarios/D-idle-fresh.prom",
            "dumps/scenarios/E-busy-and-healthy.prom",
            "dumps/sglang/docs_2025-03-03_llama8b_overloaded.prom",
            "dumps/scenarios/G-old-preemptions-calm-now.prom",
            "dumps/vllm/er0080-vllm-0.25.1-loaded.prom",
            "dumps/vllm/er0080-vllm-0.25.1-idle.prom",
            "dumps/sglang/SYNTH_v0.5.16_tp1_saturated.prom",
            "dumps/sglang/SYNTH_v0.5.23_dp2_saturated.prom",
            "dumps/tgi/SYNTH_tgi_v2.0_overloaded_nohelp.prom",
            "dumps/tgi/SYNTH_tgi_v3_chatapi_doublecount.prom",
            "dumps/tgi/SYNTH_tgi_v3_overloaded.prom",
            "dumps/tgi/datadog_integrations-core_payload_v3.prom",
            "dumps/sglang/docs_2024-11-07_gemma2-9b_v0.3.5dev.prom",
            "dumps/vllm/alint77-glm52-w4-target-metrics-after.prom",
            "dumps/vllm/vllmstat-qwen3-30b-tq-specdecode.prom",
            "dumps/vllm/SYNTH-podwarden-0.25.1-trimmed.prom",
            "dumps/vllm/SYNTH-utrobinmv-full.prom",
            "dumps/vllm/alint77-glm52-phase3-s4-mtp3-exact-r5-after.prom",
        ] {
            if let Some(bytes) = snapshots::file(f) {
                for s in snapshots::read(&String::from_utf8_lossy(&bytes)) {
                    show(f, &Observation::snapshot(s));
                }
            }
        }
    }
    if which.starts_with("series/") {
        let root = snapshots::corpus().unwrap();
        let dir = root.join(&which);
        let mut names: Vec<String> = std::fs::read_dir(&dir)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .filter(|n| n.ends_with(".prom"))
            .collect();
        names.sort();
        let lo: f64 = std::env::var("LO").ok().and_then(|s| s.parse().ok()).unwrap_or(0.0);
        let hi: f64 = std::env::var("HI").ok().and_then(|s| s.parse().ok()).unwrap_or(1e9);
        let min: f64 = std::env::var("MIN").ok().and_then(|s| s.parse().ok()).unwrap_or(20.0);
        let base: f64 = std::fs::read_to_string(dir.join("manifest.json"))
            .ok()
            .and_then(|t| serde_json::from_str::<serde_json::Value>(&t).ok())
            .and_then(|v| v["t0_unix"].as_f64())
            .unwrap_or(0.0);
        let snaps: Vec<(f64, Snapshot)> = names
            .iter()
            .filter_map(|n| {
                let t: f64 = n[1..4].parse().unwrap();
                (t >= lo && t <= hi).then(|| at(&format!("{which}/{n}"), base + t).map(|s| (t, s))).flatten()
            })
            .collect();
        if std::env::var("SNAP").is_ok() {
            for (t, s) in &snaps {
                show(&format!("{t}"), &Observation::snapshot(s.clone()));
            }
            return;
        }
        for i in 0..snaps.len() {
            for j in i + 1..snaps.len() {
                if snaps[j].0 - snaps[i].0 >= min {
                    show(&format!("{}..{}", snaps[i].0, snaps[j].0), &Observation::window(snaps[i].1.clone(), snaps[j].1.clone()));
                }
            }
        }
    }
}
