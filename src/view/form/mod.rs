//! The settings beside the report. A change analyses again at once; a field that cannot be read says why and changes nothing.

mod targets;
mod thresholds;

use super::node::{Node, el, el_of, el_with};
use super::words::form as words;
use crate::entry::{Checked, Settings};
use crate::slo;

/// What the settings stand beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Found<'a> {
    /// The server that was detected; empty when there is no report.
    pub server: &'a str,
    /// Where the targets come from, as the report says it.
    pub slo_source: &'a str,
}

/// `wide`: beside the report the form is open; on a narrow screen it would push the report away.
pub fn settings(settings: &Settings, checked: &Checked, found: Found<'_>, wide: bool) -> Node {
    let server = if found.server.is_empty() { words::AUTO.to_owned() } else { words::detected(found.server) };
    let backends = [("", server.as_str()), ("vllm", "vLLM"), ("sglang", "SGLang"), ("tgi", "TGI")];
    let presets = slo::presets();
    let name = |id: &str| presets.iter().find(|preset| preset.id == id).map_or(id, |preset| preset.name).to_owned();
    let auto = found.slo_source.strip_prefix("assumed:").map_or_else(|| words::ASSUME.to_owned(), |id| words::assumed(&name(id)));
    let mut options = vec![("", auto.as_str())];
    options.extend(presets.iter().map(|preset| (preset.id, preset.name)));
    let source = presets.iter().find(|preset| preset.id == settings.preset).map_or("", |preset| preset.source);

    let mut form = el_of("form", "card settings");
    form = choice(form, "backend", words::BACKEND, &settings.backend, &backends);
    form = choice(form, "preset", words::PRESET, &settings.preset, &options);
    form = form.with(el_of("p", "quiet field-note").text(source)).with(targets::targets(settings, checked));
    form = choice(form, "profile", words::PROFILE, &settings.profile, &words::PROFILES);
    form = choice(form, "score", words::SCORE, &settings.score, &words::SCORES);
    if settings.profile == "classic" {
        form = form.with(thresholds::thresholds(settings, checked));
    }
    let instance = text_field(&settings.instance, words::BUSIEST).id("instance").attr("data-change", "instance");
    let general = checked.general.as_deref().unwrap_or_default();
    form = form
        .with(el_with("label", words::INSTANCE).attr("for", "instance"))
        .with(instance)
        .with(el_of("p", "field-error").attr("role", "alert").text(general));
    let summary = el("summary").with(el_with("h2", words::SETTINGS).id("settings-title"));
    el_of("section", "part")
        .id("settings")
        .attr("aria-labelledby", "settings-title")
        .with(el_of("details", "settings-fold").flag("open", wide).with(summary).with(form))
}

#[inline(never)]
fn choice(form: Node, id: &str, label: &str, current: &str, options: &[(&str, &str)]) -> Node {
    let item = |(value, name): &(&str, &str)| el_with("option", name).attr("value", value).flag(".selected", *value == current);
    form.with(el_with("label", label).attr("for", id))
        .with(el("select").id(id).attr("data-change", id).all(options.iter().map(item).collect()))
}

#[inline(never)]
fn text_field(value: &str, placeholder: &str) -> Node {
    el("input")
        .attr("type", "text")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("placeholder", placeholder)
        .attr(".value", value)
}

/// Marks the field that could not be read, and names where the reason stands.
#[inline(never)]
fn judged(field: Node, wrong: bool, note: &str) -> Node {
    let field = if wrong { field.attr("aria-invalid", "true") } else { field };
    field.attr("aria-describedby", note)
}

#[inline(never)]
fn error(note: &str, sentence: &str) -> Node {
    el_of("p", "field-error").id(note).attr("aria-live", "polite").text(sentence)
}
