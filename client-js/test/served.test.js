import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { WebSocket } from 'ws';
import * as source from '../src/millrace.js';
import { Browser } from './pages.js';
import { setUp, until } from './support.js';

const folder = new URL('../target/classes/META-INF/millrace/client/', import.meta.url);

const files = readdirSync(folder).filter((name) => /^millrace.*\.js$/.test(name));
const later = files.find((name) => name !== 'millrace.js');

/** The bundle as a page gets it: these files, or also others, and nothing else. */
const load = async (t, names = files) => {
  const alone = mkdtempSync(join(tmpdir(), 'millrace-'));
  t.after(() => rmSync(alone, { recursive: true }));
  writeFileSync(join(alone, 'package.json'), '{"type":"module"}');
  for (const name of names) copyFileSync(new URL(name, folder), join(alone, name));
  return { alone, client: await import(pathToFileURL(join(alone, 'millrace.js')).href) };
};

test('the module that is loaded on demand is named after its contents', () => {
  assert.equal(files.length, 2);
  const sum = createHash('md5').update(readFileSync(new URL(later, folder))).digest('hex');
  assert.equal(later, `millrace-${sum.slice(0, 10)}.js`);
  assert.ok(readFileSync(new URL('millrace.js', folder), 'utf8').includes(`'./${later}'`));
});

test('while that module cannot be loaded, a WebSocket delivers, and what needs it says so and is tried again', async (t) => {
  const { alone, client } = await load(t, ['millrace.js']);
  const { server } = await setUp(t);
  const live = new client.Millrace(server.mount, { WebSocket, minDelay: 1, maxDelay: 5, maxTries: 3 });
  t.after(() => live.close());
  const got = [];
  await live.subscribe('a', ({ data }) => got.push(data)).ready;
  server.publish('a', 1);
  await until(() => got.length === 1);
  server.cut();
  server.publish('a', 2);
  await until(() => got.length === 2);
  const said = { code: 'not-loaded', message: /cannot be loaded/, channels: ['a'] };
  await Promise.all([2, 3].map((data) => assert.rejects(live.publish('a', data), said)));
  const stuck = new client.Millrace(server.mount, { transports: ['longpoll'], minDelay: 1, maxDelay: 5 });
  t.after(() => stuck.close());
  const sub = stuck.subscribe('a', () => {});
  await until(() => stuck.trace().some(({ reason }) => said.message.test(reason)));
  copyFileSync(new URL(later, folder), join(alone, later));
  await live.publish('a', 4);
  await sub.ready;
  await until(() => got.length === 3);
  assert.deepEqual(got, [1, 2, 4]);
});

test('if that module does not arrive, it is asked for again', async (t) => {
  const { alone, client } = await load(t, ['millrace.js']);
  writeFileSync(join(alone, later), 'await new Promise(() => {}); export default () => {};');
  const { server } = await setUp(t);
  const live = new client.Millrace(server.mount, { transports: ['longpoll'], minDelay: 1, maxDelay: 5 });
  t.after(() => live.close());
  const { ready } = live.subscribe('a', () => {});
  await until(() => live.trace().length);
  copyFileSync(new URL(later, folder), join(alone, later));
  await ready;
});

test('what is published before that module is loaded is sent as it was given', async (t) => {
  const { client } = await load(t);
  const { server } = await setUp(t);
  const live = new client.Millrace(server.mount, { WebSocket });
  t.after(() => live.close());
  const bytes = new Uint8Array([1, 2]);
  const value = { n: 1, toJSON: () => ({ n: value.n }) };
  const given = [bytes, value, new Map(), undefined, value];
  const sent = given.map((data) => live.publish('a', data).catch(({ message }) => message));
  bytes[0] = value.n = 9;
  const names = await Promise.all(sent);
  assert.match(names[2], /no type for a Map/);
  assert.match(names[3], /no type for undefined/);
  const got = [];
  live.subscribe('a', { last: 10 }, ({ data }) => got.push(data));
  await until(() => got.length === 3);
  assert.deepEqual(got, [new Uint8Array([1, 2]), { n: 1 }, { n: 1 }]);
});

test('the bundle exports what the source does, and works', async (t) => {
  const { client } = await load(t);
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

test('pages with the bundle and with the sources share a connection, whichever leads', async (t) => {
  const { client: bundle } = await load(t, [...files, 'shared.js']);
  const { server } = await setUp(t);
  const browser = new Browser();
  const got = [];
  const visit = async ({ Millrace }, name) => {
    const live = new Millrace(server.mount, { share: true, ...browser.page().options });
    t.after(() => live.close());
    await live.subscribe('a', ({ data }) => got.push(`${name} ${data}`)).ready;
    return live;
  };
  const first = await visit(bundle, 'bundle');
  await visit(source, 'source');
  await visit(bundle, 'later');
  assert.equal(server.open.get('websocket'), 1);
  server.publish('a', 1);
  await until(() => got.length === 3);
  first.close();
  await until(() => browser.pages.size && server.open.get('websocket') === 1);
  server.publish('a', 2);
  await until(() => got.length === 5);
  assert.deepEqual(got.slice(3).sort(), ['later 2', 'source 2']);
});

test('without the module for sharing, a page connects for itself', async (t) => {
  const { client: { Millrace } } = await load(t);
  const { server } = await setUp(t);
  const live = new Millrace(server.mount, { share: true, ...new Browser().page().options });
  t.after(() => live.close());
  await live.subscribe('a', () => {}).ready;
  assert.equal(live.transport, 'websocket');
});

test('the source map has the sources, and no path of the machine that made it', () => {
  const maps = [['millrace.js.map', 'src/millrace.js', /A subscription is a cursor/], ['shared.js.map', 'src/shared.js', /One connection for all pages/], ['millrace-later.js.map', 'src/later/fallback.js', /loaded on demand/]];
  for (const [name, source, text] of maps) {
    const map = JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
    assert.match(map.sourcesContent[map.sources.indexOf(source)], text);
    for (const path of [map.file, ...map.sources]) assert.doesNotMatch(path, /^\/|\.\.\//);
  }
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
  for (const name of ['LICENSE', 'README.md', 'millrace.d.ts', 'package.json', 'src/millrace.js', 'src/negotiation.js', 'src/later/index.js']) {
    assert.ok(names.includes(name), name);
  }
  assert.ok(names.every((name) => !/test|target|bundle/.test(name)), `${names}`);
});
