//! The JSON Schema of the report is written from its types, and this test keeps the file in `assets/` equal to them.

#[cfg(test)]
mod tests {
    use crate::report::Report;

    /// `UPDATE=1 cargo test --no-default-features schema` writes the file anew after a change of the shapes.
    #[test]
    fn the_schema_in_assets_is_the_one_of_the_types() {
        let schema = serde_json::to_string_pretty(&schemars::schema_for!(Report)).expect("a schema serialises") + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/report.schema.json");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &schema).expect("assets/ is writable");
        }
        let stored = std::fs::read_to_string(path).unwrap_or_default();
        assert!(stored == schema, "assets/report.schema.json differs from the types; write it with UPDATE=1");
    }
}
