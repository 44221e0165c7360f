// serve.mjs FOLDER BASE PORT: serve a built page on 127.0.0.1. The end-to-end tests import `serve`.
import { createServer } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.prom': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
const COMPRESSED = new Set(['.css', '.html', '.js', '.json', '.prom', '.svg', '.txt', '.wasm', '.webmanifest']);
const HASHED = /-[0-9a-f]{8,16}(_bg)?\.\w+$/; // a hash of the content is in the name; trunk leaves zeros before it out

/** Serves `folder` below the path `base` (which starts and ends with a slash); port 0 takes a free one. */
export async function serve({ folder, base = '/', port = 0 }) {
  const root = resolve(folder);
  const cache = new Map(); // path and encoding -> compressed bytes; the folder does not change while it is served

  const server = createServer(async (request, response) => {
    const answer = (status, headers = {}, body = '') => {
      response.writeHead(status, { 'X-Content-Type-Options': 'nosniff', ...headers });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, { Allow: 'GET, HEAD' });

    let path;
    try {
      path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    } catch {
      return answer(400);
    }
    if (`${path}/` === base) return answer(308, { Location: base });
    if (!path.startsWith(base)) return answer(404, { 'Content-Type': 'text/plain' }, 'not found\n');

    let file = join(root, path.slice(base.length));
    if (file !== root && !file.startsWith(root + sep)) return answer(404);
    try {
      if ((await stat(file)).isDirectory()) file = join(file, 'index.html');
      const type = extname(file);
      const encoding = COMPRESSED.has(type) ? preferred(request.headers['accept-encoding']) : '';
      const key = `${encoding} ${file}`;
      if (!cache.has(key)) cache.set(key, compress(await readFile(file), encoding));
      answer(200, {
        'Content-Type': TYPES[type] ?? 'application/octet-stream',
        'Cache-Control': HASHED.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache',
        Vary: 'Accept-Encoding',
        ...(encoding && { 'Content-Encoding': encoding }),
      }, cache.get(key));
    } catch {
      answer(404, { 'Content-Type': 'text/plain' }, 'not found\n');
    }
  });

  await new Promise((done, failed) => server.once('error', failed).listen(port, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, url: origin + base, close: () => { server.closeAllConnections(); server.close(); } };
}

function preferred(accepted = '') {
  if (/\bbr\b/.test(accepted)) return 'br';
  return /\bgzip\b/.test(accepted) ? 'gzip' : '';
}

function compress(bytes, encoding) {
  if (encoding === 'br') return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
  return encoding === 'gzip' ? gzipSync(bytes) : bytes;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder, base, port] = process.argv.slice(2);
  try {
    const { url } = await serve({ folder, base, port: Number(port) });
    console.log(`servescope is on ${url} (Ctrl-C stops it)`);
  } catch (error) {
    const busy = error.code === 'EADDRINUSE' ? ' Say PORT=8081, or stop what uses it.' : '';
    console.error(`cannot serve on port ${port}: ${error.message}.${busy}`);
    process.exit(1);
  }
}
