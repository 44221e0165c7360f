// bench.mjs: all figures in one run, so that ratios mean something on a busy machine. Exits with 1 when a bar does not hold.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vllmText } from './text.mjs';

const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const target = resolve(checkout, process.env.CARGO_TARGET_DIR ?? 'target');
const folder = join(target, 'bench');
mkdirSync(folder, { recursive: true });

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
  row('input', 'native parse', 'ns/byte', 'in pieces', 'heap beside', 'allocations', 'report', 'wasm parse', 'ns/byte', 'report', 'wasm memory');
  const perByte = { native: [], wasm: [] };
  for (const [name, bytes] of [['60 KB', 60 * KB], ['500 KB', 500 * KB], ['5 MB', 5 * MB], ['25 MB', 25 * MB], ['100 MB', 100 * MB]]) {
    const text = vllmText(bytes, ':');
    const native = runNative(`colon-${name.replace(' ', '')}.prom`, text, []);
    const wasm = runWasm(text, {});
    const nanoseconds = (time) => (time * 1e6) / text.length;
    row(`${name} (${native.samples} samples)`, ms(native.parse_ms), nanoseconds(native.parse_ms).toFixed(2), ms(native.parse_pieces_ms),
      `${(native.parse_peak_bytes / text.length).toFixed(1)}x`, native.parse_allocations, ms(native.report_ms), ms(wasm.parse_ms), nanoseconds(wasm.parse_ms).toFixed(2), ms(wasm.report_ms), `${(wasm.memory / text.length).toFixed(1)}x`);
    perByte.native.push(nanoseconds(native.parse_ms));
    perByte.wasm.push(nanoseconds(wasm.parse_ms));
    if (name === '60 KB') bar('wasm: ms to analyse 60 KB beyond parsing', wasm.report_ms, wasm.report_ms <= 5, '<= 5');
    if (name === '5 MB') {
      bar('wasm speed / native speed', native.parse_ms / wasm.parse_ms, native.parse_ms >= 0.45 * wasm.parse_ms, '>= 0.45');
      bar('allocations / sample, 5 MB', native.parse_allocations / native.samples, native.parse_allocations <= 0.1 * native.samples, '<= 0.1');
      bar('wasm memory / input, 5 MB', wasm.memory / text.length, wasm.memory <= 5 * text.length, '<= 5');
      bar('native: report time / parse time, 5 MB', native.report_ms / native.parse_ms, native.report_ms <= 0.5 * native.parse_ms, '<= 0.5');
      bar('wasm: report time / parse time, 5 MB', wasm.report_ms / wasm.parse_ms, wasm.report_ms <= 0.5 * wasm.parse_ms, '<= 0.5');
    }
  }
  // Small inputs fit into the processor's caches, which is worth a factor; from 5 MB on nothing does, and linear means equal.
  for (const [where, figures] of Object.entries(perByte)) {
    const [small, , middle, , large] = figures;
    bar(`${where}: time per byte, 5 MB / 60 KB`, middle / small, middle <= 2.5 * small, '<= 2.5');
    bar(`${where}: time per byte, 100 MB / 5 MB`, large / middle, large <= 1.5 * middle, '<= 1.5');
  }
}

console.log('\n# Bars');
for (const { what, value, holds, wanted } of bars) console.log(`${holds ? 'holds ' : 'FAILS '} ${what}: ${value.toFixed(2)} (${wanted})`);
const failed = bars.filter(({ holds }) => !holds).length;
console.log(`${bars.length - failed} bars hold, ${failed} fail`);
process.exitCode = failed === 0 ? 0 : 1;

function runNative(name, text, options) {
  const file = join(folder, name);
  writeFileSync(file, text);
  const args = ['bench', '--quiet', '--locked', '--no-default-features', '--bench', 'native', '--', ...options, file];
  const figures = JSON.parse(execFileSync('cargo', args, { cwd: checkout, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
  return { ...figures, report_ms: figures.report_ms ?? NaN };
}

// Each input in an instance of its own, since the memory of an instance never shrinks.
function runWasm(text, { baseline = false }) {
  const { core, memory } = freshCore();
  const bytes = Buffer.from(text);

  const texts = new core.Texts();
  const samples = texts.add(bytes);
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

function best(run) {
  const begin = performance.now();
  let least = Infinity;
  for (let runs = 0; runs < 3 || performance.now() - begin < 500; runs += 1) {
    const one = performance.now();
    run();
    least = Math.min(least, performance.now() - one);
  }
  return least;
}
