//! The engine's time loop: take in requests, let the scheduler plan a step, let time pass, apply the result.

mod admit;
mod apply;
mod disaggregated;
mod sglang;
mod tgi;
mod vllm_v0;
mod vllm_v1;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet, VecDeque};

use super::event::{Event, Gauges, Outcome, Reason, Step};
use super::kv::Pool;
use super::request::{Fate, Place, Request};
use super::rng::Rng;
use super::setup::{Load, Policy, Role, Server, Setup};
use super::workload::{self, Clock, micros};

/// What one step will compute.
#[derive(Debug, Default)]
pub struct Plan {
    pub work: Vec<Work>,
    pub admitted: u32,
    pub retried_queries: u32,
    pub retried_hits: u32,
    pub hit_tokens: u32,
    pub again_tokens: u32,
    pub merged: Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
pub struct Work {
    pub id: usize,
    pub tokens: u32,
}

pub struct Engine<'a> {
    setup: &'a Setup,
    server: &'a Server,
    load: &'a Load,
    now: f64,
    requests: Vec<Request>,
    running: Vec<usize>,
    /// Requests that left the queue early stay here until they are popped; `waiting_live` counts the others.
    waiting: VecDeque<usize>,
    waiting_live: u32,
    pool: Pool,
    clock: Clock,
    draw: Rng,
    luck: Rng,
    frontend_free: f64,
    in_frontend: VecDeque<usize>,
    impatient: BinaryHeap<Reverse<(i64, usize)>>,
    compiling: BinaryHeap<Reverse<(i64, usize)>>,
    compiled: HashSet<u32>,
    compiler_free: f64,
    prealloc: VecDeque<usize>,
    transfer: VecDeque<(f64, usize)>,
    link_free: f64,
    new_token_ratio: f64,
    decodes_since_prefill: u32,
    frozen: bool,
    restarted: bool,
    idle: bool,
    evicted_seen: u64,
    log: Vec<(f64, Event)>,
}

impl<'a> Engine<'a> {
    /// Runs to the end of the setup and returns the events in time order.
    pub fn record(setup: &'a Setup, load: &'a Load, rank: usize) -> Vec<(f64, Event)> {
        let server = &setup.server;
        let name = |purpose: &str| Rng::fork(setup.seed, &format!("{purpose} {rank}"));
        let mut engine = Engine {
            setup,
            server,
            load,
            now: 0.0,
            requests: Vec::new(),
            running: Vec::new(),
            waiting: VecDeque::new(),
            waiting_live: 0,
            pool: Pool::new(usable_blocks(server), server.prefix_caching),
            clock: Clock::new(load, name("arrivals")),
            draw: name("requests"),
            luck: name("steps"),
            frontend_free: 0.0,
            in_frontend: VecDeque::new(),
            impatient: BinaryHeap::new(),
            compiling: BinaryHeap::new(),
            compiled: HashSet::new(),
            compiler_free: 0.0,
            prealloc: VecDeque::new(),
            transfer: VecDeque::new(),
            link_free: 0.0,
            new_token_ratio: 0.0,
            decodes_since_prefill: 0,
            frozen: false,
            restarted: false,
            idle: false,
            evicted_seen: 0,
            log: Vec::new(),
        };
        engine.new_token_ratio = engine.first_ratio();
        engine.run();
        engine.log.sort_by(|a, b| a.0.total_cmp(&b.0));
        engine.log
    }

    fn run(&mut self) {
        while self.now < self.setup.end_s {
            self.restart_if_due();
            self.take_in();
            self.give_up();
            self.advance_transfers();
            let plan = self.plan();
            if plan.work.is_empty() {
                if let Some(id) = self.running.pop() {
                    // Nobody can go on: the youngest gives its memory back.
                    self.preempt(id, true);
                    continue;
                }
                if !self.idle {
                    self.idle = true;
                    let gauges = self.gauges();
                    self.emit(Event::Idle(Box::new(gauges)));
                    self.new_token_ratio = self.first_ratio();
                }
                self.now = self.next_moment();
                continue;
            }
            self.idle = false;
            self.step(plan);
        }
    }

    fn plan(&mut self) -> Plan {
        match self.server.policy {
            Policy::VllmV1 => self.plan_vllm_v1(),
            Policy::VllmV0 => self.plan_vllm_v0(),
            Policy::Sglang => self.plan_sglang(),
            Policy::TgiChunked => self.plan_tgi_chunked(),
            Policy::TgiPlain => self.plan_tgi_plain(),
        }
    }

    fn emit(&mut self, event: Event) {
        self.log.push((self.now, event));
    }

    /// The next moment at which anything can change while the engine has no work.
    fn next_moment(&self) -> f64 {
        let mut next = self.setup.end_s;
        let mut consider = |t: f64| {
            if t > self.now {
                next = next.min(t);
            }
        };
        if let Some(t) = self.clock.next() {
            consider(t);
        }
        if let Some(id) = self.in_frontend.front() {
            consider(self.requests[*id].queued);
        }
        if let Some(Reverse((t, _))) = self.impatient.peek() {
            consider(*t as f64 / 1e6);
        }
        if let Some(Reverse((t, _))) = self.compiling.peek() {
            consider(*t as f64 / 1e6);
        }
        if let Some((t, _)) = self.transfer.front() {
            consider(*t);
        }
        if let Some((at, _)) = self.server.restart.filter(|_| !self.restarted) {
            consider(at);
        }
        if next <= self.now { self.now + 1e-3 } else { next + 1e-6 }
    }

