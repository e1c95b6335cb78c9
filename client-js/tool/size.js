// Holds the size of what browsers load: each file as it is served, compressed by itself.
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { served } from './served.js';

const LIMIT = 7 * 1024;
const gzip = (text) => gzipSync(text, { level: 9 }).length;
const folder = new URL('../src/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
const sources = files.map((name) => readFileSync(new URL(name, folder), 'utf8'));
const rows = files.map((name, i) => ({
  file: name,
  served: gzip(served(sources[i])),
  'with comments': gzip(sources[i]),
}));
const sum = (column) => rows.reduce((total, row) => total + row[column], 0);
rows.push({ file: 'sum', served: sum('served'), 'with comments': sum('with comments') });
rows.push({
  file: 'as one file',
  served: gzip(sources.map(served).join('\n')),
  'with comments': gzip(sources.join('\n')),
});
console.table(rows);
const total = rows.find(({ file }) => file === 'sum').served;
if (total >= LIMIT) {
  console.error(`${total} bytes gzipped: the limit is below ${LIMIT}`);
  process.exit(1);
}
