// thin.mjs SERIES: make the recordings of this folder from the whole ones, which are folders of SERVER/RUN with a manifest.json.
// A snapshot stays as the server wrote it, but for the families below, which no test needs.
import { mkdirSync, readFileSync, writeFileSync, copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [series] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));

/** The moments of each run that are kept, in seconds: before the load where a test needs that, and the ends of a window under load. */
const KEPT = {
  'vllm-0.32.0/b_light': [0, 10, 83],
  'vllm-0.32.0/c_queue_max_num_seqs': [20, 70],
  'vllm-0.32.0/d_kv_exhaustion_preempt': [20, 50, 103],
  'vllm-0.32.0/f_prefix_effective': [10, 78],
  'vllm-0.8.5-v0/c_queue_max_num_seqs': [10, 45, 50],
  'sglang-0.5.23/b_light': [0, 10, 68],
  'sglang-0.5.23/c_queue_max_running': [20, 70],
  'sglang-0.5.23/f_cache_effective': [10, 58],
  'tgi-harness/healthy': [30, 70],
  'tgi-harness/queue': [30, 70],
};
/** Runs whose first and last moments are kept, so that what the clients measured over the whole run holds for them. */
const WHOLE = ['vllm-0.32.0/b_light', 'sglang-0.5.23/b_light'];
const LEFT_OUT = /^(# (HELP|TYPE) )?(python_|http_request_duration_highr_|http_request_size_|http_response_size_|tgi_batch_next_size|tgi_batch_filter_duration)/;

for (const [run, seconds] of Object.entries(KEPT)) {
  const from = join(series, run);
  const to = join(here, run);
  mkdirSync(to, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(from, 'manifest.json'), 'utf8'));
  const names = seconds.map((second) => `t${String(second).padStart(3, '0')}.prom`);
  const snapshots = manifest.snapshots
    .filter(({ file }) => names.includes(file))
    .map(({ file, t_s, unix, phase, client_inflight, queue }) => ({ file, t_s, unix, phase, client_inflight, queue }));
  if (snapshots.length !== names.length) throw new Error(`${run} lacks one of ${names}`);
  const { condition, scenario, description, origin, package: release, model, argv, t0_unix } = manifest;
  writeFileSync(join(to, 'manifest.json'), `${JSON.stringify({ condition, scenario, description, origin, package: release, model, argv, t0_unix, snapshots }, null, 1)}\n`);
  for (const name of names) {
    const lines = readFileSync(join(from, name), 'utf8').split('\n').filter((line) => !LEFT_OUT.test(line));
    writeFileSync(join(to, name), lines.join('\n'));
  }
  if (WHOLE.includes(run)) copyFileSync(join(from, 'client_summary.json'), join(to, 'client_summary.json'));
}