    fn restart_if_due(&mut self) {
        let Some((at, down)) = self.server.restart.filter(|(at, _)| !self.restarted && self.now >= *at) else {
            return;
        };
        self.restarted = true;
        self.now = at + down;
        for request in &mut self.requests {
            request.place = Place::Gone;
        }
        self.running.clear();
        self.waiting.clear();
        self.in_frontend.clear();
        self.waiting_live = 0;
        self.pool = Pool::new(usable_blocks(self.server), self.server.prefix_caching);
        self.evicted_seen = 0;
        while self.clock.pop(self.now).is_some() {}
        self.frontend_free = self.now;
        self.emit(Event::Restarted);
    }

    fn gauges(&self) -> Gauges {
        let context: u32 = self.running.iter().map(|id| self.requests[*id].computed).sum();
        let used = self.pool.used();
        let total = self.pool.total();
        let reserved = self.running.iter().map(|id| self.reservation(*id)).sum();
        let (deferred, mut running_adapters, mut waiting_adapters) = self.adapters();
        running_adapters.sort_unstable();
        waiting_adapters.sort_unstable();
        let grammar_queue = self.compiling.len() as u32;
        Gauges {
            running: self.running.len() as u32,
            waiting: self.waiting_live + if self.server.policy == Policy::Sglang { 0 } else { grammar_queue },
            deferred: deferred + grammar_queue,
            kv_used: used * self.server.block,
            kv_total: total * self.server.block,
            kv_evictable: self.pool.evictable() * self.server.block,
            kv_usage: f64::from(used) / f64::from(total),
            swa_used: self.server.swa_pool_tokens.map_or(0, |pool| (self.running.len() as u32 * 1024).min(pool)),
            context,
            reserved,
            grammar_queue,
            prealloc_queue: self.prealloc.len() as u32,
            transfer_queue: if self.server.role == Role::Decode { self.transfer.len() as u32 } else { 0 },
            inflight_queue: if self.server.role == Role::Prefill { self.transfer.len() as u32 } else { 0 },
            prealloc_usage: self.transfer.iter().map(|(_, id)| f64::from(self.requests[*id].own_blocks)).sum::<f64>() / f64::from(total),
            new_token_ratio: self.new_token_ratio,
            running_adapters,
            waiting_adapters,
            adapters_by_server: self.adapters_by_server(),
        }
    }

    /// Waiting requests that a full adapter set holds back, and the adapters that run and wait.
    fn adapters(&self) -> (u32, Vec<u32>, Vec<u32>) {
        let running: HashSet<u32> = self.running.iter().filter_map(|id| self.requests[*id].adapter).collect();
        let full = self.server.lora_slots.is_some_and(|slots| running.len() as u32 >= slots);
        let mut waiting = HashSet::new();
        let mut deferred = 0;
        // SGLang does not defer in its queue.
        let defers = self.server.policy == Policy::VllmV1;
        if self.server.lora_slots.is_none() && (!defers || self.server.grammar.is_none()) {
            return (0, Vec::new(), Vec::new());
        }
        for id in &self.waiting {
            let request = &self.requests[*id];
            if request.place != Place::Waiting {
                continue;
            }
            waiting.extend(request.adapter);
            let passed_over = full && request.adapter.is_some_and(|adapter| !running.contains(&adapter));
            deferred += u32::from(passed_over || (defers && request.deferred));
        }
        (deferred, running.into_iter().collect(), waiting.into_iter().collect())
    }

    /// Each API server knows the adapters of its own requests that have had a token.
    fn adapters_by_server(&self) -> Vec<Vec<u32>> {
        if self.server.lora_slots.is_none() {
            return Vec::new();
        }
        let servers = self.server.api_servers.max(1) as usize;
        let mut of_each = vec![Vec::new(); servers];
        for id in self.running.iter().filter(|id| self.requests[**id].first_token.is_some()) {
            of_each[self.requests[*id].parent % servers].extend(self.requests[*id].adapter);
        }
        for adapters in &mut of_each {
            adapters.sort_unstable();
            adapters.dedup();
        }
        of_each
    }

    fn outcome(&self, id: usize) -> Box<Outcome> {
        let r = &self.requests[id];
        Box::new(Outcome {
            streaming: r.streaming,
            parent: r.parent,
            prompt: r.prompt,
            cached: r.cached,
            output: r.generated,
            max_new: r.max_new,
            arrived: r.arrived,
            queued: r.queued,
            scheduled: r.scheduled,
            first_token: r.first_token,
            ended: self.now,
            preemptions: r.preemptions,
            corrupted: r.fate == Fate::Corrupted,
        })
    }
}

/// vLLM keeps one block as the null block: usage is used / (blocks - 1).
fn usable_blocks(server: &Server) -> u32 {
    let blocks = server.kv_tokens / server.block;
    if matches!(server.policy, Policy::VllmV1) { blocks - 1 } else { blocks }
}
