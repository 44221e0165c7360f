//! One simulated server: its events, and the pages that it would have shown.

use super::engine::Engine;
use super::event::Event;
use super::setup::Setup;
use super::text::{self, version::Version};
use super::truth::Truth;

pub struct Run {
    pub setup: Setup,
    pub version: Version,
    /// Time, rank, event; in time order.
    pub events: Vec<(f64, usize, Event)>,
}

impl Run {
    pub fn new(setup: Setup, version: Version) -> Run {
        let mut events = Vec::new();
        for (rank, load) in setup.loads.iter().enumerate() {
            events.extend(Engine::record(&setup, load, rank).into_iter().map(|(at, event)| (at, rank, event)));
        }
        if setup.loads.len() > 1 {
            events.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        Run { setup, version, events }
    }

    /// The `/metrics` text at each of these moments (seconds of simulated time, ascending).
    pub fn pages(&self, times: &[f64]) -> Vec<String> {
        let mut writer = text::writer(&self.setup, self.version);
        let mut events = self.events.iter().peekable();
        let mut pages = Vec::with_capacity(times.len());
        for time in times {
            while let Some((at, rank, event)) = events.next_if(|(at, ..)| at <= time) {
                writer.observe(*at, *rank, event);
            }
            pages.push(writer.page(*time));
        }
        pages
    }

    /// What really happened between two moments.
    pub fn truth(&self, from: f64, to: f64) -> Truth {
        Truth::between(self, from, to)
    }

    /// Unix time of a moment of simulated time.
    pub fn unix(time: f64) -> f64 {
        text::EPOCH + time
    }
}
