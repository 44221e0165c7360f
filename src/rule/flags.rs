//! Which flags a release has. An action may name a flag only when this table says that the detected version range has it.
//!
//! The bounds are the releases in which each server's own argument definitions were read. "First" is the first release read
//! that has the flag: the true first one may lie between it and the release read before, so a bound errs on the side of silence.

mod sglang;
mod tgi;
mod vllm;

use super::Action;
use crate::signal::{BackendId, Version, VersionRange};

/// One command-line flag or environment variable of one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlagInfo {
    pub backend: BackendId,
    /// As the server spells it: `--max-num-seqs`, or the name of an environment variable.
    pub flag: &'static str,
    /// First release that has it; `None` when every release read has it.
    pub from: Option<Version>,
    /// Last release that has it; `None` when it was not removed.
    pub to: Option<Version>,
    /// What the server does when it is not given.
    pub default: &'static str,
    /// What it does and what it costs.
    pub note: &'static str,
}

/// Whether the detected releases have a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// Every release of the range has it.
    Yes,
    /// Some releases of the range have it, or the range is open on that side.
    Unknown,
    /// No release of the range has it, or no release at all.
    No,
}

impl FlagInfo {
    #[must_use]
    pub fn available(&self, range: &VersionRange) -> Availability {
        if range.within(self.from, self.to) {
            Availability::Yes
        } else if range.may_be_within(self.from, self.to) {
            Availability::Unknown
        } else {
            Availability::No
        }
    }

    /// Releases that have it, as printed beside an action: `≥ 0.24`, `≤ 0.17.1`, `0.7.3–0.26`, `any`.
    #[must_use]
    pub fn versions(&self) -> String {
        match (self.from, self.to) {
            (None, None) => "any".to_owned(),
            (Some(from), None) => format!("≥ {from}"),
            (None, Some(to)) => format!("≤ {to}"),
            (Some(from), Some(to)) => format!("{from}–{to}"),
        }
    }
}

/// The flags of a server, in the order of its documentation.
#[must_use]
pub fn table(backend: BackendId) -> &'static [FlagInfo] {
    match backend {
        BackendId::Vllm => vllm::FLAGS,
        BackendId::Sglang => sglang::FLAGS,
        BackendId::Tgi => tgi::FLAGS,
    }
}

/// Looks a flag up by its exact spelling; a value after a blank or `=` is ignored.
#[must_use]
pub fn find(backend: BackendId, flag: &str) -> Option<&'static FlagInfo> {
    let name = flag.split([' ', '=']).next().unwrap_or(flag);
    table(backend).iter().find(|info| info.flag == name)
}

/// Whether the releases of the range have the flag under this spelling. An unknown flag is never available.
#[must_use]
pub fn available(backend: BackendId, flag: &str, range: &VersionRange) -> Availability {
    find(backend, flag).map_or(Availability::No, |info| info.available(range))
}

/// The spelling that the releases of the range understand: `flag` itself, or another name of the same setting.
/// The newest spelling wins among equals. `None` when no release of the range has any of them.
#[must_use]
pub fn spelling_for(backend: BackendId, flag: &str, range: &VersionRange) -> Option<&'static FlagInfo> {
    let asked = find(backend, flag)?;
    let family = RENAMES.iter().find(|(owner, names)| *owner == backend && names.contains(&asked.flag));
    let candidates: Vec<&'static FlagInfo> = match family {
        Some((_, names)) => names.iter().filter_map(|name| find(backend, name)).collect(),
        None => vec![asked],
    };
    let with = |wanted: Availability| candidates.iter().copied().find(|info| info.available(range) == wanted);
    with(Availability::Yes).or_else(|| with(Availability::Unknown))
}

/// An action on a flag, in the spelling of the detected releases. `None` unless every one of them has it.
#[must_use]
pub fn advise(
    backend: BackendId,
    range: &VersionRange,
    flag: &str,
    change: impl Into<String>,
    tradeoff: impl Into<String>,
    verify: impl Into<String>,
) -> Option<Action> {
    let info = spelling_for(backend, flag, range).filter(|info| info.available(range) == Availability::Yes)?;
    Some(Action {
        flag: info.flag.to_owned(),
        change: change.into(),
        tradeoff: tradeoff.into(),
        verify: verify.into(),
        versions: info.versions(),
    })
}

/// Names of one setting, newest first.
const RENAMES: &[(BackendId, &[&str])] = &[
    (BackendId::Vllm, &["--max-cudagraph-capture-size", "--cuda-graph-sizes"]),
    (BackendId::Vllm, &["--speculative-config", "--num-speculative-tokens"]),
    (BackendId::Sglang, &["--cuda-graph-max-bs-decode", "--cuda-graph-max-bs"]),
    (BackendId::Sglang, &["--disable-decode-cuda-graph", "--disable-cuda-graph"]),
    (BackendId::Tgi, &["--max-input-tokens", "--max-input-length"]),
];

/// Shorthand of the tables: a row for releases between two bounds.
const fn row(
    backend: BackendId,
    flag: &'static str,
    (from, to): (Option<Version>, Option<Version>),
    default: &'static str,
    note: &'static str,
) -> FlagInfo {
    FlagInfo { backend, flag, from, to, default, note }
}

type Bounds = (Option<Version>, Option<Version>);

const ANY: Bounds = (None, None);

