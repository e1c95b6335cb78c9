import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL, range, record, setUp, until } from './support.js';

for (const name of ['websocket', 'sse']) {
  const open = async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    const live = client();
    const got = [];
    const sub = live.subscribe('a', (message) => got.push(message));
    await until(() => live.state === 'connected' && sub.cursor);
    return { server, live, got };
  };

  test(`${name}: publishes JSON, bytes and events, with a key of its own or a given one`, async (t) => {
    const { server, live, got } = await open(t);
    assert.equal(await live.publish('a', { n: 1 }), 'k1-1');
    assert.equal(await live.publish('a', new Uint8Array([0, 255])), 'k1-2');
    assert.equal(await live.publish('a', null, { event: 'vote', key: 'mine' }), 'k1-3');
    await until(() => got.length === 3);
    assert.deepEqual(got.map(({ data }) => data), [{ n: 1 }, new Uint8Array([0, 255]), null]);
    assert.equal(got[2].event, 'vote');
    const keys = [...server.keys.keys()];
    assert.equal(keys[2], 'mine');
    for (const key of keys) assert.match(key, /^[A-Za-z0-9_-]{1,64}$/);
    assert.equal(new Set(keys).size, 3);
    assert.equal(name === 'websocket', server.frames.some(({ type }) => type === 'publish'));
  });

  test(`${name}: a lost answer is asked for again with the same key, published once`, async (t) => {
    const { server, live, got } = await open(t);
    server.lose = 2;
    assert.equal(await live.publish('a', 'once'), 'k1-1');
    await live.publish('a', 'next');
    await until(() => got.length === 2);
    assert.deepEqual(got.map(({ data }) => data), ['once', 'next']);
    assert.equal(server.head, 2);
  });

  test(`${name}: many at once stay in order, through resets`, async (t) => {
    const { server, live, got } = await open(t);
    server.publishesPerSecond = Infinity;
    const done = range(1, 60).map((n) => live.publish('a', n));
    for (const n of [10, 30, 50]) {
      await done[n - 1];
      server.cut();
    }
    await Promise.all(done);
    await until(() => got.length === 60);
    assert.deepEqual(got.map(({ data }) => data), range(1, 60));
    assert.ok(server.mostPosting <= 1);
  });

  test(`${name}: a refusal rejects, and the next one goes on`, async (t) => {
    const { server, live } = await open(t);
    const expected = { code: 'forbidden', message: 'You may not publish to secret.', channels: ['secret'] };
    await assert.rejects(live.publish('secret', 1), expected);
    assert.equal(await live.publish('a', 2), 'k1-1');
  });

  test(`${name}: what may pass is tried again`, async (t) => {
    const { server, live } = await open(t);
    server.refuse = [['unavailable'], ['rate-limited'], ['timeout'], ['internal']];
    assert.equal(await live.publish('a', 1), 'k1-1');
    assert.equal(server.refuse.length, 0);
  });
}

test('publishing needs no subscription, and waits for a server that is down', async (t) => {
  const { server, client } = await setUp(t);
  const live = client();
  server.refuse = [['unavailable'], ['unavailable']];
  assert.equal(await live.publish('a', 1), 'k1-1');
  assert.equal(live.state, 'idle');
});

test('Retry-After is honoured', async (t) => {
  // A long back-off is not taken for it.
  const { server, client } = await setUp(t, { minDelay: 1, maxDelay: 1 });
  server.refuse = [['rate-limited', { 'Retry-After': '1' }]];
  const start = Date.now();
  await client().publish('a', 1);
  assert.ok(Date.now() - start >= 990);
});

test('closing rejects what is pending, and what comes later', async (t) => {
  const { server, client } = await setUp(t);
  server.refuse = range(1, 1000).map(() => ['internal']);
  const live = client();
  const pending = live.publish('a', 1);
  setTimeout(() => live.close(), 30);
  await assert.rejects(pending, /closed/);
  await assert.rejects(live.publish('a', 2), /closed/);
});

test('the token goes along', async (t) => {
  for (const token of ['good', async () => 'good']) {
    const { server, client } = await setUp(t, { token });
    server.tokens = true;
    const live = client({ transports: ['websocket'] });
    live.subscribe('a', () => {});
    await until(() => live.state === 'connected');
    assert.deepEqual(server.frames.map(({ type }) => type), ['auth', 'subscribe']);
    const other = client({ transports: ['stream'] });
    other.subscribe('a', () => {});
    await other.publish('a', 1);
    await until(() => other.state === 'connected');
    for (const { transport, headers } of server.requests) {
      if (transport !== 'websocket') assert.equal(headers.authorization, 'Bearer good');
    }
  }
});

test('a token that is refused is an error', async (t) => {
  const { server, client } = await setUp(t, { token: 'bad', transports: ['websocket'] });
  server.tokens = true;
  const live = client();
  const seen = record(live);
  live.subscribe('a', () => {});
  await until(() => seen.error.length);
  assert.equal(seen.error[0].code, 'unauthorized');
  assert.equal(live.transport, undefined);
});

test('what is published while transports change arrives once, in order', async (t) => {
  const { server, client } = await setUp(t);
  server.nextPoll = 5;
  server.publishesPerSecond = Infinity;
  const live = client();
  const got = [];
  const sub = live.subscribe('a', ({ data }) => got.push(data));
  await until(() => sub.cursor);
  const done = [];
  for (const n of range(1, 100)) {
    done.push(live.publish('a', n));
    if (n % 10 === 0) {
      live.use([ALL[n % 5], ALL[(n / 10) % 5]]);
      await done[n - 5];
    }
  }
  await Promise.all(done);
  await until(() => got.length === 100);
  assert.deepEqual(got, range(1, 100));
});
