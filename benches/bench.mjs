// bench.mjs: all figures in one run, so that ratios mean something on a busy machine. Exits with 1 when a bar does not hold.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SHAPES, vllmText } from './text.mjs';

const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const target = resolve(checkout, process.env.CARGO_TARGET_DIR ?? 'target');
const folder = join(target, 'bench');
mkdirSync(folder, { recursive: true });

// What is freed stays with the process (glibc).
const KEEP_MEMORY = { GLIBC_TUNABLES: 'glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184' };

const KB = 1000;
const MB = 1000 * KB;
const bars = [];
const bar = (what, value, holds, wanted) => bars.push({ what, value, holds, wanted });
const ms = (value) => Number.isFinite(value) ? `${value.toFixed(value < 10 ? 2 : 0)} ms` : 'none';
const speed = (bytes, time) => `${(bytes / MB / (time / 1000)).toFixed(0)} MB/s`;
const row = (...cells) => console.log(cells.map((cell, index) => String(cell)[index === 0 ? 'padEnd' : 'padStart'](index === 0 ? 30 : 14)).join(''));

console.log('\n# Against prometheus-parse, on a text that it can read (vllm_ instead of vllm:)');
{
  const text = vllmText(4.8 * MB, '_');
  const native = runNative('underscore-4.8MB.prom', text, ['--baseline']);
  const wasm = runWasm(text, { baseline: true });
  if (native.baseline_samples !== native.samples || wasm.samples !== native.samples) {
    throw new Error(`not comparable: ours ${native.samples}, in wasm ${wasm.samples}, prometheus-parse ${native.baseline_samples} samples`);
  }
  row('', 'ours', '', 'baseline', '', 'ratio');
  for (const [name, figures] of Object.entries({ native, wasm })) {
    row(name, ms(figures.parse_ms), speed(text.length, figures.parse_ms), ms(figures.baseline_ms), speed(text.length, figures.baseline_ms), `${(figures.baseline_ms / figures.parse_ms).toFixed(1)}x`);
  }
  bar('native: times faster than prometheus-parse', native.baseline_ms / native.parse_ms, native.baseline_ms >= 10 * native.parse_ms, '>= 10');
  bar('wasm: times faster than prometheus-parse', wasm.baseline_ms / wasm.parse_ms, wasm.baseline_ms >= 8 * wasm.parse_ms, '>= 8');
}

console.log('\n# Size of the input (vllm:)');
{
  // Memory that the process has already is what the structures cost; fresh memory costs a page fault for every 4 KB, which is the kernel's.
  row('input', 'native parse', 'ns/byte', 'of 5 MB', 'fresh memory', 'of 5 MB', 'in pieces', 'heap beside', 'allocations', 'wasm parse', 'ns/byte', 'of 5 MB', 'wasm memory');
  const sizes = [['50 KB', 50 * KB], ['500 KB', 500 * KB], ['5 MB', 5 * MB], ['50 MB', 50 * MB], ['100 MB', 100 * MB]];
  const rows = sizes.map(([name, bytes]) => {
    const text = vllmText(bytes, ':');
    const file = `colon-${name.replace(' ', '')}.prom`;
    const kept = runNative(file, text, [], KEEP_MEMORY);
    const fresh = runNative(file, text, []);
    const wasm = runWasm(text, {});
    const perByte = (time) => (time * 1e6) / text.length;
    return { name, text, kept, fresh, wasm, ns: { kept: perByte(kept.parse_ms), fresh: perByte(fresh.parse_ms), wasm: perByte(wasm.parse_ms) } };
  });
  const middle = rows[2];
  const times = ({ ns }, what) => `${(ns[what] / middle.ns[what]).toFixed(2)}x`;
  for (const one of rows) {
    const { name, text, kept, fresh, wasm, ns } = one;
    row(`${name} (${kept.samples} samples)`, ms(kept.parse_ms), ns.kept.toFixed(2), times(one, 'kept'), ns.fresh.toFixed(2), times(one, 'fresh'), ms(fresh.parse_pieces_ms),
      `${(fresh.parse_peak_bytes / text.length).toFixed(1)}x`, fresh.parse_allocations, ms(wasm.parse_ms), ns.wasm.toFixed(2), times(one, 'wasm'), `${(wasm.memory / text.length).toFixed(1)}x`);
  }
  bar('wasm speed / native speed', middle.kept.parse_ms / middle.wasm.parse_ms, middle.kept.parse_ms >= 0.45 * middle.wasm.parse_ms, '>= 0.45');
  bar('allocations / sample, 5 MB', middle.fresh.parse_allocations / middle.fresh.samples, middle.fresh.parse_allocations <= 0.1 * middle.fresh.samples, '<= 0.1');
  bar('wasm memory / input, 5 MB', middle.wasm.memory / middle.text.length, middle.wasm.memory <= 5 * middle.text.length, '<= 5');
  // Small inputs fit into the processor's caches, which is worth a factor; from 5 MB on nothing does, and linear means equal.
  for (const where of ['kept', 'wasm']) {
    const [small, , , , large] = rows.map(({ ns }) => ns[where]);
    const words = where === 'kept' ? 'native' : 'wasm';
    bar(`${words}: time per byte, 5 MB / 50 KB`, middle.ns[where] / small, middle.ns[where] <= 2.5 * small, '<= 2.5');
    bar(`${words}: time per byte, 100 MB / 5 MB`, large / middle.ns[where], large <= 1.5 * middle.ns[where], '<= 1.5');
  }
}

