import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { WebSocket } from 'ws';
import * as source from '../src/millrace.js';
import { setUp, until } from './support.js';

const folder = new URL('../target/classes/META-INF/millrace/client/', import.meta.url);

/** The bundle as a page gets it: one file, and nothing else. */
const load = async (t) => {
  const alone = mkdtempSync(join(tmpdir(), 'millrace-'));
  t.after(() => rmSync(alone, { recursive: true }));
  writeFileSync(join(alone, 'package.json'), '{"type":"module"}');
  copyFileSync(new URL('millrace.js', folder), join(alone, 'millrace.js'));
  return import(pathToFileURL(join(alone, 'millrace.js')).href);
};

test('the bundle exports what the source does, and works', async (t) => {
  const client = await load(t);
  assert.deepEqual(Object.keys(client), Object.keys(source));
  const { server } = await setUp(t);
  for (const transport of ['websocket', 'stream', 'longpoll', 'poll']) {
    const live = new client.Millrace(server.mount, { WebSocket, transports: [transport] });
    const got = [];
    live.subscribe('a', { last: 1 }, ({ data }) => got.push(data));
    const name = await live.publish('a', transport);
    await until(() => live.transport === transport && got.length, transport);
    assert.match(name, /^k1-/);
    live.close();
  }
});

test('the source map has the sources, and no path of the machine that made it', () => {
  const map = JSON.parse(readFileSync(new URL('millrace.js.map', folder), 'utf8'));
  const at = map.sources.indexOf('src/millrace.js');
  assert.match(map.sourcesContent[at], /A subscription is a cursor/);
  for (const path of [map.file, ...map.sources]) assert.doesNotMatch(path, /^\/|\.\./);
});

test('the bundle keeps every name that the types have', () => {
  const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const kept = [...read('../src/bundle/externs.js').matchAll(/^  (\w+): 0,$/gm)].map(([, name]) => name);
  const types = ts.createSourceFile('millrace.d.ts', read('../millrace.d.ts'), ts.ScriptTarget.Latest);
  const members = types.statements.flatMap(({ members = [] }) => members.map(({ name }) => name?.text));
  for (const name of members) assert.ok(!name || kept.includes(name), name);
  assert.ok(members.includes('subscribe'));
});

test('the package has readable sources, types and the licence', () => {
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: new URL('..', import.meta.url) });
  const [{ files }] = JSON.parse(packed);
  const names = files.map(({ path }) => path);
  for (const name of ['LICENSE', 'README.md', 'millrace.d.ts', 'package.json', 'src/millrace.js', 'src/negotiation.js']) {
    assert.ok(names.includes(name), name);
  }
  assert.ok(names.every((name) => !/test|target|bundle/.test(name)), `${names}`);
});
