// same.mjs OLD NEW CORPUS: compares the reports of two builds of the command line over every dump of the corpus and every two
// dumps that follow one another in a recorded series there. Fields that the new build adds are listed; anything else that differs is printed, and fails.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const [old, fresh, corpus] = process.argv.slice(2);
if (!corpus) {
  console.error('usage: same.mjs OLD NEW CORPUS');
  process.exit(2);
}

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (/\.(prom|txt|metrics|om)$/.test(name)) yield path;
  }
}

const answer = async (program, files) => {
  const { stdout } = await run(program, files, { maxBuffer: 1 << 28 }).catch((error) => error);
  return stdout;
};

/** Time of a dump in its series, from the manifest beside it. */
const times = new Map();
function timed(path) {
  const folder = dirname(path);
  if (!times.has(folder)) {
    const found = {};
    try {
      for (const snapshot of JSON.parse(readFileSync(join(folder, 'manifest.json'))).snapshots ?? []) {
        found[snapshot.file] = snapshot.unix ?? snapshot.t_s;
      }
    } catch { /* no series */ }
    times.set(folder, found);
  }
  const at = times.get(folder)[path.slice(folder.length + 1)];
  return at === undefined ? path : `${path}@${at}`;
}

const added = new Map();
const differences = [];
function compare(a, b, path, where) {
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return differences.push(`${where}: ${path} has ${a.length} and ${b.length} entries`);
    return a.forEach((value, index) => compare(value, b[index], `${path}[]`, where));
  }
  if (a && b && typeof a === 'object' && typeof b === 'object' && !Array.isArray(a) && !Array.isArray(b)) {
    for (const key of Object.keys(b)) if (!(key in a)) added.set(`${path}.${key}`, (added.get(`${path}.${key}`) ?? 0) + 1);
    for (const key of Object.keys(a)) {
      if (!(key in b)) differences.push(`${where}: ${path}.${key} is gone`);
      else compare(a[key], b[key], `${path}.${key}`, where);
    }
    return undefined;
  }
  if (!Object.is(a, b)) differences.push(`${where}: ${path}: ${JSON.stringify(a)} -> ${JSON.stringify(b)}`);
  return undefined;
}

const all = [...files(corpus)];
const cases = all.map((path) => [path]);
all.forEach((path, index) => {
  const next = all[index + 1];
  const pair = next && [timed(path), timed(next)];
  if (pair?.every((file) => file.includes('@')) && dirname(next) === dirname(path)) cases.push(pair);
});
let equal = 0;
let next = 0;
async function work() {
  while (next < cases.length) {
    const files = cases[next];
    next += 1;
    const [before, after] = await Promise.all([answer(old, files), answer(fresh, files)]);
    if (before === after) {
      equal += 1;
      continue;
    }
    const seen = differences.length;
    try {
      compare(JSON.parse(before), JSON.parse(after), '$', files.map((file) => file.slice(corpus.length + 1)).join(' + '));
    } catch (error) {
      differences.push(`${files.join(' ')}: ${error.message}`);
    }
    if (differences.length === seen) equal += 1;
  }
}
await Promise.all([work(), work()]);
for (const [field, count] of [...added].sort()) console.log(`added: ${field} (${count} times)`);
for (const difference of differences) console.log(difference);
console.log(`${cases.length} cases, ${equal} equal but for added fields, ${differences.length} differences`);
process.exit(differences.length === 0 ? 0 : 1);
