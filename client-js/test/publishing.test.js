import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL, connect, manual, range, record, setUp, settle, until } from './support.js';

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
  until(() => server.requests.length > 2).then(() => live.close());
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

const cycle = {};
cycle.self = cycle;
const LOST = {
  'a BigInt': 1n,
  'a BigInt inside': { a: [1n] },
  'a cycle': cycle,
  'what toJSON throws': { toJSON: () => { throw new Error('mine'); } },
  undefined: undefined,
  'a function': () => {},
  'a symbol': Symbol('x'),
  'a toJSON that gives nothing': { toJSON: () => undefined },
  'a Map': new Map([[1, 2]]),
  'a Set': new Set([1]),
  'a Promise': Promise.resolve(1),
  'an Error': new Error('x'),
  'a Blob': new Blob(['x']),
  'a Blob inside': { file: new Blob(['x']) },
  'bytes inside': { bytes: new Uint8Array(3) },
  'a buffer inside': [new ArrayBuffer(3)],
};
for (const transport of ['websocket', 'stream']) {
  for (const [name, data] of Object.entries(LOST)) {
    test(`${transport}: ${name} rejects, and nothing else suffers`, async (t) => {
      const { server, client } = await setUp(t, { transports: [transport] });
      const live = client();
      await live.subscribe('a', () => {}).ready;
      const before = live.publish('a', 'before');
      const lost = live.publish('a', data);
      const after = live.publish('a', 'after');
      await assert.rejects(lost);
      assert.deepEqual(await Promise.all([before, after]), ['k1-1', 'k1-2']);
      assert.deepEqual(server.log.map((entry) => entry.data), ['before', 'after']);
    });
  }
}

test('a wrong option rejects too', async (t) => {
  const { client } = await setUp(t);
  const live = client();
  for (const options of [{ key: 1n }, { event: 1n }, { priority: cycle }, { extra: cycle }]) {
    await assert.rejects(live.publish('a', 1, options), TypeError);
  }
  assert.equal(await live.publish('a', 1, { key: undefined }), 'k1-1');
  assert.equal(await live.publish('a', 1, undefined), 'k1-2');
});

const { buffer } = new Uint8Array([9, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
const BYTES = {
  ArrayBuffer: [buffer, [9, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  Uint8Array: [new Uint8Array(buffer, 1, 3), [1, 2, 3]],
  Uint8ClampedArray: [new Uint8ClampedArray(buffer, 1, 2), [1, 2]],
  Int16Array: [new Int16Array(buffer, 2, 2), [2, 3, 4, 5]],
  Float64Array: [new Float64Array([1]), [...new Uint8Array(new Float64Array([1]).buffer)]],
  DataView: [new DataView(buffer, 8), [8, 9]],
  'an empty view': [new Uint8Array(0), []],
};
for (const [name, [data, expected]] of Object.entries(BYTES)) {
  test(`${name} is published as its bytes`, async (t) => {
    const { client } = await setUp(t);
    const live = client();
    const got = [];
    await live.subscribe('a', (message) => got.push(message.data)).ready;
    await live.publish('a', data);
    await until(() => got.length);
    assert.deepEqual(got, [new Uint8Array(expected)]);
  });
}

test('data are copied when they are given', async (t) => {
  const { server, client } = await setUp(t);
  server.refuse = [['unavailable'], ['unavailable']];
  const live = client();
  const object = { n: [1] };
  const bytes = new Uint8Array([1]);
  const done = [live.publish('a', object), live.publish('a', bytes)];
  object.n.push(2);
  bytes[0] = 2;
  await Promise.all(done);
  assert.deepEqual(server.log.map(({ data, base64 }) => data ?? base64), [{ n: [1] }, 'AQ==']);
});

test('what JSON makes of other values is published', async (t) => {
  const { server, client } = await setUp(t);
  const live = client();
  class Point {
    x = 1;
  }
  const given = [NaN, { a: undefined, b: 1 }, [undefined], new Date(0), new Point(), Object.create(null), {}, '', 0, false];
  for (const data of given) await live.publish('a', data);
  assert.deepEqual(
    server.log.map(({ data }) => data),
    [null, { b: 1 }, [null], '1970-01-01T00:00:00.000Z', { x: 1 }, {}, {}, '', 0, false],
  );
});

test('1,000 messages wait at most, and the next one rejects', async (t) => {
  const { server, client } = await setUp(t);
  server.foreign = [503, {}];
  const live = client();
  const done = range(1, 1000).map((n) => live.publish('a', n));
  await assert.rejects(live.publish('a', 1001), { message: /1000 messages wait/, channels: ['a'] });
  server.foreign = undefined;
  assert.equal(await done[0], 'k1-1');
  live.close();
  await Promise.allSettled(done);
});

test('a message that is too large for a socket is refused, and does not end it again and again', async (t) => {
  const { server, client } = await setUp(t, { transports: ['websocket'] });
  const live = client();
  const sub = live.subscribe('a', () => {});
  await sub.ready;
  await assert.rejects(live.publish('a', 'x'.repeat(300_000)), { code: 'too-large', status: 413 });
  await assert.rejects(live.publish('a', '한'.repeat(90_000)), { code: 'too-large' });
  assert.match(await live.publish('a', 'y'.repeat(200_000)), /^k1-/);
  assert.equal(server.requests.filter(({ transport }) => transport === 'websocket').length, 1);
});

for (const foreign of [[404, {}], [403, {}], [413, {}], [204, {}]]) {
  test(`a publish that something on the way answers with ${foreign[0]} is tried again`, async (t) => {
    const { server, client } = await setUp(t);
    server.foreign = foreign;
    const published = client().publish('a', 1);
    await until(() => server.requests.length > 3);
    server.foreign = undefined;
    assert.equal(await published, 'k1-1');
  });
}

for (const code of ['bad-request', 'unauthorized', 'forbidden', 'conflict', 'too-large', 'unsupported-media-type']) {
  for (const transport of ['websocket', 'stream']) {
    test(`${transport}: ${code} of Millrace rejects`, async (t) => {
      const { server, client } = await setUp(t, { transports: [transport] });
      const live = client();
      await live.subscribe('a', () => {}).ready;
      server.refuse = [[code]];
      await assert.rejects(live.publish('a', 1), { code, message: code, channels: ['a'] });
    });
  }
}

test('a publish over a dead socket is sent again after seconds, with its key', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const socket = manual('socket', true);
  const posted = [];
  const fetch = async (url, { body }) => {
    posted.push(JSON.parse(body));
    return new Response('{"published":"k1-9"}');
  };
  const live = connect('http://test/live', { transports: [socket], fetch });
  t.after(() => live.close());
  live.subscribe('a', () => {});
  t.mock.timers.tick(1);
  await settle();
  const [link] = socket.links;
  link.frame({ type: 'welcome', version: 1, cursor: 'k1-1' });
  await settle();
  link.frame({ type: 'ok', id: link.sent[0].id, cursor: 'k1-1' });
  await settle();
  const published = live.publish('a', 'x');
  await settle();
  const [, sent] = link.sent;
  assert.equal(sent.type, 'publish');
  for (let ms = 0; ms < 12e3 && !posted.length; ms += 50) {
    t.mock.timers.tick(50);
    await settle();
  }
  assert.equal(link.sent.at(-1).type, 'ping');
  assert.equal(link.closed, true);
  assert.equal(posted[0].key, sent.key);
  t.mock.timers.reset();
  assert.equal(await published, 'k1-9');
});
