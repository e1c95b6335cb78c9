import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answering, connect, manual, range, record, settle, setUp, until } from './support.js';

// Subscriptions change while there is a connection that has its channels in the URL.

const long = (n) => `${'c'.repeat(57)}${n + 100}`;

for (const transports of [['sse', 'stream'], ['sse', 'longpoll'], ['sse', 'websocket']]) {
  test(`a list that outgrows the URL of ${transports[0]} moves to ${transports[1]}, and may shrink again`, async (t) => {
    // Enough time for the first to deliver, even on a busy machine.
    const { server, client } = await setUp(t, { transports, headStart: 1000 });
    server.nextPoll = 5;
    const live = client();
    const seen = record(live);
    const got = [];
    const first = live.subscribe('a', ({ data }) => got.push(data));
    await first.ready;
    await until(() => live.transport === 'sse');
    const subs = range(1, 60).map((n) => live.subscribe(long(n), ({ data }) => got.push(data)));
    await Promise.all(subs.map(({ ready }) => ready));
    assert.equal(live.transport, transports[1]);
    server.publish('a', 1);
    server.publish(long(60), 2);
    await until(() => got.length === 2);
    for (const sub of subs) sub.unsubscribe();
    await live.subscribe('b', ({ data }) => got.push(data)).ready;
    server.publish('a', 3);
    server.publish('b', 4);
    await until(() => got.length === 4);
    assert.deepEqual(got, [1, 2, 3, 4]);
    assert.deepEqual(seen.error, []);
  });
}

test('with SSE alone, a list that outgrows its URL is reported once, and reading resumes when it shrinks', async (t) => {
  const { server, client } = await setUp(t, { transports: ['sse'] });
  const live = client();
  const seen = record(live);
  const got = [];
  const first = live.subscribe('a', ({ data }) => got.push(data));
  await first.ready;
  const subs = range(1, 60).map((n) => live.subscribe(long(n), ({ data }) => got.push(data)));
  await until(() => seen.error.length);
  assert.equal(seen.error[0].status, 414);
  assert.equal(first.state, 'live');
  server.publish('a', 1);
  await until(() => got.length === 1);
  for (const sub of subs.slice(2)) sub.unsubscribe();
  await subs[1].ready;
  server.publish(long(2), 2);
  await until(() => got.length === 2);
  assert.equal(seen.error.length, 1);
});

test('other transports during a change lose nothing that is new', async (t) => {
  const one = manual('one');
  const live = connect('http://test/live', { transports: [one], fetch: answering() });
  t.after(() => live.close());
  live.subscribe('a', () => {});
  await until(() => one.connections.length);
  one.connections[0].frame({ type: 'welcome', cursor: 'k1-1' });
  await settle();
  live.subscribe('b', () => {});
  await until(() => one.connections.length === 2);
  live.use([one]);
  await until(() => one.connections.length === 3);
  assert.deepEqual(one.connections[2].attach.channels, ['a', 'b']);
});

for (const transport of [manual('stream'), manual('socket', true)]) {
  test(`${transport.name}: Retry-After is respected while there is another connection`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    let refused = 0;
    const fetch = async (url) => {
      const query = new URL(url).searchParams;
      if (!query.get('last')) return answering()();
      refused++;
      const headers = { 'Content-Type': 'application/problem+json', 'Retry-After': '60' };
      return new Response(JSON.stringify({ code: 'unavailable' }), { status: 503, headers });
    };
    const tick = async (...steps) => {
      for (const ms of steps.flatMap((all) => [...Array(Math.floor(all / 4000)).fill(4000), all % 4000])) {
        t.mock.timers.tick(ms);
        await settle();
        if (live.state === 'connected') transport.connections.at(-1).frame({ type: 'heartbeat', cursor: 'k1-1' });
        const { connections } = transport;
        const asked = connections.at(-1)?.sent.at(-1);
        if (asked?.id > (connections.answered ?? 0)) {
          connections.answered = asked.id;
          connections.at(-1).frame({ type: 'ok', id: asked.id, cursor: 'k1-1' });
          await settle();
        }
      }
    };
    const { connections } = transport;
    const live = connect('http://test/live', { transports: [transport], minDelay: undefined, maxDelay: undefined, fetch });
    t.after(() => live.close());
    live.subscribe('a', () => {});
    await tick(1, 1);
    connections[0].frame({ type: 'welcome', cursor: 'k1-1', heartbeat: 1e6 });
    await tick(1, 1, 1);
    assert.equal(live.state, 'connected');
    live.subscribe('a', { last: 5 }, () => {});
    await tick(1, 1, 1);
    assert.equal(refused, 1);
    await tick(20_000, 20_000, 19_000);
    assert.equal(refused, 1);
    await tick(3000, 1, 1);
    assert.equal(refused, 2);
    assert.equal(live.state, 'connected');
  });
}
