import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Millrace } from '#client';
import { ALL, answering, connect, manual, memory, record, settle, setUp, until } from './support.js';

for (let disabled = 0; disabled < 31; disabled++) {
  const off = ALL.filter((_, i) => disabled & (1 << i));
  const best = ALL.find((name) => !off.includes(name));
  test(`with ${off.join(', ') || 'nothing'} switched off, ${best} is used`, async (t) => {
    const { server, client } = await setUp(t);
    for (const name of off) server.faults[name] = 'off';
    const live = client();
    const seen = record(live);
    const got = [];
    server.publish('a', 0);
    live.subscribe('a', { last: 1 }, ({ data }) => got.push(data));
    await until(() => live.transport === best && got.length);
    server.nextPoll = 10;
    assert.deepEqual(got, [0]);
    assert.equal(seen.transport.at(-1), best);
    if (best !== 'poll') {
      server.publish('a', 1);
      await until(() => got.length === 2);
    }
    assert.deepEqual(seen.error, []);
  });
}

const BLOCKED = {
  'a proxy that strips the upgrade': { websocket: 'strip' },
  'a proxy that closes at once': { websocket: 'close' },
  'a proxy that answers 500': { websocket: 'error' },
  'a proxy that hangs': { websocket: 'hang' },
  'a proxy that buffers': { websocket: 'hang', sse: 'buffer', stream: 'buffer' },
  'a proxy that hangs on all that stays': { websocket: 'hang', sse: 'hang', stream: 'hang' },
};
for (const [name, faults] of Object.entries(BLOCKED)) {
  test(`${name} is passed over, and not waited for`, async (t) => {
    const { server, client } = await setUp(t, { headStart: undefined });
    Object.assign(server.faults, faults);
    const live = client();
    const got = [];
    const start = Date.now();
    live.subscribe('a', ({ data }) => got.push(data));
    await until(() => live.state === 'connected');
    server.publish('a', 1);
    await until(() => got.length === 1);
    assert.equal(live.transport, faults.sse ? 'longpoll' : 'sse');
    // A transport that hangs would be given up after 10 s.
    assert.ok(Date.now() - start < 9000);
  });
}

test('without an option, each transport has a head start of 150 ms', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const transports = ['first', 'second', 'third', 'fourth'].map((name) => manual(name));
  const live = connect('http://test/live', { transports, headStart: undefined, fetch: answering() });
  t.after(() => live.close());
  live.subscribe('a', () => {});
  t.mock.timers.tick(1);
  await settle();
  for (const [ms, begun] of [[1, 1], [140, 1], [10, 2], [140, 2], [10, 3], [150, 4]]) {
    t.mock.timers.tick(ms);
    await settle();
    assert.equal(transports.filter(({ connections }) => connections.length).length, begun, `${ms}`);
  }
});

test('what is to be used instead is tried again soon if it fails', async (t) => {
  const one = manual('one');
  const other = manual('other');
  const live = connect('http://test/live', { transports: [one], minDelay: 1, fetch: answering() });
  t.after(() => live.close());
  live.subscribe('a', () => {});
  await until(() => one.connections.length);
  one.connections[0].frame({ type: 'welcome', version: 1, cursor: 'k1-1' });
  live.use([other]);
  await until(() => other.connections.length === 1);
  other.connections[0].down(new Error('on purpose'));
  await until(() => other.connections.length === 2, 'another try', 5e3);
  assert.equal(live.transport, 'one');
  other.connections[1].frame({ type: 'welcome', version: 1, cursor: 'k1-1' });
  assert.equal(live.transport, 'other');
});

test('a better transport that delivers later takes over before the other is left', async (t) => {
  const better = manual('better');
  const worse = manual('worse');
  const live = connect('http://test/live', { transports: [better, worse], headStart: 5, fetch: answering() });
  t.after(() => live.close());
  const got = [];
  live.subscribe('a', ({ data }) => got.push(data));
  await until(() => worse.connections.length);
  const [slow] = better.connections;
  const [fast] = worse.connections;
  fast.frame({ type: 'welcome', version: 1, cursor: 'k1-1' });
  assert.equal(live.transport, 'worse');
  assert.equal(slow.closed, false);
  fast.frame({ type: 'message', channel: 'a', data: 2, cursor: 'k1-2' });
  slow.frame({ type: 'welcome', version: 1, cursor: 'k1-1' });
  assert.equal(live.transport, 'better');
  assert.equal(fast.closed, true);
  slow.frame({ type: 'message', channel: 'a', data: 2, cursor: 'k1-2' });
  slow.frame({ type: 'message', channel: 'a', data: 3, cursor: 'k1-3' });
  assert.deepEqual(got, [2, 3]);
});

test('a duplex transport takes over only when its subscriptions are confirmed', async (t) => {
  const better = manual('better', true);
  const worse = manual('worse');
  const live = connect('http://test/live', { transports: [better, worse], headStart: 5, fetch: answering() });
  t.after(() => live.close());
  live.subscribe('a', () => {});
  await until(() => worse.connections.length);
  worse.connections[0].frame({ type: 'welcome', version: 1, cursor: 'k1-7' });
  better.connections[0].frame({ type: 'welcome', version: 1, cursor: 'k1-9' });
  await settle();
  assert.equal(live.transport, 'worse');
  const [ask] = better.connections[0].sent;
  assert.deepEqual(ask, { type: 'subscribe', channels: ['a'], cursor: 'k1-7', id: ask.id });
  better.connections[0].frame({ type: 'ok', id: ask.id, cursor: 'k1-7' });
  await settle();
  assert.equal(live.transport, 'better');
  assert.equal(worse.connections[0].closed, true);
});

