//! The passing of one step: its cost, the tokens that come out, the requests that end.

use super::*;

/// SGLang sends the tokens of a non-streamed answer to its frontend in chunks of this many.
const SGLANG_FORCED_CHUNK: u32 = 50;

impl Engine<'_> {
    pub(super) fn step(&mut self, plan: Plan) {
        let mut step = Step { admitted: plan.admitted, hit_tokens: plan.hit_tokens, merged: plan.merged, ..Step::default() };
        step.retried_queries = plan.retried_queries;
        step.retried_hits = plan.retried_hits;
        step.again_tokens = plan.again_tokens;
        let mut context = 0u64;
        for work in &plan.work {
            let request = &self.requests[work.id];
            if request.in_prefill() {
                step.prefill_tokens += work.tokens;
                step.prefill_sequences += 1;
                if request.preemptions > 0 {
                    step.again_tokens += work.tokens;
                }
            } else {
                step.decode_sequences += 1;
            }
            context += u64::from(request.computed);
        }
        let (seconds, forward) = self.cost(&mut step, context);
        step.seconds = seconds;
        step.forward_s = forward;
        self.now += seconds;
        let mut ended = Vec::new();
        for work in &plan.work {
            self.advance(*work, &mut step, &mut ended);
        }
        for (id, reason) in ended {
            self.end(id, reason);
        }
        let evicted = self.pool.evicted;
        step.evicted_tokens = ((evicted - self.evicted_seen) as u32) * self.server.block;
        self.evicted_seen = evicted;
        if step.prefill_tokens > 0 {
            self.decodes_since_prefill = 0;
        } else {
            self.decodes_since_prefill += 1;
        }
        step.gauges = self.gauges();
        self.emit(Event::Step(Box::new(step)));
    }

    fn cost(&mut self, step: &mut Step, context: u64) -> (f64, f64) {
        let cost = &self.setup.cost;
        let slower = self.setup.slower_from.map_or(1.0, |(from, factor)| if self.now >= from { factor } else { 1.0 });
        let mut fixed = cost.fixed;
        let mut per_sequence = cost.per_sequence;
        if let Some(spec) = &self.server.speculation
            && step.decode_sequences > 0
        {
            fixed *= 1.0 + spec.overhead;
            per_sequence *= 1.0 + 0.25 * f64::from(spec.tokens);
        }
        step.graph = step.decode_sequences <= self.server.graph_max_batch;
        if !step.graph && step.prefill_tokens == 0 {
            fixed *= 3.0;
        }
        let forward = (fixed
            + cost.per_prefill_token * f64::from(step.prefill_tokens)
            + per_sequence * f64::from(step.decode_sequences)
            + cost.per_context_token * context as f64)
            * slower;
        let mut seconds = forward * 1.02 + cost.host;
        if let Some(pauses) = &self.server.stalls
            && self.luck.chance(pauses.chance)
        {
            seconds += if pauses.alike { pauses.seconds * self.luck.between(0.8, 1.2) } else { self.luck.exponential(pauses.seconds) };
        }
        if let Some((at, length)) = self.server.freeze
            && !self.frozen
            && self.now >= at
        {
            self.frozen = true;
            seconds += length;
        }
        (seconds, forward)
    }

    fn advance(&mut self, work: Work, step: &mut Step, ended: &mut Vec<(usize, Reason)>) {
        let now = self.now;
        let id = work.id;
        if self.requests[id].place != Place::Running {
            return;
        }
        let prefill = self.requests[id].in_prefill();
        if prefill {
            let request = &mut self.requests[id];
            request.computed += work.tokens;
            if request.in_prefill() {
                let seconds = step.seconds;
                self.emit(Event::ChunkedPrefill { seconds });
                return;
            }
            self.publish(id);
            if self.server.pooling {
                let request = &self.requests[id];
                step.completed_prompt += request.prompt;
                step.completed_computed += request.prompt - request.cached;
                step.outputs += 1;
                self.first_token(id, now, true);
                ended.push((id, Reason::Stop));
                return;
            }
            self.prompt_done(id, step);
            if self.server.role == Role::Prefill {
                self.start_transfer(id);
                return;
            }
        } else {
            let made = self.decode_tokens(id, step);
            let request = &mut self.requests[id];
            request.computed += made;
            request.generated += made;
            step.generated += made;
            step.outputs += 1;
            if request.first_token.is_none() {
                self.first_token(id, now, false);
            } else {
                self.gap(id, made, step);
            }
        }
        if self.server.policy == Policy::Sglang && !self.requests[id].streaming {
            self.flush(id);
        }
        let request = &self.requests[id];
        if request.hang_up_after.is_some_and(|limit| request.generated >= limit) && request.generated < request.output {
            self.abort(id);
            return;
        }
        if request.generated >= request.output {
            let reason = match request.fate {
                Fate::Error => Reason::Error,
                Fate::Repetition => Reason::Repetition,
                _ if request.output >= request.max_new => Reason::Length,
                _ => Reason::Stop,
            };
            ended.push((id, reason));
        }
    }

    /// Tokens that a decoding request gets in this step: one, or more when drafts are accepted.
    fn decode_tokens(&mut self, id: usize, step: &mut Step) -> u32 {
        let Some(spec) = &self.server.speculation else {
            return 1;
        };
        let (drafted, acceptance) = (spec.tokens, spec.acceptance);
        step.drafted += drafted;
        step.accepted_at.resize(drafted as usize, 0);
        let mut accepted = 0;
        while accepted < drafted && self.luck.chance(acceptance) {
            step.accepted_at[accepted as usize] += 1;
            accepted += 1;
        }
        let request = &self.requests[id];
        (1 + accepted).min(request.output - request.generated).max(1)
    }

    fn prompt_done(&mut self, id: usize, step: &mut Step) {
        let now = self.now;
        let request = &mut self.requests[id];
        let again = request.generated > 0;
        request.generated += 1;
        step.generated += 1;
        step.outputs += 1;
        if again {
            // The work was done before: only V0 counts it a second time, from the event below.
            let (prompt, cached, streaming, ttft) = (request.target, request.shared_tokens, request.streaming, now - request.arrived);
            let prefill_s = now - request.last_scheduled;
            self.gap(id, 1, step);
            self.emit(Event::FirstToken { ttft_s: ttft, prompt, cached, prefill_s, streaming, again: true });
            return;
        }
        step.completed_prompt += request.prompt;
        step.completed_computed += request.prompt - request.cached;
        self.first_token(id, now, true);
    }

    fn first_token(&mut self, id: usize, now: f64, computed_here: bool) {
        let request = &mut self.requests[id];
        request.first_token = Some(now);
        request.last_token = now;
        request.chunk_tokens = 1;
        let event = Event::FirstToken {
            ttft_s: now - request.arrived,
            prompt: if computed_here { request.prompt } else { 0 },
            cached: request.cached,
            prefill_s: now - request.last_scheduled,
            streaming: request.streaming,
            again: false,
        };
        self.emit(event);
    }

    /// Notes the time since the request's last token.
    fn gap(&mut self, id: usize, made: u32, step: &mut Step) {
        let now = self.now;
        let sglang = self.server.policy == Policy::Sglang;
        let request = &mut self.requests[id];
        if sglang && !request.streaming {
            request.chunk_tokens += made;
            return;
        }
        let gap = now - request.last_token;
        request.last_token = now;
        if sglang && made > 1 {
            self.emit(Event::Gap { per_token_s: gap / f64::from(made), tokens: made });
            return;
        }
        match step.gaps.iter_mut().find(|(seconds, _)| *seconds == gap) {
            Some((_, count)) => *count += 1,
            None => step.gaps.push((gap, 1)),
        }
    }

    /// A non-streamed answer's tokens reach SGLang's frontend in chunks; the first chunk counts as first token there.
    fn flush(&mut self, id: usize) {
        let now = self.now;
        let request = &mut self.requests[id];
        if request.chunk_tokens < SGLANG_FORCED_CHUNK && request.generated < request.output {
            return;
        }
        let event = if request.chunk_sent {
            Event::Gap { per_token_s: (now - request.last_token) / f64::from(request.chunk_tokens.max(1)), tokens: request.chunk_tokens }
        } else {
            Event::Chunk { ttft_s: now - request.arrived }
        };
        request.chunk_sent = true;
        request.chunk_tokens = 0;
        request.last_token = now;
        self.emit(event);
    }

    /// The shared beginning of a prompt becomes cache that others can use.
    pub(super) fn publish(&mut self, id: usize) {
        let request = &self.requests[id];
        let Some(group) = request.group else { return };
        let block = self.server.block;
        let length = request.prefix_tokens / block;
        let (own, pinned) = (request.own_blocks, request.pinned);
        let moved = self.pool.publish(group, length, own, pinned);
        if !self.server.prefix_caching {
            return;
        }
        let request = &mut self.requests[id];
        request.own_blocks -= moved;
        request.shared_tokens += moved * block;
        request.pinned = true;
    }

    pub(super) fn end(&mut self, id: usize, reason: Reason) {
        let outcome = self.outcome(id);
        self.running.retain(|other| *other != id);
        self.release(id);
        self.requests[id].place = Place::Gone;
        self.clock.answered(self.now);
        self.emit(Event::Finished { reason, outcome });
    }
}
