//! Dependencies point one way. What ARCHITECTURE.md says about the order of modules is held here against their `crate::` paths.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up; modules of one line are one layer and may name each other.
const LAYERS: [&[&str]; 19] = [
    &["sorted"],
    &["metrics"],
    &["exposition"],
    &["signal"],
    &["backend"],
    &["dataset"],
    &["stats"],
    &["slo"],
    &["rule"],
    &["opinion", "classic", "compare"],
    &["health"],
    &["report"],
    &["analyze", "request"],
    &["export", "plot"],
    &["browse"],
    &["entry"],
    &["view"],
    &["session"],
    &["web"],
];

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The modules that a file names by `crate::module` or `crate::{module, …}`. Its unit tests may look upwards.
fn named(code: &str) -> BTreeSet<String> {
    let code: String =
        code.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).filter(|line| !line.trim_start().starts_with("//")).collect();
    let word = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            Some(group) => found.extend(group.split('}').next().unwrap_or_default().split(',').map(|part| word(part.trim()))),
            None => drop(found.insert(word(after))),
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

#[test]
fn lower_modules_never_name_higher_ones() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut breaches = Vec::new();
    for path in rust_files(&src) {
        let inside = path.strip_prefix(&src).expect("below src").to_string_lossy().into_owned();
        let module = inside.split('/').next().unwrap_or_default().trim_end_matches(".rs");
        if ["lib", "main", "bin"].contains(&module) || inside.contains("test") {
            continue;
        }
        let Some(own) = rank(module) else {
            breaches.push(format!("{inside}: the module {module} has no place in LAYERS"));
            continue;
        };
        for name in named(&fs::read_to_string(&path).expect("the file can be read")) {
            if rank(&name).is_some_and(|other| other > own) {
                breaches.push(format!("{inside}: {module} names {name}, which stands above it"));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn only_the_page_names_leptos_or_the_browser() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let breaches: Vec<String> = rust_files(&src)
        .into_iter()
        .filter(|path| !path.starts_with(src.join("web")) && !path.ends_with("main.rs") && !path.starts_with(src.join("bin")))
        .filter(|path| {
            let code = fs::read_to_string(path).expect("the file can be read");
            code.lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .any(|line| ["leptos::", "web_sys::", "js_sys::", "wasm_bindgen::", "gloo_net::"].iter().any(|name| line.contains(name)))
        })
        .map(|path| path.display().to_string())
        .collect();
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}
