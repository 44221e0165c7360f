// Histogram and range functions agree with Prometheus in WebAssembly too, on the cases that it tests itself with. Natively: tests/promql.rs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { corpus } from '../support/corpus.mjs';

const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const target = resolve(checkout, process.env.CARGO_TARGET_DIR ?? 'target');
const wasm = createRequire(import.meta.url)(join(target, 'wasm-core/wasm_core.js'));
const skip = corpus === null && 'no corpus';

const cases = (file) => JSON.parse(readFileSync(join(corpus, 'conformance/derived', file))).cases;
const words = { NaN, '+Inf': Infinity, '-Inf': -Infinity };
const number = (value) => (typeof value === 'string' ? words[value] : value);
const flat = (pairs) => Float64Array.from(pairs.flat().map(number));
const equal = isDeepStrictEqual;

function assertSame(found, expected, { expr }) {
  const same = Object.is(found, expected) || found === expected || Math.abs(found - expected) <= 1e-9 * Math.max(Math.abs(expected), 1);
  assert.ok(same, `${expr} gave ${found}, Prometheus gives ${expected}`);
}

test('the 69 quantile and fraction cases', { skip }, () => {
  const all = cases('histogram_quantile_cases.json');
  assert.equal(all.length, 69);
  for (const one of all) {
    const [first, second] = one.args.map(number);
    for (const { labels, value } of one.expected) {
      const buckets = flat(one.histograms.find((histogram) => equal(histogram.labels, labels)).buckets);
      const found = one.kind === 'quantile' ? wasm.histogram_quantile(first, buckets) : wasm.histogram_fraction(first, second, buckets);
      assertSame(found, number(value), one);
    }
  }
});

test('the 34 range function cases', { skip }, () => {
  const all = cases('range_function_cases.json');
  assert.equal(all.length, 34);
  for (const one of all) {
    let answers = 0;
    for (const { labels, window } of one.inputs) {
      const found = wasm.range_function(one.fn, flat(window), number(one.range_s), number(one.eval_at_s), one.arg ?? undefined);
      if (found === undefined) continue;
      answers += 1;
      assertSame(found, number(one.expected.find((answer) => equal(answer.labels, labels)).value), one);
    }
    assert.equal(answers, one.expected.length, one.expr);
  }
});
