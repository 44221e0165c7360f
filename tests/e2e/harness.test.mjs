// The tools of the other tests do what their names say; a fixture that is wrong would make them pass for no reason.
import assert from 'node:assert/strict';
import { drop, paste, PASTE_PERMISSIONS } from './support/input.mjs';
import { metrics } from './support/page.mjs';
import { pageTest } from './support/page-test.mjs';

const fetching = { origins: [metrics.origin] };
const get = (page, url, init = {}) => page.evaluate(
  ([address, options]) => fetch(address, options).then(async (r) => ({ status: r.status, type: r.type, text: (await r.text()).slice(0, 60) }), (error) => ({ error: error.name })),
  [url, init],
);

pageTest('the metrics server answers as its routes are named', async ({ page }) => {
  assert.match((await get(page, metrics.url('metrics'))).text, /^# HELP/);
  assert.match((await get(page, metrics.url('redirect'))).text, /^# HELP/);
  assert.match((await get(page, metrics.url('html'))).text, /^<!DOCTYPE html>/);
  assert.equal((await get(page, metrics.url('empty'))).text, '');
  assert.equal((await get(page, metrics.url('404'))).status, 404);
  assert.equal((await get(page, metrics.url('503'))).status, 503);
  assert.ok(metrics.requests.some(({ path }) => path === '/503'));
}, { ...fetching, expectConsole: [/404 \(Not Found\)/, /503 \(Service Unavailable\)/] });

pageTest('a server without CORS is refused, yet seen to be up; a server that is down is neither', async ({ page }) => {
  assert.equal((await get(page, metrics.url('no-cors'))).error, 'TypeError');
  assert.equal((await get(page, metrics.url('no-cors'), { mode: 'no-cors' })).type, 'opaque');
  assert.equal((await get(page, metrics.down)).error, 'TypeError');
  assert.equal((await get(page, metrics.down, { mode: 'no-cors' })).error, 'TypeError');
}, { origins: [metrics.origin, metrics.down], expectConsole: [/blocked by CORS policy/, /net::ERR_FAILED/, /ERR_CONNECTION_REFUSED/] });

pageTest('slow servers are still silent when faster ones have answered, and can be given up', async ({ page }) => {
  const outcome = await page.evaluate(async ([slow, stalls, fast]) => {
    const control = new AbortController();
    const settled = [];
    const waiting = [slow, stalls].map((url) => fetch(url, { signal: control.signal }).then((r) => r.text())
      .catch((error) => error.name).then((result) => settled.push(result)));
    for (let i = 0; i < 5; i++) await (await fetch(fast)).text();
    const before = settled.length;
    control.abort();
    await Promise.all(waiting);
    return { before, settled };
  }, [metrics.url('slow'), metrics.url('stalls'), metrics.url('metrics')]);
  assert.deepEqual(outcome, { before: 0, settled: ['AbortError', 'AbortError'] });
}, fetching);

pageTest('a huge body can be cut off', async ({ page }) => {
  const read = await page.evaluate(async (url) => {
    const reader = (await fetch(url)).body.getReader();
    let bytes = 0;
    while (bytes < 40_000_000) bytes += (await reader.read()).value.length;
    await reader.cancel();
    return bytes;
  }, metrics.url('huge'));
  assert.ok(read >= 40_000_000);
}, fetching);

pageTest('paste arrives as one real paste event, 5 MB of it too', async ({ page }) => {
  for (const text of ['a 1\nb{x="ü"} 2\n', 'demo_requests_total{path="/v1"} 1\n'.repeat(150_000)]) {
    await page.evaluate(() => {
      globalThis.pasted = new Promise((done) => {
        addEventListener('paste', (event) => { event.preventDefault(); event.stopImmediatePropagation(); done(event.clipboardData.getData('text/plain')); }, { once: true, capture: true });
      });
    });
    await paste(page, text);
    assert.equal(await page.evaluate(async () => (await globalThis.pasted).length), text.length);
  }
}, { permissions: PASTE_PERMISSIONS });

pageTest('dropped files arrive with name and bytes', async ({ page }) => {
  await page.evaluate(() => {
    globalThis.dropped = new Promise((done) => {
      addEventListener('drop', (event) => {
        event.preventDefault();
        event.stopImmediatePropagation();
        done(Promise.all([...event.dataTransfer.files].map(async (file) => `${file.name}: ${await file.text()}`)));
      }, { once: true, capture: true });
    });
  });
  await drop(page, 'body', [{ name: 'a.prom', bytes: Buffer.from('up 1\n') }, { name: 'b.prom', bytes: Buffer.from('up 0\n') }]);
  assert.deepEqual(await page.evaluate(() => globalThis.dropped), ['a.prom: up 1\n', 'b.prom: up 0\n']);
});
