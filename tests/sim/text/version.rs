//! Which release a page imitates. The same number decides how the engine schedules.

use super::super::setup::{Backend, Policy};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    Python,
    /// vLLM's V0 engine.
    V0,
    /// vLLM's Rust frontend: OpenMetrics, fewer families.
    Rust,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    pub backend: Backend,
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
    pub flavour: Flavour,
}

impl Version {
    /// "0.33", "0.8.5", "0.8.5-v0", "0.33-rust", "3.3".
    pub fn parse(backend: Backend, text: &str) -> Option<Version> {
        let (numbers, suffix) = text.split_once('-').unwrap_or((text, ""));
        let mut parts = numbers.split('.').map(|p| p.parse::<u32>());
        let major = parts.next()?.ok()?;
        let minor = parts.next()?.ok()?;
        let patch = match parts.next() {
            Some(p) => p.ok()?,
            None => 0,
        };
        let flavour = match suffix {
            "" if backend == Backend::Vllm && minor < 8 => Flavour::V0,
            "" => Flavour::Python,
            "v0" => Flavour::V0,
            "rust" => Flavour::Rust,
            _ => return None,
        };
        Some(Version { backend, major, minor, patch, flavour })
    }

    /// True from this release on (vLLM 0.minor.patch, SGLang 0.minor.patch, TGI major.minor).
    pub fn since(self, minor: u32, patch: u32) -> bool {
        (self.minor, self.patch) >= (minor, patch)
    }

    pub fn policy(self) -> Policy {
        match (self.backend, self.flavour) {
            (Backend::Vllm, Flavour::V0) => Policy::VllmV0,
            (Backend::Vllm, _) => Policy::VllmV1,
            (Backend::Sglang, _) => Policy::Sglang,
            (Backend::Tgi, _) if self.major >= 3 => Policy::TgiChunked,
            (Backend::Tgi, _) => Policy::TgiPlain,
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "{}.{}", self.major, self.minor)?;
        if self.patch > 0 {
            write!(out, ".{}", self.patch)?;
        }
        match self.flavour {
            Flavour::V0 if self.minor >= 8 => write!(out, "-v0"),
            Flavour::Rust => write!(out, "-rust"),
            _ => Ok(()),
        }
    }
}

/// The releases that the writers imitate, newest first.
pub fn versions(backend: Backend) -> Vec<Version> {
    let names: &[&str] = match backend {
        Backend::Vllm => &["0.33", "0.32", "0.25", "0.20", "0.16", "0.11", "0.8.5", "0.33-rust", "0.8.5-v0", "0.6"],
        Backend::Sglang => &["0.5.23", "0.5.16", "0.5.10", "0.5.5", "0.4.9"],
        Backend::Tgi => &["3.3", "2.0"],
    };
    names.iter().filter_map(|name| Version::parse(backend, name)).collect()
}
