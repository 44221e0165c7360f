// The worker that holds the analysis: it is bound by the policy of the page, and reads what is large without holding anything up.
import assert from 'node:assert/strict';
import { chips, large, report, sample, verdict } from './support/dumps.mjs';
import { open } from './support/input.mjs';
import { metrics } from './support/page.mjs';
import { pageTest } from './support/page-test.mjs';

async function worker(page) {
  await page.evaluate(() => globalThis.servescope.ready());
  const workers = page.workers();
  assert.equal(workers.length, 1);
  return workers[0];
}

pageTest('the worker has the policy of the page: no foreign script, no text as a script, no socket', async ({ page, breaches, requests }) => {
  const inside = await worker(page);
  assert.match(inside.url(), /^blob:/);
  const outcomes = await inside.evaluate(async (foreign) => {
    const refused = [];
    addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
    const attempt = (work) => Promise.resolve().then(work).then(() => 'went through', (error) => error.name);
    const code = URL.createObjectURL(new Blob(['postMessage(1)'], { type: 'text/javascript' }));
    const outcomes = {
      foreign: await attempt(() => import(`${foreign}/script.js`)),
      data: await attempt(() => import('data:text/javascript,export default 1')),
      blob: await attempt(() => import(code)),
      text: await attempt(() => (0, eval)('1')),
      socket: await attempt(() => new Promise((done, failed) => {
        const socket = new WebSocket(`${foreign.replace('http', 'ws')}/`);
        socket.onopen = done;
        socket.onerror = () => failed(new DOMException('refused', 'SecurityError'));
      })),
    };
    // The refusals are told a moment after what was refused has failed.
    const told = () => refused.filter((directive) => directive.startsWith('script-src')).length >= 3 && refused.includes('connect-src');
    for (let turn = 0; turn < 1000 && !told(); turn += 1) await new Promise((done) => setTimeout(done, 5));
    return { outcomes, refused };
  }, metrics.origin);
  for (const [what, outcome] of Object.entries(outcomes.outcomes)) assert.notEqual(outcome, 'went through', what);
  assert.ok(outcomes.refused.filter((directive) => directive.startsWith('script-src')).length >= 3, outcomes.refused.join());
  assert.ok(outcomes.refused.includes('connect-src'), outcomes.refused.join());
  assert.ok(metrics.requests.every(({ path }) => path !== '/script.js'), 'nothing left the page');
  breaches.length = 0; // the browser logs each refusal
}, { origins: [metrics.origin] });

pageTest('a worker by its address, which would be free of the policy, is refused', async ({ page, breaches, site }) => {
  const refused = await page.evaluate((address) => new Promise((done) => {
    addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective), { once: true });
    try { new Worker(address); } catch { /* some engines throw */ }
  }), `${site.url}samples/vllm-idle-1.prom`);
  assert.equal(refused, 'worker-src');
  breaches.length = 0;
});

pageTest('everything works without the network once the page is there', async ({ page, context, breaches }) => {
  await page.evaluate(() => globalThis.servescope.ready());
  await context.setOffline(true);
  await open(page, '#open-files', [{ name: 'one.prom', bytes: sample('vllm-slot-bound-1') }]);
  await verdict(page);
  await page.getByRole('link', { name: 'Rules', exact: true }).click();
  await page.locator('.rule').first().waitFor();
  const answer = await page.evaluate((text) => globalThis.servescope.analyze({ snapshots: [{ text }] }), sample('tgi-overload-1'));
  assert.equal(answer.backend.id, 'tgi');
  // The browser asks for the icon again when the address changes, and does without.
  assert.deepEqual(breaches.filter((text) => !/icon\.svg/.test(text)), []);
  breaches.length = 0;
});

/** Hands the page a file of so many bytes that is made in the browser: the driver takes none that large. */
const openLarge = (page, start, line, bytes) => page.evaluate(([first, more, size]) => {
  const block = more.repeat(Math.ceil(1_000_000 / more.length));
  const file = new File([first, ...Array.from({ length: Math.floor(size / block.length) }, () => block)], 'large.prom');
  const data = new DataTransfer();
  data.items.add(file);
  document.querySelector('main').dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
}, [start, line, bytes]);

pageTest('reading a large file says how far it is, can be given up, and what was there stays', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1');
  const before = await verdict(page);
  // A quick machine reads faster than a test can click.
  await page.evaluate(() => new MutationObserver((_, observer) => {
    const text = document.querySelector('.reading p')?.textContent ?? '';
    if (!/MB of/.test(text)) return;
    observer.disconnect();
    globalThis.said = text;
    document.querySelector('.reading button').click();
  }).observe(document.body, { childList: true, subtree: true, characterData: true }));
  await openLarge(page, sample('vllm-slot-bound-2'), '# a comment that is long enough to be one\n', 200_000_000);
  await page.waitForFunction(() => globalThis.said !== undefined);
  assert.match(await page.evaluate(() => globalThis.said), /^Reading… [\d.]+\u00a0MB of (199|200)\u00a0MB/);
  await page.locator('.reading').waitFor({ state: 'detached' });
  assert.equal(await verdict(page), before);
  assert.deepEqual(await chips(page), ['vllm-slot-bound-1.prom']);
  await open(page, '#open-files', [{ name: 'second.prom', bytes: sample('vllm-slot-bound-2') }]);
  await page.locator('.chip', { hasText: 'second.prom' }).waitFor();
});

pageTest('20 MB in slices are the same as at once', async ({ page }) => {
  await open(page, '#open-files', [{ name: 'large.prom', bytes: large(20_000_000) }]);
  await verdict(page);
  await page.locator('.chip', { hasText: '20.0 MB' }).waitFor();
  const count = (large(20_000_000).match(/\n/g) ?? []).length;
  await page.getByRole('button', { name: 'As text' }).click();
  await page.locator('.raw-tools [role=status]', { hasText: `${count.toLocaleString('en')} lines` }).waitFor();
});