test('losers of the race are closed', async (t) => {
  const { server, client } = await setUp(t, { headStart: 0 });
  const live = client();
  live.subscribe('a', () => {});
  await until(() => live.transport === 'websocket');
  await until(() => [...server.open].every(([name, open]) => open === (name === 'websocket' ? 1 : 0)));
});

test('what worked is remembered for 30 minutes and starts at once, better ones are still tried', async (t) => {
  const { server, client } = await setUp(t);
  const storage = memory();
  server.faults.websocket = 'off';
  const first = client({ storage });
  first.subscribe('a', () => {});
  await until(() => first.transport === 'sse');
  first.close();

  server.faults.websocket = undefined;
  server.requests.length = 0;
  const second = client({ storage });
  const seen = record(second);
  second.subscribe('a', () => {});
  await until(() => second.transport === 'websocket');
  assert.deepEqual(seen.transport, ['sse', 'websocket']);
  second.close();

  for (const [key, value] of storage.items) {
    const [name, time] = JSON.parse(value);
    assert.equal(name, 'websocket');
    storage.setItem(key, JSON.stringify(['sse', time - 31 * 60e3]));
  }
  // Enough time for the first to deliver, even on a busy machine.
  const third = client({ storage, headStart: 3000 });
  const later = record(third);
  third.subscribe('a', () => {});
  await until(() => third.transport);
  assert.deepEqual(later.transport, ['websocket']);
});

test('storage that throws is no obstacle', async (t) => {
  const fail = () => {
    throw new Error('denied');
  };
  const { client } = await setUp(t, { storage: { getItem: fail, setItem: fail } });
  const live = client();
  live.subscribe('a', () => {});
  await until(() => live.transport === 'websocket');
});

test('a transport that failed is tried again after 10 s, then twice as late each time, up to 10 minutes', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const better = manual('better');
  const worse = manual('worse');
  const live = connect('http://test/live', { transports: [better, worse], fetch: answering() });
  t.after(() => live.close());
  live.subscribe('a', () => {});
  t.mock.timers.tick(1);
  await settle();
  better.connections[0].down();
  t.mock.timers.tick(60);
  await settle();
  worse.connections[0].frame({ type: 'welcome', cursor: 'k1-1', heartbeat: 1e9 });
  assert.equal(live.transport, 'worse');
  const later = [20, 40, 80, 160, 320, 600, 600].flatMap((s, i) => [[s * 1000 - 30, i + 2], [30, i + 3]]);
  for (const [ms, tries] of [[9990, 1], [20, 2], ...later]) {
    t.mock.timers.tick(ms);
    await settle();
    assert.equal(better.connections.length, tries);
    better.connections.at(-1).down();
    await settle();
  }
  assert.equal(live.transport, 'worse');
});

test('a candidate of another epoch is dropped silently', async (t) => {
  const better = manual('better');
  const worse = manual('worse');
  const live = connect('http://test/live', { transports: [better, worse], headStart: 5, fetch: answering() });
  t.after(() => live.close());
  const seen = record(live);
  const got = [];
  live.subscribe('a', ({ data }) => got.push(data));
  await until(() => worse.connections.length);
  worse.connections[0].frame({ type: 'welcome', cursor: 'k1-1' });
  const [other] = better.connections;
  other.frame({ type: 'welcome', version: 1 });
  assert.equal(live.transport, 'worse');
  other.frame({ type: 'gap', channels: ['a'], reason: 'epoch', cursor: 'k2-0' });
  other.frame({ type: 'message', channel: 'a', data: 'other', cursor: 'k2-1' });
  assert.equal(other.closed, true);
  worse.connections[0].frame({ type: 'message', channel: 'a', data: 'ours', cursor: 'k1-2' });
  assert.deepEqual(got, ['ours']);
  assert.deepEqual([seen.gap, seen.error], [[], []]);
});

test('a newer protocol version is a clear error', async (t) => {
  for (const name of ['websocket', 'sse', 'stream']) {
    const { server, client } = await setUp(t, { transports: [name] });
    server.version = 2;
    const live = client();
    const seen = record(live);
    live.subscribe('a', () => {});
    await until(() => live.state === 'closed');
    assert.match(seen.error[0].message, /protocol version 2/);
  }
});

test('transports can be forced and changed at run time', async (t) => {
  const { client } = await setUp(t, { transports: ['stream'] });
  const live = client();
  live.subscribe('a', () => {});
  await until(() => live.transport === 'stream');
  for (const name of [...ALL, ...ALL.toReversed()]) {
    live.use([name]);
    await until(() => live.transport === name);
  }
});

test('Millrace is a class', async (t) => {
  const { client } = await setUp(t);
  const live = client();
  assert.ok(live instanceof Millrace);
  const methods = Object.getOwnPropertyNames(Millrace.prototype);
  for (const name of ['subscribe', 'publish', 'on', 'use', 'close', 'state', 'transport']) {
    assert.ok(methods.includes(name), name);
  }
  assert.deepEqual(Object.keys(live), []);
});
