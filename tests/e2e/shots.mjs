// shots.mjs OUTDIR [NAME...]: pictures of the named states (all by default), light and dark, 380 and 1440 px wide.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { STATES } from './states.mjs';
import { closeBrowser } from './support/browser.mjs';
import { closeServers, openPage } from './support/page.mjs';

const [folder, ...names] = process.argv.slice(2);
if (!folder) throw new Error('say where: node tests/e2e/shots.mjs OUTDIR [NAME...]');
const unknown = names.filter((name) => !STATES.some((state) => state.name === name));
if (unknown.length > 0) throw new Error(`no state ${unknown.join(', ')}; there are ${STATES.map((state) => state.name).join(', ')}`);
mkdirSync(folder, { recursive: true });

for (const { name, go, options } of STATES.filter((state) => names.length === 0 || names.includes(state.name))) {
  for (const colorScheme of ['light', 'dark']) {
    for (const [width, height] of [[380, 800], [1440, 900]]) {
      const opened = await openPage({ ...options, width, height, colorScheme });
      await go(opened);
      await opened.page.evaluate(() => document.fonts.ready);
      const path = join(folder, `${name}-${colorScheme}-${width}.png`);
      await opened.page.screenshot({ path, fullPage: true, animations: 'disabled' });
      console.log(path);
      for (const breach of opened.breaches) console.error(`  ${breach}`);
      await opened.context.close();
    }
  }
}
await closeBrowser();
closeServers();
