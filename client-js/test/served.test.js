import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { WebSocket } from 'ws';
import * as source from '../src/millrace.js';
import { served } from '../tool/served.js';
import { setUp, until } from './support.js';

test('the files work as they are served, without the lines that are comments', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const sources = new URL('../src/', import.meta.url);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const name of readdirSync(sources).filter((file) => file.endsWith('.js'))) {
    const text = served(readFileSync(new URL(name, sources), 'utf8'));
    assert.doesNotMatch(text, /^\s*(\/\/|\*)/m);
    writeFileSync(join(folder, name), text);
  }
  const client = await import(pathToFileURL(join(folder, 'millrace.js')).href);
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
