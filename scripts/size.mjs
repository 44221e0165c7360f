// size.mjs DIST: what the page costs to load, raw and compressed; fails above a ratchet.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

// Bytes of html + css + js + wasm. The first load is all that the page needs to be painted and to take text in; the analysis comes after it
// by itself. A bar is what each may cost at most; the ratchets, for both encodings that hosts serve, keep both from growing unseen: one is
// raised only by a commit that says what for. Builds of one source differ by up to 1 % with the folder that they are built in, so that
// each has that much room.
const BAR = { first: 215_000, all: 590_000 };
const RATCHET = { first: { brotli: 222_500, gzip: 278_000 }, all: { brotli: 672_000, gzip: 829_000 } };
const COUNTED = new Set(['.html', '.css', '.js', '.wasm']);

const dist = process.argv[2];
const rows = files(dist).filter((path) => COUNTED.has(extname(path))).map((path) => {
  const bytes = readFileSync(path);
  return {
    name: relative(dist, path),
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length,
  };
});
const later = rows.filter(({ name }) => name.startsWith('analysis-'));
if (later.length !== 2) throw new Error(`expected the two files of the analysis, found ${later.length}`);
const first = rows.filter((row) => !later.includes(row));
const sum = (name, list) => list.reduce((total, row) => ({ name, raw: total.raw + row.raw, gzip: total.gzip + row.gzip, brotli: total.brotli + row.brotli }), { raw: 0, gzip: 0, brotli: 0 });
const totals = { first: sum('first load', first), all: sum('all', rows) };

const print = ({ name, raw, gzip, brotli }) => console.log(name.padEnd(44) + [raw, gzip, brotli].map((n) => String(n).padStart(10)).join(''));
print({ name: 'bytes', raw: 'raw', gzip: 'gzip', brotli: 'brotli' });
first.forEach(print);
print(totals.first);
later.forEach(print);
print(totals.all);
for (const [key, { name, brotli }] of Object.entries(totals)) {
  console.log(`size: ${name} is ${((100 * brotli) / BAR[key]).toFixed(0)}% of the bar of ${BAR[key]} bytes of brotli`);
  for (const [encoding, ratchet] of Object.entries(RATCHET[key])) {
    if (totals[key][encoding] > ratchet) {
      console.error(`size: ${name} is ${totals[key][encoding]} bytes of ${encoding}, above the ratchet of ${ratchet}`);
      process.exitCode = 1;
    }
  }
}

function files(folder) {
  return readdirSync(folder).sort().flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}
