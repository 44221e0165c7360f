//! Makes a corpus of cut, damaged and mixed dumps: `corpus OUT FOLDER...`. The same folders give the same corpus.

use std::fs;
use std::path::{Path, PathBuf};

/// Longer inputs make a fuzzer slow and find nothing more.
const LINES: usize = 40;
const CUTS_PER_DUMP: usize = 4;
const DUMPS: usize = 60;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let Some(out) = arguments.next() else {
        eprintln!("usage: corpus OUT FOLDER...");
        std::process::exit(2);
    };
    fs::create_dir_all(&out)?;
    let mut paths: Vec<PathBuf> = arguments.flat_map(|folder| dumps(&folder)).collect();
    paths.sort();
    // Spread over all of them.
    let step = paths.len().div_ceil(DUMPS).max(1);
    let texts: Vec<String> = paths.iter().step_by(step).filter_map(|path| fs::read_to_string(path).ok()).collect();
    let mut random = 1;
    let mut written = 0;
    for (place, text) in texts.iter().enumerate() {
        let lines: Vec<&str> = text.lines().collect();
        let other: Vec<&str> = texts[(place + 7) % texts.len()].lines().collect();
        for _ in 0..CUTS_PER_DUMP {
            let part = cut(&lines, &mut random);
            let mixed = format!("{part}{}", cut(&other, &mut random));
            let window = format!("{part}\0{part}");
            for seed in [part.clone().into_bytes(), damaged(&part, &mut random), mixed.into_bytes(), window.into_bytes()] {
                fs::write(out.join(format!("{written:05}")), seed)?;
                written += 1;
            }
        }
    }
    println!("{written} seeds of {} dumps", texts.len());
    Ok(())
}

fn dumps(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            found.extend(dumps(&path));
        } else if path.extension().is_some_and(|extension| extension == "prom") {
            found.push(path);
        }
    }
    found
}

fn cut(lines: &[&str], random: &mut u64) -> String {
    let length = 1 + next(random) % LINES;
    let start = next(random) % lines.len().saturating_sub(length).max(1);
    lines.iter().skip(start).take(length).map(|line| format!("{line}\n")).collect()
}

fn damaged(text: &str, random: &mut u64) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..1 + bytes.len() / 200 {
        let at = next(random) % bytes.len().max(1);
        match next(random) % 3 {
            0 => drop(bytes.splice(at..at.saturating_add(5).min(bytes.len()), [])),
            1 => bytes.insert(at.min(bytes.len()), next(random) as u8),
            _ => drop(bytes.splice(at..at, *b"{...} \"=\n")),
        }
    }
    bytes
}

/// SplitMix64.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed ^ (mixed >> 31)) as usize
}
