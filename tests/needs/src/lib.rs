//! Tests on data that not every machine has. Where it is missing they are shown as ignored with the reason, never as passed.

use std::path::PathBuf;

use proc_macro::TokenStream;

/// `$SERVESCOPE_CORPUS`, else `../shared` beside the checkout: dumps, recordings and conformance suites.
fn folder() -> Option<PathBuf> {
    let beside = || Some(PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?).parent()?.join("shared"));
    std::env::var_os("SERVESCOPE_CORPUS").map(PathBuf::from).or_else(beside)
}

/// The path of the corpus as a text. By `option_env`, cargo compiles the tests again when the variable changes.
#[proc_macro]
pub fn corpus_folder(_: TokenStream) -> TokenStream {
    let path = folder().unwrap_or_default();
    format!("{{ const _: Option<&str> = option_env!(\"SERVESCOPE_CORPUS\"); {:?} }}", path.to_string_lossy()).parse().unwrap_or_default()
}

/// Whether the corpus was there when the test was compiled, as `true` or `false`.
#[proc_macro]
pub fn corpus_is_there(_: TokenStream) -> TokenStream {
    if there() { "true" } else { "false" }.parse().unwrap_or_default()
}

/// In front of a test that reads the corpus.
#[proc_macro_attribute]
pub fn corpus(_: TokenStream, test: TokenStream) -> TokenStream {
    if there() {
        return test;
    }
    let reason = "no corpus: neither ../shared nor the folder named by SERVESCOPE_CORPUS holds dumps/";
    let ignore: TokenStream = format!("#[ignore = {reason:?}]").parse().unwrap_or_default();
    ignore.into_iter().chain(test).collect()
}

fn there() -> bool {
    folder().is_some_and(|folder| folder.join("dumps").is_dir())
}