console.log('\n# The report, beyond parsing');
{
  row('input', 'native parse', 'report', 'report/parse', 'wasm parse', 'report', 'report/parse');
  for (const [shape, labels] of Object.entries(SHAPES)) {
    const text = vllmText(5 * MB, ':', labels);
    const native = runNative(`report-${shape.replace(' ', '-')}.prom`, text, []);
    const wasm = runWasm(text, {});
    const ratio = ({ report_ms, parse_ms }) => report_ms / parse_ms;
    row(`5 MB, many ${shape}`, ms(native.parse_ms), ms(native.report_ms), ratio(native).toFixed(2), ms(wasm.parse_ms), ms(wasm.report_ms), ratio(wasm).toFixed(2));
    bar(`native: report time / parse time, 5 MB of many ${shape}`, ratio(native), ratio(native) <= 0.5, '<= 0.5');
    bar(`wasm: report time / parse time, 5 MB of many ${shape}`, ratio(wasm), ratio(wasm) <= 0.5, '<= 0.5');
  }
  const pair = runWasm(vllmText(60 * KB, ':'), { texts: 2 });
  row('60 KB, a pair', '', '', '', ms(pair.parse_ms), ms(pair.report_ms), '');
  bar('wasm: ms to analyse a pair of 60 KB beyond parsing', pair.report_ms, pair.report_ms <= 5, '<= 5');
}

console.log('\n# Dumps of one server, read and held without their texts');
{
  const text = vllmText(60 * KB, ':');
  row('dumps', 'text', 'held', 'of the text', 'parsed apart', 'read and held', 'report');
  for (const count of [120, 1000]) {
    const figures = runNative('series-60KB.prom', text, ['--series', String(count)]);
    const share = figures.held_bytes / figures.bytes;
    const speedup = figures.separate_ms / figures.dataset_ms;
    row(count, `${(figures.bytes / MB).toFixed(1)} MB`, `${(figures.held_bytes / MB).toFixed(1)} MB`, share.toFixed(2), ms(figures.separate_ms), ms(figures.dataset_ms), ms(figures.report_ms));
    bar(`${count} dumps of 60 KB: held bytes / bytes of text`, share, share <= 0.2, '<= 0.2');
    bar(`${count} dumps of 60 KB: speed of reading and holding / of parsing apart`, speedup, speedup >= 2, '>= 2');
  }
}

console.log('\n# Bars');
for (const { what, value, holds, wanted } of bars) console.log(`${holds ? 'holds ' : 'FAILS '} ${what}: ${value.toFixed(2)} (${wanted})`);
const failed = bars.filter(({ holds }) => !holds).length;
console.log(`${bars.length - failed} bars hold, ${failed} fail`);
process.exitCode = failed === 0 ? 0 : 1;

function runNative(name, text, options, environment = {}) {
  const file = join(folder, name);
  writeFileSync(file, text);
  const args = ['bench', '--quiet', '--locked', '--no-default-features', '--bench', 'native', '--', ...options, file];
  const figures = JSON.parse(execFileSync('cargo', args, { cwd: checkout, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...environment } }));
  return { ...figures, report_ms: figures.report_ms ?? NaN };
}

// Each input in an instance of its own, since the memory of an instance never shrinks.
function runWasm(text, { baseline = false, texts: count = 1 }) {
  const { core, memory } = freshCore();
  const bytes = Buffer.from(text);

  const texts = new core.Texts();
  const samples = texts.add(bytes);
  for (let more = 1; more < count; more += 1) texts.add(bytes);
  const peak = memory().byteLength;
  const report_ms = texts.report().startsWith('{"error"') ? NaN : best(() => texts.report_bytes());
  texts.free();

  const parse_ms = best(() => {
    const once = new core.Texts();
    once.add(bytes);
    once.free();
  });
  return { samples, parse_ms, report_ms, memory: peak, baseline_ms: baseline ? best(() => core.baseline(text)) : NaN };
}

// wasm-bindgen's module keeps its instance to itself; the memory is seen by looking over its shoulder.
function freshCore() {
  const require = createRequire(import.meta.url);
  const path = join(target, 'wasm-core/wasm_core.js');
  delete require.cache[path];
  const { Instance } = WebAssembly;
  let instance;
  WebAssembly.Instance = class extends Instance {
    constructor(...args) {
      super(...args);
      instance = this;
    }
  };
  try {
    const core = require(path);
    return { core, memory: () => instance.exports.memory.buffer };
  } finally {
    WebAssembly.Instance = Instance;
  }
}

// As in native.rs: the best run, or the mean time on the processor, which counts the other threads of node as well.
function best(run) {
  const [begin, used] = [performance.now(), process.cpuUsage()];
  let least = Infinity;
  let runs = 0;
  for (; runs < 3 || performance.now() - begin < 500; runs += 1) {
    const one = performance.now();
    run();
    least = Math.min(least, performance.now() - one);
  }
  const { user, system } = process.cpuUsage(used);
  return Math.min(least, (user + system) / 1000 / runs);
}
