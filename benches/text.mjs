// Metric texts of any size: as many series of vLLM as it takes. Made up, with the shape of the real thing:
// families in order, the engines below each, three labels on a bucket, floats as Python prints them.

const BUCKETS = ['0.001', '0.005', '0.01', '0.02', '0.04', '0.06', '0.08', '0.1', '0.25', '0.5', '0.75', '1.0', '2.5', '5.0', '7.5', '10.0', '20.0', '40.0', '80.0', '160.0', '640.0', '2560.0', '+Inf'];
const GAUGES = ['num_requests_running', 'num_requests_waiting', 'kv_cache_usage_perc'];
const COUNTERS = ['prompt_tokens_total', 'generation_tokens_total', 'num_preemptions_total', 'prefix_cache_queries_total', 'prefix_cache_hits_total'];
const HISTOGRAMS = ['time_to_first_token_seconds', 'inter_token_latency_seconds', 'request_time_per_output_token_seconds', 'e2e_request_latency_seconds', 'request_queue_time_seconds', 'request_prefill_time_seconds', 'request_decode_time_seconds'];
const SAMPLES = GAUGES.length + COUNTERS.length + HISTOGRAMS.length * (BUCKETS.length + 2) + 1;
const LINE = 118; // bytes of a mean line, measured

/** What the many series are of: engines of one server, servers that a scraper told apart, or label sets of histograms that no rule knows. */
export const SHAPES = {
  engines: { labels: (number) => `engine="${number}",model_name="demo/model-8b-instruct"`, everywhere: true },
  servers: { labels: (number) => `engine="0",model_name="demo/model-8b-instruct",namespace="prod",pod="vllm-7c9d-${number}"`, everywhere: true },
  'label sets': { labels: (number) => `engine="0",model_name="demo/model-8b-instruct",tenant="t${number}"`, everywhere: false },
};

/** About `bytes` of text. `separator` ':' gives vLLM's own names, '_' the names that prometheus-parse can read. */
export function vllmText(bytes, separator, shape = SHAPES.engines) {
  const engines = Math.max(1, Math.round(bytes / (SAMPLES * LINE)));
  const prefix = `vllm${separator}`;
  const out = [];
  const family = (name, type, write, many = shape.everywhere) => {
    out.push(`# HELP ${prefix}${name} ${name.replaceAll('_', ' ')} of the engine.`, `# TYPE ${prefix}${name} ${type}`);
    for (let engine = 0; engine < (many ? engines : 1); engine += 1) write(many ? shape.labels(engine) : SHAPES.engines.labels(engine), engine);
  };
  const number = (engine, scale) => `${(((engine * 7919 + 12_345) % 10_007) * scale).toFixed(3)}`;

  for (const name of GAUGES) family(name, 'gauge', (labels, engine) => out.push(`${prefix}${name}{${labels}} ${name.startsWith('kv') ? ((engine % 97) / 100).toFixed(4) : `${engine % 60}.0`}`));
  for (const name of COUNTERS) family(name, 'counter', (labels, engine) => out.push(`${prefix}${name}{${labels}} ${number(engine, 37)}`));
  family('request_success_total', 'counter', (labels, engine) => out.push(`${prefix}request_success_total{${labels},finished_reason="stop"} ${10 * BUCKETS.length + engine}.0`));
  for (const name of HISTOGRAMS) {
    family(name, 'histogram', (labels, engine) => {
      BUCKETS.forEach((le, index) => out.push(`${prefix}${name}_bucket{${labels},le="${le}"} ${(index + 1) * 10 + (index === BUCKETS.length - 1 ? engine : 0)}.0`));
      out.push(`${prefix}${name}_sum{${labels}} ${number(engine, 1.7)}`, `${prefix}${name}_count{${labels}} ${10 * BUCKETS.length + engine}.0`);
    }, true);
  }
  return `${out.join('\n')}\n`;
}
