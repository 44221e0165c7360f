//! Several API servers: each counts what passes through it, and the exporter adds their files up.

use std::collections::BTreeMap;

use super::super::super::event::Step;
use super::super::super::rng::Rng;
use super::*;

/// What the API servers keep apart.
pub struct ApiServers {
    pub count: usize,
    /// Which of them a request's outputs pass through is chance.
    draw: Rng,
    /// Unix times of the last report of each set of adapters, of each server that ever made it.
    adapters: BTreeMap<String, Vec<f64>>,
}

impl ApiServers {
    pub fn new(setup: &Setup, version: Version) -> ApiServers {
        let several = version.flavour == Flavour::Python && version.since(11, 1);
        let count = if several { setup.server.api_servers.max(1) as usize } else { 1 };
        ApiServers { count, draw: Rng::fork(setup.seed, "api servers"), adapters: BTreeMap::new() }
    }

    /// A step as each server with an output in it sees it: its own tokens.
    pub fn parts(&mut self, step: &Step, prompt: u32) -> Vec<u32> {
        if self.count < 2 {
            return vec![prompt + step.generated];
        }
        let mut parts = vec![(0u32, false); self.count];
        let each = step.generated / step.outputs.max(1);
        let mut rest = step.generated;
        for _ in 0..step.outputs {
            let server = self.draw.below(self.count as u32) as usize;
            let tokens = each.min(rest);
            rest -= tokens;
            parts[server] = (parts[server].0 + tokens, true);
        }
        let chosen = self.draw.below(self.count as u32) as usize;
        parts.rotate_left(chosen);
        if let Some(part) = parts.iter_mut().find(|(_, has_output)| *has_output) {
            part.0 += prompt + rest;
        }
        parts.into_iter().filter(|(_, has_output)| *has_output).map(|(tokens, _)| tokens).collect()
    }

    pub fn report_adapters(&mut self, gauges: &Gauges, unix: f64) {
        for (server, adapters) in gauges.adapters_by_server.iter().enumerate().take(self.count) {
            let names = adapters.iter().map(|id| format!("adapter-{id:02}")).collect::<Vec<_>>().join(",");
            let times = self.adapters.entry(names).or_insert_with(|| vec![0.0; self.count]);
            times[server] = unix + 1e-4 * server as f64;
        }
    }

    /// The label sets with the sum of the times of those that ever reported them. The release repeats the running adapters as waiting.
    pub fn adapter_sets(&self, slots: u32) -> Vec<(Labels, f64)> {
        let labels = |names: &str| {
            vec![
                ("max_lora", slots.to_string()),
                ("running_lora_adapters", names.to_string()),
                ("waiting_lora_adapters", names.to_string()),
            ]
        };
        self.adapters.iter().map(|(names, times)| (labels(names), times.iter().sum())).collect()
    }
}

type Labels = super::super::page::Labels<'static>;
