// One Chromium for each test file, found as scripts/setup.sh finds it.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser'];
const FLAGS = [
  '--no-sandbox', // the tests also run as root, in containers
  '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

let launched = null;

/** The browser of this process; a fresh profile, started at the first call. */
export function browser() {
  launched ??= chromium.launch({ executablePath: executable(), args: FLAGS });
  return launched;
}

export async function closeBrowser() {
  await (await launched)?.close();
  launched = null;
}

function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  for (const name of NAMES) {
    const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (found) return found;
  }
  throw new Error("no Chromium: run 'scripts/setup.sh chromium', or say CHROMIUM=/path/to/chromium");
}
