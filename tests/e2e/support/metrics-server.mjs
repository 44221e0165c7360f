// A second origin that plays the metrics servers of the world, well and badly behaved.
import { createServer } from 'node:http';
import { corpus, read, SMALL_VLLM } from '../../support/corpus.mjs';

const CORS = { 'Access-Control-Allow-Origin': '*' };
const TEXT = { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' };
const HTML = '<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>';
const REAL = 'dumps/vllm/er0080-vllm-0.25.1-loaded.prom';

/** What /metrics answers: a real dump when the corpus is there, else the small text. */
export const metricsText = corpus === null ? Buffer.from(SMALL_VLLM) : read(REAL);

const routes = {
  '/metrics': (_, response) => answer(response, 200, { ...TEXT, ...CORS }, metricsText),
  '/no-cors': (_, response) => answer(response, 200, TEXT, metricsText),
  '/404': (_, response) => answer(response, 404, { ...TEXT, ...CORS }, '404 page not found\n'),
  '/503': (_, response) => answer(response, 503, { ...TEXT, ...CORS }, 'upstream connect error\n'),
  '/html': (_, response) => answer(response, 200, { 'Content-Type': 'text/html; charset=utf-8', ...CORS }, HTML),
  '/empty': (_, response) => answer(response, 200, { ...TEXT, ...CORS }, ''),
  '/redirect': (_, response) => answer(response, 302, { Location: '/metrics', ...CORS }, ''),
  '/slow': () => {}, // takes the request and never answers
  '/stalls': (_, response) => {
    response.writeHead(200, { ...TEXT, ...CORS });
    response.write(metricsText.subarray(0, 1000)); // and never goes on
  },
  '/huge': (_, response) => {
    response.writeHead(200, { ...TEXT, ...CORS });
    endless(response, 128 * 1024 * 1024);
  },
};

/**
 * Starts the server on a free port. `requests` lists what was asked for: { path, method, headers }.
 * `url(name)` gives the address of a route above; `down` is an address where nobody listens.
 */
export async function startMetricsServer() {
  const requests = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    requests.push({ path: pathname, method: request.method, headers: request.headers });
    const route = routes[pathname];
    if (route) route(request, response);
    else answer(response, 404, { ...TEXT, ...CORS }, 'no such fixture\n');
  });
  const origin = await listen(server);

  const nobody = createServer();
  const down = await listen(nobody);
  await new Promise((done) => nobody.close(done));

  return {
    origin,
    down,
    requests,
    url: (name) => {
      if (!routes[`/${name}`]) throw new Error(`no fixture /${name}; there are ${Object.keys(routes).join(' ')}`);
      return `${origin}/${name}`;
    },
    close: () => { server.closeAllConnections(); server.close(); },
  };
}

async function listen(server) {
  await new Promise((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${server.address().port}`;
}

function answer(response, status, headers, body) {
  response.writeHead(status, { 'Content-Length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

// Valid samples without a length, as fast as the reader takes them and `limit` bytes at most.
function endless(response, limit) {
  let line = 0;
  let sent = 0;
  const more = () => {
    while (sent < limit && !response.destroyed) {
      let chunk = '';
      while (chunk.length < 64 * 1024) chunk += `demo_requests_total{path="/v1/item/${line}"} ${line++}\n`;
      sent += chunk.length;
      if (!response.write(chunk)) return response.once('drain', more);
    }
    response.end();
  };
  more();
}
