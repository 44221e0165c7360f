//! Dependencies point one way. What ARCHITECTURE.md says about the order of modules is held here against their `crate::` paths.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up. Each module is a layer of its own: no two may name each other.
const LAYERS: &[&str] = &[
    "sorted",
    "wire",
    "metrics",
    "exposition",
    "signal",
    "backend",
    "dataset",
    "stats",
    "slo",
    "rule",
    "trend",
    "opinion",
    "classic",
    "compare",
    "health",
    "timeline",
    "report",
    "error",
    "analyze",
    "request",
    "export",
    "plot",
    "browse",
    "entry",
    "view",
    "protocol",
    "session",
    "web",
];

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| *layer == module)
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

/// The code of a file without its comments and its unit tests, which may look upwards. What follows the tests is read again.
fn without_tests(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        if line.trim_start() == "#[cfg(test)]" {
            let margin = &line[..line.len() - line.trim_start().len()];
            // To the end of the item: a line that ends it at once, or the brace that closes it at its own margin.
            let end = |line: &&str| line.ends_with(';') && line.starts_with(&format!("{margin}mod ")) || *line == format!("{margin}}}");
            let item = lines.by_ref().take_while(|line| !end(line)).count();
            assert!(item < 2_000, "tests without an end");
        } else if !line.trim_start().starts_with("//") {
            kept += line;
            kept.push('\n');
        }
    }
    kept
}

/// The modules that a file names by `crate::module` or `crate::{module, …}`.
fn named(code: &str) -> BTreeSet<String> {
    let code = without_tests(code);
    let word = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            Some(group) => found.extend(outermost(group).map(word)),
            None => drop(found.insert(word(after))),
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

/// The parts of a group up to its end; a group inside a part belongs to that part.
fn outermost(group: &str) -> impl Iterator<Item = &str> {
    let mut depth = 1;
    let end = |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0
    };
    let inside = group.split(end).next().unwrap_or_default();
    let mut depth = 0;
    let comma = move |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0 && c == ','
    };
    inside.split(comma).map(str::trim)
}

#[test]
fn lower_modules_never_name_higher_ones() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut breaches = Vec::new();
    for path in rust_files(&src) {
        let inside = path.strip_prefix(&src).expect("below src").to_string_lossy().into_owned();
        let module = inside.split('/').next().unwrap_or_default().trim_end_matches(".rs");
        // Files of tests, which their parents declare so.
        let is_test = ["tests.rs", "testing.rs", "tests_of_trees.rs"].iter().any(|name| path.ends_with(name));
        if ["lib", "main", "bin"].contains(&module) || is_test {
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

#[test]
fn what_stands_below_the_tests_of_a_file_is_read_too() {
    let code = "use crate::{metrics::{self, Unit},\n    signal};\n// crate::web\n#[cfg(test)]\nmod tests {\n    use crate::view;\n    fn f() {\n    }\n}\nuse crate::report::Report;\n#[cfg(test)]\nmod testing;\nfn g() { crate::slo::preset() }\n";
    let found: Vec<String> = named(code).into_iter().collect();
    assert_eq!(found, ["metrics", "report", "signal", "slo"]);
}
