// speed.mjs [RUNS]: what a paste costs in the browser, from the key to the painted verdict, and until the rest of the page is there too.
// Best of RUNS, because other work on the machine only ever makes it worse. Bars: 60 KB ≤ 50 ms of main-thread work to the verdict,
// 5 MB ≤ 300 ms, no task above 120 ms, the later ones included.
import { large, sample } from './support/dumps.mjs';
import { closeBrowser } from './support/browser.mjs';
import { PASTE_PERMISSIONS } from './support/input.mjs';
import { closeServers, openPage } from './support/page.mjs';

const runs = Number(process.argv[2] ?? 5);
// A person does not paste in the first second; the last row is of one who waited with the key down for the analysis to be there.
const cases = [['60 KB', sample('vllm-slot-bound-1'), 1000], ['5 MB', large(5_000_000), 1000], ['60 KB at once', sample('vllm-slot-bound-1'), 0]];

console.log(`${'paste'.padEnd(14)}${'work ms'.padStart(10)}${'longest ms'.padStart(12)}${'to paint ms'.padStart(13)}${'all work ms'.padStart(13)}   best of ${runs}`);
for (const [name, text, pause] of cases) {
  const results = [];
  for (let run = 0; run < runs; run += 1) results.push(await once(text, pause));
  const best = (key) => Math.min(...results.map((result) => result[key])).toFixed(1);
  console.log(name.padEnd(14) + best('work').padStart(10) + best('longest').padStart(12) + best('painted').padStart(13) + best('all').padStart(13));
}
await closeBrowser();
closeServers();

async function once(text, pause) {
  const opened = await openPage({ permissions: PASTE_PERMISSIONS });
  const { page, context } = opened;
  await page.evaluate((value) => navigator.clipboard.writeText(value), text);
  const session = await context.newCDPSession(page);
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['devtools.timeline', 'toplevel'] } });
  await page.evaluate(() => globalThis.servescope.ready());
  await page.waitForTimeout(pause);
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await page.evaluate(() => {
    const mark = (name, selector) => new MutationObserver((_, observer) => {
      if (!document.querySelector(selector)) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => performance.mark(name)));
    }).observe(document.body, { childList: true, subtree: true });
    addEventListener('paste', () => performance.mark('pasted'), { capture: true });
    mark('painted', '.verdict h1');
    mark('settled', '.raw-row');
  });
  await page.keyboard.press('ControlOrMeta+V');
  await page.waitForFunction(() => performance.getEntriesByName('settled').length > 0);
  const [painted, settled] = await page.evaluate(() => {
    const at = (name) => performance.getEntriesByName(name)[0].startTime;
    return [at('painted') - at('pasted'), at('settled') - at('pasted')];
  });
  const finished = new Promise((done) => session.once('Tracing.tracingComplete', done));
  await session.send('Tracing.end');
  await finished;
  await context.close();
  // Tasks of the page's main thread are those of the thread that saw the paste.
  const thread = events.find((event) => event.name === 'EventDispatch' && event.args?.data?.type === 'paste');
  if (!thread) throw new Error('the trace holds no paste');
  const tasks = (until) => events.filter((event) => event.name === 'RunTask' || event.name === 'ThreadControllerImpl::RunTask')
    .filter((event) => event.pid === thread.pid && event.tid === thread.tid && event.ts + (event.dur ?? 0) > thread.ts && event.ts < thread.ts + until * 1000)
    .map((event) => (event.dur ?? 0) / 1000);
  const sum = (list) => list.reduce((total, task) => total + task, 0);
  return { work: sum(tasks(painted)), longest: Math.max(0, ...tasks(settled)), painted, all: sum(tasks(settled)) };
}
