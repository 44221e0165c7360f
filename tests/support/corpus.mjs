// Real dumps for tests, when they lie beside the checkout (or where SERVESCOPE_CORPUS says); a small text of our own otherwise.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const candidate = process.env.SERVESCOPE_CORPUS ?? join(checkout, '../shared');

/** The folder with dumps/, series/ and conformance/, or null. */
export const corpus = existsSync(join(candidate, 'dumps')) ? resolve(candidate) : null;
if (corpus === null) console.log(`# no corpus at ${candidate}: tests on real dumps are skipped (set SERVESCOPE_CORPUS)`);

/** Paths of all dumps, relative to the corpus: "dumps/vllm/xyz.prom". Empty without a corpus. */
export function dumps() {
  return files('dumps').filter((path) => !/(^|\/)(INDEX|README)/.test(path));
}

/** The recorded runs: for each, the paths of its snapshots in their order. */
export function runs() {
  return byRun(files('series'));
}

/** The same of the moments that the project keeps itself, as whole paths; they are there on every machine. */
export function keptRuns() {
  const folder = join(checkout, 'tests/recordings');
  return byRun(readdirSync(folder, { recursive: true }).map((path) => join(folder, path)));
}

function byRun(paths) {
  const byFolder = new Map();
  for (const path of paths.filter((name) => /\/t\d+\.prom$/.test(name))) {
    const folder = dirname(path);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), path]);
  }
  const number = (path) => Number(/t(\d+)\.prom$/.exec(path)[1]);
  return [...byFolder.values()].map((paths) => paths.sort((a, b) => number(a) - number(b)));
}

/** The bytes of a file of the corpus. */
export function read(path) {
  return readFileSync(join(corpus, path));
}

function files(folder) {
  if (corpus === null || !existsSync(join(corpus, folder))) return [];
  return readdirSync(join(corpus, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(corpus, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

// One quiet vLLM server, made up; enough to be recognised and to have a latency, a queue and a cache.
export const SMALL_VLLM = `# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="demo/model-8b"} 3.0
# HELP vllm:num_requests_waiting Number of requests waiting to be processed.
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{engine="0",model_name="demo/model-8b"} 0.0
# HELP vllm:kv_cache_usage_perc KV-cache usage. 1 means 100 percent usage.
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{engine="0",model_name="demo/model-8b"} 0.21
# HELP vllm:request_success_total Count of successfully processed requests.
# TYPE vllm:request_success_total counter
vllm:request_success_total{engine="0",finished_reason="stop",model_name="demo/model-8b"} 180.0
vllm:request_success_total{engine="0",finished_reason="length",model_name="demo/model-8b"} 20.0
# HELP vllm:time_to_first_token_seconds Histogram of time to first token in seconds.
# TYPE vllm:time_to_first_token_seconds histogram
vllm:time_to_first_token_seconds_bucket{engine="0",le="0.1",model_name="demo/model-8b"} 120.0
vllm:time_to_first_token_seconds_bucket{engine="0",le="0.25",model_name="demo/model-8b"} 190.0
vllm:time_to_first_token_seconds_bucket{engine="0",le="0.5",model_name="demo/model-8b"} 199.0
vllm:time_to_first_token_seconds_bucket{engine="0",le="1.0",model_name="demo/model-8b"} 200.0
vllm:time_to_first_token_seconds_bucket{engine="0",le="+Inf",model_name="demo/model-8b"} 200.0
vllm:time_to_first_token_seconds_sum{engine="0",model_name="demo/model-8b"} 22.4
vllm:time_to_first_token_seconds_count{engine="0",model_name="demo/model-8b"} 200.0
# HELP vllm:e2e_request_latency_seconds Histogram of e2e request latency in seconds.
# TYPE vllm:e2e_request_latency_seconds histogram
vllm:e2e_request_latency_seconds_bucket{engine="0",le="1.0",model_name="demo/model-8b"} 40.0
vllm:e2e_request_latency_seconds_bucket{engine="0",le="2.5",model_name="demo/model-8b"} 150.0
vllm:e2e_request_latency_seconds_bucket{engine="0",le="5.0",model_name="demo/model-8b"} 198.0
vllm:e2e_request_latency_seconds_bucket{engine="0",le="+Inf",model_name="demo/model-8b"} 200.0
vllm:e2e_request_latency_seconds_sum{engine="0",model_name="demo/model-8b"} 391.0
vllm:e2e_request_latency_seconds_count{engine="0",model_name="demo/model-8b"} 200.0
`;
