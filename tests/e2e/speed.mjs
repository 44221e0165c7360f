// speed.mjs [RUNS [CASE...]]: what giving a text costs in the browser, from the key or the drop to the painted verdict, and until the rest of
// the page is there too. Median of RUNS. Bars, on a quiet machine: no task of the main thread above 50 ms, whatever is given.
import { large, sample } from './support/dumps.mjs';
import { closeBrowser } from './support/browser.mjs';
import { PASTE_PERMISSIONS } from './support/input.mjs';
import { closeServers, openPage } from './support/page.mjs';

const [runs = 5, ...chosen] = process.argv.slice(2).map((word, index) => (index === 0 ? Number(word) : word));

/** The same server again, so many seconds later. */
const later = (seconds) => sample('vllm-slot-bound-1').replace(/^(vllm:\w+_(?:total|count|sum)(?:\{[^}]*\})?) (\S+)$/gm, (_, name, value) => `${name} ${Number(value) + seconds}`);
const series = (count) => Array.from({ length: count }, (_, index) => ({ name: `dump-${index}.prom`, text: later(index), at: 1_795_500_000_000 + 10_000 * index }));
// A person does not paste in the first second; the second row is of one who waited with the key down for the analysis to be there.
const CASES = {
  '60 KB': { paste: sample('vllm-slot-bound-1') },
  '60 KB at once': { paste: sample('vllm-slot-bound-1'), pause: 0 },
  '5 MB': { paste: large(5_000_000) },
  '20 MB file': { files: [{ name: 'large.prom', text: large(20_000_000) }] },
  '200 MB file': { files: [{ name: 'large.prom', text: large(20_000_000), times: 10 }] },
  '120 files': { files: series(120) },
  '360 files': { files: series(360) },
};

console.log(`${'given'.padEnd(14)}${'work ms'.padStart(10)}${'longest ms'.padStart(12)}${'to paint ms'.padStart(13)}${'all work ms'.padStart(13)}   median of ${runs}`);
for (const [name, given] of Object.entries(CASES).filter(([name]) => chosen.length === 0 || chosen.includes(name))) {
  const results = [];
  for (let run = 0; run < runs; run += 1) results.push(await once(given));
  const median = (key) => results.map((result) => result[key]).sort((a, b) => a - b)[Math.floor(results.length / 2)].toFixed(1);
  console.log(name.padEnd(14) + median('work').padStart(10) + median('longest').padStart(12) + median('painted').padStart(13) + median('all').padStart(13));
}
await closeBrowser();
closeServers();

async function once({ paste, files, pause = 1000 }) {
  const { page, context } = await openPage({ permissions: PASTE_PERMISSIONS });
  context.setDefaultTimeout(120_000);
  if (paste) await page.evaluate((value) => navigator.clipboard.writeText(value), paste);
  // Files are made before the clock runs: that is the driver's work, not the page's.
  else {
    for (const file of files) {
      await page.evaluate(({ name, text, times = 1, at }) => {
        (globalThis.given ??= []).push(new File(Array(times).fill(text), name, { lastModified: at ?? Date.now() }));
      }, file);
    }
  }
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
    for (const type of ['paste', 'drop']) addEventListener(type, () => performance.mark('given'), { capture: true });
    mark('painted', '.verdict h1');
    mark('settled', '.raw-row');
  });
  if (paste) await page.keyboard.press('ControlOrMeta+V');
  else {
    await page.evaluate(() => setTimeout(() => {
      const data = new DataTransfer();
      for (const file of globalThis.given) data.items.add(file);
      document.querySelector('main').dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
    }));
  }
  await page.waitForFunction(() => performance.getEntriesByName('settled').length > 0);
  const [painted, settled] = await page.evaluate(() => {
    const at = (name) => performance.getEntriesByName(name)[0].startTime;
    return [at('painted') - at('given'), at('settled') - at('given')];
  });
  const finished = new Promise((done) => session.once('Tracing.tracingComplete', done));
  await session.send('Tracing.end');
  await finished;
  await context.close();
  // Tasks of the page's main thread are those of the thread that saw the paste or the drop.
  const thread = events.find((event) => event.name === 'EventDispatch' && ['paste', 'drop'].includes(event.args?.data?.type));
  if (!thread) throw new Error('the trace holds no paste and no drop');
  const tasks = (until) => events.filter((event) => event.name === 'RunTask' || event.name === 'ThreadControllerImpl::RunTask')
    .filter((event) => event.pid === thread.pid && event.tid === thread.tid && event.ts + (event.dur ?? 0) > thread.ts && event.ts < thread.ts + until * 1000)
    .map((event) => (event.dur ?? 0) / 1000);
  const sum = (list) => list.reduce((total, task) => total + task, 0);
  return { work: sum(tasks(painted)), longest: Math.max(0, ...tasks(settled)), painted, all: sum(tasks(settled)) };
}