const fn since(major: u16, minor: u16, patch: u16) -> Bounds {
    (Some(Version(major, minor, patch)), None)
}

const fn until(major: u16, minor: u16, patch: u16) -> Bounds {
    (None, Some(Version(major, minor, patch)))
}

const fn between(from: (u16, u16, u16), to: (u16, u16, u16)) -> Bounds {
    (Some(Version(from.0, from.1, from.2)), Some(Version(to.0, to.1, to.2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: Option<Version>, to: Option<Version>) -> VersionRange {
        VersionRange { from, to, why: Vec::new() }
    }

    fn exactly(major: u16, minor: u16, patch: u16) -> VersionRange {
        range(Some(Version(major, minor, patch)), Some(Version(major, minor, patch)))
    }

    #[test]
    fn a_flag_is_offered_only_where_every_release_of_the_range_has_it() {
        let watermark = |range: &VersionRange| available(BackendId::Vllm, "--watermark", range);
        assert_eq!(watermark(&exactly(0, 33, 0)), Availability::Yes);
        assert_eq!(watermark(&range(Some(Version(0, 24, 0)), None)), Availability::Yes);
        assert_eq!(watermark(&range(Some(Version(0, 20, 0)), None)), Availability::Unknown);
        assert_eq!(watermark(&exactly(0, 20, 2)), Availability::No);
    }

    #[test]
    fn a_removed_flag_is_not_offered_to_releases_after_it() {
        assert_eq!(available(BackendId::Vllm, "--swap-space", &exactly(0, 33, 0)), Availability::No);
        assert_eq!(available(BackendId::Vllm, "--max-num-partial-prefills", &range(Some(Version(0, 27, 1)), None)), Availability::No);
        assert_eq!(available(BackendId::Vllm, "--num-scheduler-steps", &exactly(0, 8, 5)), Availability::Yes);
    }

    #[test]
    fn a_flag_that_no_server_has_is_never_available() {
        assert_eq!(available(BackendId::Vllm, "--enable-continuous-batching", &VersionRange::default()), Availability::No);
        // A flag of one server is not a flag of another.
        assert_eq!(available(BackendId::Tgi, "--max-num-seqs", &VersionRange::default()), Availability::No);
    }

    #[test]
    fn a_renamed_flag_is_spelt_as_the_detected_release_spells_it() {
        let spelt = |range: &VersionRange| spelling_for(BackendId::Sglang, "--cuda-graph-max-bs-decode", range).map(|info| info.flag);
        assert_eq!(spelt(&exactly(0, 5, 23)), Some("--cuda-graph-max-bs-decode"));
        assert_eq!(spelt(&exactly(0, 5, 9)), Some("--cuda-graph-max-bs"));
        // Both spellings are accepted by 0.5.16; the newer one is not deprecated.
        assert_eq!(spelt(&exactly(0, 5, 16)), Some("--cuda-graph-max-bs-decode"));
        assert_eq!(spelling_for(BackendId::Vllm, "--swap-space", &exactly(0, 33, 0)), None);
    }

    #[test]
    fn advice_is_given_only_where_it_can_be_followed() {
        let advice =
            |range: &VersionRange| advise(BackendId::Vllm, range, "--watermark", "Raise it.", "Fewer at once.", "Fewer preemptions.");
        let action = advice(&exactly(0, 33, 0)).expect("0.33 has the flag");
        assert_eq!((action.flag.as_str(), action.versions.as_str()), ("--watermark", "≥ 0.24"));
        assert_eq!(advice(&exactly(0, 19, 1)), None);
        assert_eq!(advice(&VersionRange::default()), None);
    }

    #[test]
    fn values_after_the_flag_do_not_matter() {
        assert!(find(BackendId::Vllm, "--kv-cache-dtype fp8").is_some());
        assert!(find(BackendId::Sglang, "SGLANG_FORCE_STREAM_INTERVAL=1").is_some());
    }

    #[test]
    fn every_row_is_well_formed_and_stands_once() {
        for backend in [BackendId::Vllm, BackendId::Sglang, BackendId::Tgi] {
            let rows = table(backend);
            for (index, info) in rows.iter().enumerate() {
                assert_eq!(info.backend, backend, "{}", info.flag);
                assert!(info.flag.starts_with("--") || info.flag.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{}", info.flag);
                assert!(info.from.zip(info.to).is_none_or(|(from, to)| from <= to), "{}", info.flag);
                assert!(!rows[..index].iter().any(|other| other.flag == info.flag), "{} stands twice", info.flag);
                assert!(!info.default.is_empty() && !info.note.is_empty(), "{}", info.flag);
            }
        }
        for (backend, names) in RENAMES {
            assert!(names.iter().all(|name| find(*backend, name).is_some()), "{names:?}");
        }
    }

    #[test]
    fn bounds_print_as_people_write_them() {
        assert_eq!(find(BackendId::Vllm, "--watermark").map(FlagInfo::versions), Some("≥ 0.24".to_owned()));
        assert_eq!(find(BackendId::Vllm, "--swap-space").map(FlagInfo::versions), Some("≤ 0.17.1".to_owned()));
        assert_eq!(find(BackendId::Vllm, "--max-num-partial-prefills").map(FlagInfo::versions), Some("0.7.3–0.26".to_owned()));
        assert_eq!(find(BackendId::Vllm, "--max-num-seqs").map(FlagInfo::versions), Some("any".to_owned()));
    }
}
