// Texts for the tests of the page: the built-in samples, which the project's simulator made, and some that are wrong.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SMALL_VLLM } from '../../support/corpus.mjs';
import { open } from './input.mjs';

const samples = join(resolve(dirname(fileURLToPath(import.meta.url)), '../../..'), 'assets/samples');

/** A built-in sample: `sample('vllm-slot-bound-1')`. */
export const sample = (name) => readFileSync(join(samples, `${name}.prom`), 'utf8');

/** The names of the samples in the order of the page. */
export const SAMPLES = ['vllm-slot-bound', 'vllm-kv-bound', 'sglang-overload', 'tgi-overload', 'vllm-healthy', 'vllm-idle'];

export const HTML = '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Sign in to continue</body></html>\n';

/** A text of this many bytes or a little more: one vLLM, and then another exporter's series, as a busy node writes them. */
export function large(bytes) {
  const lines = [sample('vllm-slot-bound-1')];
  let length = lines[0].length;
  for (let index = 0; length < bytes; index += 1) {
    const line = `node_demo_seconds_total{cpu="${index % 128}",device="disk-${index}",mode="idle"} ${(index * 1.37).toFixed(2)}\n`;
    lines.push(line);
    length += line.length;
  }
  return lines.join('');
}

/** Two dumps of an overloaded vLLM, and two of the same one after a restart with more slots. */
export function beforeAndAfter() {
  const restarted = (text) => text.replace(/^(process_start_time_seconds) (\S+)$/m, (_, name, start) => `${name} ${Number(start) + 100_000}`);
  return [
    { name: 'before-1.prom', bytes: sample('vllm-slot-bound-1') },
    { name: 'before-2.prom', bytes: sample('vllm-slot-bound-2') },
    { name: 'after-1.prom', bytes: restarted(sample('vllm-healthy-1')) },
    { name: 'after-2.prom', bytes: restarted(sample('vllm-healthy-2')) },
  ];
}

/** Dumps every five seconds of a small vLLM at two requests a second that stands still from 18:00:42 to 18:01:07, as files with their times. */
export function frozen() {
  const start = Date.UTC(2026, 10, 30, 18, 0, 0);
  return Array.from({ length: 25 }, (_, index) => {
    const at = 5 * index;
    const busy = 1000 + (at <= 42 ? at : at <= 67 ? 42 : at - 25);
    const still = at > 42 && at <= 67;
    const served = Math.floor(2 * busy);
    return {
      name: `t${String(at).padStart(3, '0')}.prom`,
      lastModified: start + 1000 * at,
      bytes: `process_start_time_seconds ${start / 1000 - 5000}
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{model_name="m"} ${still ? 3 : 2}
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{model_name="m"} 0
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{model_name="m"} 0.1
# TYPE vllm:generation_tokens counter
vllm:generation_tokens_total{model_name="m"} ${Math.floor(100 * busy)}
# TYPE vllm:request_success counter
vllm:request_success_total{model_name="m",finished_reason="stop"} ${served}
# TYPE vllm:time_to_first_token_seconds histogram
vllm:time_to_first_token_seconds_bucket{model_name="m",le="0.1"} ${served}
vllm:time_to_first_token_seconds_bucket{model_name="m",le="+Inf"} ${served}
vllm:time_to_first_token_seconds_count{model_name="m"} ${served}
vllm:time_to_first_token_seconds_sum{model_name="m"} ${served * 0.05}
# TYPE process_cpu_seconds counter
process_cpu_seconds_total ${at}
`,
    };
  });
}

/** Many wait and first tokens came late, and nothing in one dump tells why. */
export const UNPROVEN = [
  ['num_requests_running', 'gauge', 162], ['num_requests_waiting', 'gauge', 2826], ['kv_cache_usage_perc', 'gauge', 0.3], ['num_preemptions_total', 'counter', 0],
  ['time_to_first_token_seconds_bucket{le="1.0"}', 'histogram', 90], ['time_to_first_token_seconds_bucket{le="30.0"}', '', 900],
  ['time_to_first_token_seconds_bucket{le="+Inf"}', '', 2000], ['time_to_first_token_seconds_sum', '', 60000], ['time_to_first_token_seconds_count', '', 2000],
].map(([name, kind, value]) => `${kind ? `# TYPE vllm:${name.replace(/_bucket.*|_total$/, '')} ${kind}\n` : ''}vllm:${name} ${value}\n`).join('');

/** So many dumps of one server, whose times are in the text, ten seconds apart. */
export const many = (count) => Array.from({ length: count }, (_, index) => {
  const later = sample('vllm-slot-bound-1').replace(/^(vllm:\w+_(?:total|count|sum)(?:\{[^}]*\})?) (\S+)$/gm, (_, name, value) => `${name} ${Number(value) + index}`);
  return { name: `dump-${index}.prom`, bytes: later.replace(/^[^#\n].*$/gm, `$& ${1_795_500_000_000 + 10_000 * index}`) };
});

/** Opens one sample, or several texts by name, and waits until the report of them is there as a whole. */
export async function report(page, ...names) {
  const files = names.length > 0 ? names.map((name) => ({ name: `${name}.prom`, bytes: sample(name) })) : [{ name: 'small.prom', bytes: SMALL_VLLM }];
  await open(page, '#open-files', files);
  for (const { name } of files) await page.locator('.chip b').getByText(name, { exact: true }).waitFor();
  await complete(page);
}

/** Waits until no card of the report is still to be drawn. What a click asks of the worker is to be waited for before, by what it changes. */
export async function complete(page) {
  await verdict(page);
  await page.locator('.report-rest[aria-busy=false]').waitFor({ state: 'attached' });
}

/** Opens every fold of the report. */
export async function unfold(page) {
  await complete(page);
  await page.evaluate(() => document.querySelectorAll('main details').forEach((details) => { details.open = true; }));
}

/** Waits until the focus is on an element whose text begins so. */
export const focusOn = (page, start) => page.waitForFunction((text) => document.activeElement.textContent.trim().startsWith(text), start);

/** Waits until the focus is on the element of that id. */
export const focusOnId = (page, id) => page.waitForFunction((wanted) => document.activeElement.id === wanted, id);

/** Waits until nothing matches. */
export const gone = (locator) => locator.first().waitFor({ state: 'detached' });

/** The headline, once it is there. */
export async function verdict(page) {
  const headline = page.locator('.verdict h1');
  await headline.waitFor();
  return headline.textContent();
}

/** The texts that are loaded, by name. */
export const chips = (page) => page.locator('.chip b').allTextContents();
