// Post-build hook of trunk: minify the page's scripts, name the analysis by its content, and write the Content-Security-Policy into the
// page. The one inline script is trunk's module that starts the wasm; it is allowed by its hash, so that nothing else inline can run.
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { minify } from 'terser';

if (process.env.TRUNK_PROFILE !== 'release') process.exit(0); // `trunk serve` adds a reload script of its own

const file = join(process.env.TRUNK_STAGING_DIR, 'index.html');
let html = readFileSync(file, 'utf8');

// Trunk's own minifier gives up on the glue of a module and ships it as it is. A script that gets shorter gets another integrity hash.
const scripts = /<link[^>]*?href="?([^" >]+\.js)"?[^>]*?integrity="?([^" >]+)"?[^>]*>/g;
async function shorten(path) {
  const { code } = await minify(readFileSync(path, 'utf8'), { module: true, compress: { passes: 2 } });
  writeFileSync(path, code);
  return code;
}
for (const [link, href, integrity] of [...html.matchAll(scripts)]) {
  const code = await shorten(join(process.env.TRUNK_STAGING_DIR, href.slice(process.env.TRUNK_PUBLIC_URL.length)));
  html = html.replace(link, link.replace(integrity, `sha384-${createHash('sha384').update(code).digest('base64')}`));
}

// Trunk hashes the names of the page's own files, but not those of a module that the page loads itself. With a hash in its name the
// analysis can be kept for ever, and a page never meets the analysis of another build.
const parts = ['.js', '_bg.wasm'];
const staged = (name) => join(process.env.TRUNK_STAGING_DIR, name);
await shorten(staged('analysis.js'));
const content = parts.reduce((sum, part) => sum.update(readFileSync(staged(`analysis${part}`))), createHash('sha256'));
const analysis = `analysis-${content.digest('hex').slice(0, 16)}`;
for (const part of parts) renameSync(staged(`analysis${part}`), staged(analysis + part));
const named = /data-analysis="?analysis"?/;
if (!named.test(html)) throw new Error(`${file}: no data-analysis to write the name of the analysis into`);
html = html.replace(named, `data-analysis="${analysis}"`);

const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1]);
if (inline.length !== 1) throw new Error(`${file}: expected trunk's one inline script, found ${inline.length}`);
const hash = createHash('sha256').update(inline[0]).digest('base64');

const policy = [
  "default-src 'none'",
  `script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'`,
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  // The person may fetch metrics from any server that they name; plain http is how these servers speak.
  "connect-src 'self' https: http:",
  "manifest-src 'self'",
  // The worker begins as a blob, which has this policy too; one that is loaded by its address would not.
  'worker-src blob:',
  "base-uri 'self'",
  "form-action 'none'",
].join('; ');

// First in the head, before anything that it governs; the minifier may have dropped the quotes around utf-8.
const charset = /<meta charset="?utf-8"?\s*\/?>/i;
if (!charset.test(html)) throw new Error(`${file}: no <meta charset> to put the policy after`);
writeFileSync(file, html.replace(charset, (meta) => `${meta}<meta http-equiv="Content-Security-Policy" content="${policy}">`));
