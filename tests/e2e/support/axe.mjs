import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails with a readable list when axe finds a breach of WCAG 2.2 A or AA, or of its best practices. */
export async function assertAccessible(page) {
  await page.evaluate(source); // not a script tag: the page's policy rightly refuses those
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const lines = violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help}\n  at ${target}\n  ${failureSummary}`));
  assert.equal(lines.length, 0, `accessibility:\n${lines.join('\n')}`);
}
