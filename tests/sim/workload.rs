//! When requests come and what they ask for.

use std::collections::BinaryHeap;

use super::request::{Fate, Place, Request};
use super::rng::Rng;
use super::setup::{Arrivals, Load, Server, Shape};

/// Arrival moments in order: drawn ahead for an open loop, fed by finished requests for a closed one.
pub struct Clock {
    load: Load,
    rng: Rng,
    next_open: Option<f64>,
    /// Negated microseconds, so that the earliest is on top.
    returning: BinaryHeap<i64>,
}

impl Clock {
    pub fn new(load: &Load, rng: Rng) -> Clock {
        let mut clock = Clock { load: load.clone(), rng, next_open: None, returning: BinaryHeap::new() };
        match load.arrivals {
            Arrivals::Open { .. } => clock.next_open = clock.draw(0.0),
            Arrivals::Closed { clients, think_s } => {
                for _ in 0..clients {
                    let at = load.starts_s + clock.rng.between(0.0, think_s.max(1.0));
                    clock.returning.push(-micros(at));
                }
            }
        }
        clock
    }

    pub fn next(&self) -> Option<f64> {
        let back = self.returning.peek().map(|t| -*t as f64 / 1e6);
        match (self.next_open, back) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    pub fn pop(&mut self, now: f64) -> Option<f64> {
        let at = self.next().filter(|t| *t <= now)?;
        if self.next_open == Some(at) {
            self.next_open = self.draw(at);
        } else {
            self.returning.pop();
        }
        Some(at)
    }

    /// A closed-loop client got its answer (or gave up) and will ask again.
    pub fn answered(&mut self, now: f64) {
        if let Arrivals::Closed { think_s, .. } = self.load.arrivals {
            let pause = if think_s > 0.0 { self.rng.exponential(think_s) } else { 0.001 };
            self.returning.push(-micros(now + pause));
        }
    }

    /// Thinning: candidates at the highest rate, kept in proportion to the rate of the moment.
    fn draw(&mut self, after: f64) -> Option<f64> {
        let peak = self.peak();
        if peak <= 0.0 {
            return None;
        }
        let mut at = after;
        for _ in 0..10_000_000 {
            at += self.rng.exponential(1.0 / peak);
            if at > 1e6 {
                return None;
            }
            if self.rng.chance(self.rate_at(at) / peak) {
                return Some(at);
            }
            if let Shape::Until { end_s } = self.load.shape
                && at > end_s
            {
                return None;
            }
        }
        None
    }

    fn base(&self) -> f64 {
        match self.load.arrivals {
            Arrivals::Open { rate } => rate,
            Arrivals::Closed { .. } => 0.0,
        }
    }

    fn peak(&self) -> f64 {
        let top = match self.load.shape {
            Shape::Steady | Shape::Until { .. } => self.base(),
            Shape::Bursts { rate, .. } | Shape::Step { rate, .. } => rate.max(self.base()),
            Shape::Ramp { to, .. } => to.max(self.base()),
        };
        top.max(self.load.trickle)
    }

    fn rate_at(&self, at: f64) -> f64 {
        let since = at - self.load.starts_s;
        if since < 0.0 {
            return self.load.trickle;
        }
        match self.load.shape {
            Shape::Steady => self.base(),
            Shape::Until { end_s } => {
                if at < end_s {
                    self.base()
                } else {
                    0.0
                }
            }
            Shape::Bursts { every_s, length_s, rate } => {
                if since % every_s < length_s {
                    rate
                } else {
                    self.base()
                }
            }
            Shape::Ramp { to, over_s } => self.base() + (to - self.base()) * (since / over_s).min(1.0),
            Shape::Step { at_s, rate } => {
                if since < at_s {
                    self.base()
                } else {
                    rate
                }
            }
        }
    }
}

/// Draws one request.
pub fn request(load: &Load, server: &Server, rng: &mut Rng, arrived: f64) -> Request {
    let cap = server.max_model_len * 3 / 4;
    let mut prompt = load.prompt.draw(rng, cap);
    let output = load.output.draw(rng, load.max_new);
    let group = load.prefixes.map(|p| rng.below(p.count));
    let prefix_tokens = load.prefixes.map_or(0, |p| p.tokens);
    prompt += prefix_tokens;
    let schema =
        server.grammar.as_ref().filter(|g| rng.chance(g.share)).map(|g| if g.schemas == 0 { u32::MAX } else { rng.below(g.schemas) });
    let fate = {
        let draw = rng.unit();
        if draw < server.error_share {
            Fate::Error
        } else if draw < server.error_share + server.repetition_share {
            Fate::Repetition
        } else if draw < server.error_share + server.repetition_share + server.corrupted_share {
            Fate::Corrupted
        } else {
            Fate::Normal
        }
    };
    Request {
        streaming: rng.chance(load.streaming_share),
        prompt,
        output,
        max_new: load.max_new,
        group,
        prefix_tokens,
        adapter: (load.adapters > 0).then(|| rng.below(load.adapters)),
        schema,
        images: u32::from(rng.chance(load.image_share)),
        parent: 0,
        deferred: false,
        hang_up_after: rng.chance(load.hang_up_share).then(|| 1 + rng.below(output)),
        fate,
        arrived,
        queued: arrived,
        scheduled: None,
        last_scheduled: 0.0,
        first_token: None,
        last_token: 0.0,
        chunk_tokens: 0,
        chunk_sent: false,
        computed: 0,
        target: prompt,
        generated: 0,
        own_blocks: 0,
        shared_tokens: 0,
        pinned: false,
        cached: 0,
        preemptions: 0,
        place: Place::Frontend,
    }
}

pub fn micros(seconds: f64) -> i64 {
    (seconds * 1e6).round() as i64
}
