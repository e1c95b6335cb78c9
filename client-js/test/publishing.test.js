import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { Users } from './users.js';
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

  test(`${name}: after a lost answer, the message is sent again with its key, and published once`, async (t) => {
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

  test(`${name}: a refusal rejects, and the next message is sent`, async (t) => {
    const { server, live } = await open(t);
    const expected = { code: 'forbidden', message: 'You may not publish to secret.', channels: ['secret'] };
    await assert.rejects(live.publish('secret', 1), expected);
    assert.equal(await live.publish('a', 2), 'k1-1');
  });

  test(`${name}: after a temporary failure, it tries again`, async (t) => {
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
  // A long back-off is not mistaken for it.
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

test('the token is sent', async (t) => {
  for (const token of ['good', async () => 'good']) {
    const { server, client } = await setUp(t, { token });
    const live = client({ transports: ['websocket'] });
    live.subscribe('a', () => {});
    await until(() => live.state === 'connected');
    assert.deepEqual(server.frames.map(({ type }) => type), ['subscribe']);
    const [{ headers: upgrade }] = server.requests;
    assert.equal(upgrade['sec-websocket-protocol'], 'millrace.v1,millrace.bearer.Z29vZA');
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
  server.users = new Users();
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
  'shared bytes': new SharedArrayBuffer(3),
  'a Map with a field of its own': new (class extends Map { x = 1; })([[1, 2]]),
  'a Set of a subclass': new (class extends Set {})([1]),
  'a File with a path, as some libraries give it': Object.assign(new Blob(['x']), { path: './x' }),
  'an Error with a field': Object.assign(new Error('x'), { code: 1 }),
  'a regular expression': /x/,
  'a WeakMap': new WeakMap(),
  'what hides all it has': new (class { #x = 1; get x() { return this.#x; } })(),
  'a method inside': { a() {} },
  'a function in an array': [() => {}],
  'a class inside': { a: class {} },
  'a symbol inside': { a: Symbol('x') },
  'a symbol in an array': [Symbol('x')],
  'a symbol in an object': Object(Symbol('x')),
  'a BigInt in an object': Object(1n),
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
  for (const options of [{ key: 1n }, { key: Symbol('x') }, { event: 1n }, { priority: cycle }, { extra: cycle }]) {
    await assert.rejects(live.publish('a', 1, options), TypeError);
  }
  assert.equal(await live.publish('a', 1, undefined), 'k1-1');
});

test('without a key, however that is written, the client makes one, so that a repeat is not another message', async (t) => {
  const { server, client } = await setUp(t);
  const live = client();
  let n = 0;
  for (const key of [undefined, null, NaN, { toJSON: () => null }, () => 'k']) {
    if (typeof key === 'function') {
      await assert.rejects(live.publish('a', 1, { key }), TypeError);
      continue;
    }
    server.lose = 1;
    assert.equal(await live.publish('a', 1, { key }), `k1-${++n}`);
    assert.equal(server.head, n);
  }
  server.lose = 1;
  assert.equal(await live.publish('a', 1, null), `k1-${++n}`);
  assert.equal(server.head, n);
  for (const key of server.keys.keys()) assert.match(key, /^[\d-]{7,64}$/);
});

test('options change nothing about the channel and the data', async (t) => {
  const { server, client } = await setUp(t);
  await client().publish('a', 1, { channel: 'b', data: 2 });
  assert.deepEqual(server.log.map(({ channel, data }) => [channel, data]), [['a', 1]]);
});

const HTML = { 'Content-Type': 'text/html' };
const JSON_TYPE = { 'Content-Type': 'application/json' };
const PROBLEM = { 'Content-Type': 'application/problem+json' };
const AGAINST = {
  'a WAF with 403': [403, HTML],
  'a WAF with 406': [406, HTML],
  'a proxy with 413': [413, HTML],
  'a proxy with 400': [400, HTML],
  'a proxy with 429': [429, HTML],
  'a portal with 200': [200, HTML],
  'a gateway with 200 and JSON': [200, JSON_TYPE, '{"message":"maintenance"}'],
  'a gateway with 200 and a text': [200, JSON_TYPE, '"login"'],
  'a gateway with 200 and null': [200, JSON_TYPE, 'null'],
  'a gateway with 200 and nothing': [200, JSON_TYPE, '{}'],
  'a gateway with 200 and a date': [200, JSON_TYPE, '{"published":20261130}'],
  'a gateway with 204': [204, HTML],
  'a gateway with a problem of its own': [403, PROBLEM, '{"code":"blocked"}'],
  'a gateway with a problem of code 4003': [403, PROBLEM, '{"code":4003}'],
  'a proxy with 502': [502, HTML],
  'a proxy with 503': [503, HTML],
  'a fault of the server': [500, PROBLEM, '{"code":"internal"}'],
  'a reset': 'reset',
};
for (const [name, answer] of Object.entries(AGAINST)) {
  // If nothing is read, 5xx and resets mean that the server is away.
  for (const reads of answer === 'reset' || answer[0] >= 500 ? [true] : [true, false]) {
    test(`${name} for one message does not hold up others indefinitely, ${reads ? 'connected' : 'idle'}`, async (t) => {
      const { server, client } = await setUp(t, { transports: ['stream'] });
      const live = client();
      if (reads) await live.subscribe('a', () => {}).ready;
      let tried = 0;
      server.filter = (text) => (/attack/.test(text) ? (tried++, answer) : undefined);
      const before = live.publish('a', 'before');
      const lost = live.publish('a', 'attack');
      const after = live.publish('a', 'after');
      await assert.rejects(lost, (error) => {
        assert.equal(error.status, answer[0] === 'r' ? undefined : answer[0]);
        assert.match(error.message, /given up/);
        assert.match(error.message, /not known whether it was published/);
        assert.deepEqual(error.channels, ['a']);
        return true;
      });
      assert.equal(tried, 10);
      assert.deepEqual(await Promise.all([before, after]), ['k1-1', 'k1-2']);
      assert.deepEqual(server.log.map(({ data }) => data), ['before', 'after']);
      assert.notEqual(live.state, 'closed');
    });
  }
}

test('the client waits for a server that is away, or that asks to wait', async (t) => {
  const away = {
    'a 503 of a proxy': (server) => (server.foreign = [503, {}]),
    'a 502 of a proxy': (server) => (server.foreign = [502, {}]),
    'resets': (server) => (server.filter = () => 'reset'),
    unavailable: (server) => (server.refuse = range(1, 1000).map(() => ['unavailable'])),
    'request-timeout': (server) => (server.refuse = range(1, 1000).map(() => ['request-timeout'])),
    timeout: (server) => (server.refuse = range(1, 1000).map(() => ['timeout'])),
    'rate-limited': (server) => (server.refuse = range(1, 1000).map(() => ['rate-limited'])),
  };
  for (const [name, goes] of Object.entries(away)) {
    const { server, client } = await setUp(t);
    goes(server);
    const published = client().publish('a', 1);
    await until(() => server.requests.length > 12, name);
    Object.assign(server, { foreign: undefined, filter: () => undefined, refuse: [] });
    assert.equal(await published, 'k1-1', name);
  }
});

test('a mount without a Millrace to publish to rejects at once', async (t) => {
  const { server, client } = await setUp(t);
  server.refuse = [['not-found']];
  await assert.rejects(client().publish('a', 1), { code: 'not-found', status: 404, message: 'not-found' });
  assert.equal(server.requests.length, 1);
});

test('a broker that gives no name', async (t) => {
  const { client } = await setUp(t, { fetch: async () => new Response('{"published":null}') });
  assert.equal(await client().publish('a', 1), undefined);
});

const TOKENS = {
  'of Hangul': '한',
  'with a newline': 'secret\nx',
  'with a NUL': 'secret\0',
  'that is a symbol': Symbol('secret'),
  'from a function, with a newline': () => 'secret\r\n',
  'from an async function, of Hangul': async () => '한',
  'from an async function, a symbol': async () => Symbol('secret'),
  'that is rejected': () => Promise.reject(new Error('no session')),
  'that is rejected with nothing': () => Promise.reject(),
  'that is rejected with a code that looks like one of ours': () => Promise.reject(Object.assign(Error('x'), { code: 'forbidden' })),
};
for (const [name, token] of Object.entries(TOKENS)) {
  for (const transports of [['websocket'], ['stream'], ALL]) {
    test(`a token ${name} is reported, rejects a publish, and may get better: ${transports}`, async (t) => {
      let good = false;
      const given = typeof token === 'function' ? token : () => token;
      const { client } = await setUp(t, { transports, token: () => (good ? 'good' : given()) });
      const plain = typeof token === 'function' ? client() : client({ token });
      const seen = record(plain);
      plain.subscribe('a', () => {});
      await assert.rejects(plain.publish('a', 1), /^Error: token: .*given up/);
      await until(() => seen.error.length > 3);
      for (const { message } of seen.error) {
        assert.match(message, /^token: /);
        assert.doesNotMatch(message, /secret|한/);
      }
      const live = client();
      const sub = live.subscribe('a', () => {});
      const told = record(live);
      await until(() => told.error.length);
      assert.equal(sub.state, 'connecting');
      good = true;
      await sub.ready;
      assert.equal(await live.publish('a', 2), 'k1-1');
    });
  }
}

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

test('other values are published as JSON writes them', async (t) => {
  const { server, client } = await setUp(t);
  const live = client();
  class Point {
    x = 1;
  }
  server.publishesPerSecond = Infinity;
  const given = [
    [NaN, null],
    [Infinity, null],
    [new Date(NaN), null],
    [{ a: undefined, b: 1 }, { b: 1 }],
    [[undefined], [null]],
    [[1, , 2], [1, null, 2]],
    [{ [Symbol('x')]: 1 }, {}],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [{ at: new Date(0), to: new URL('http://x/') }, { at: '1970-01-01T00:00:00.000Z', to: 'http://x/' }],
    [{ toJSON: () => 5 }, 5],
    [new Number(1), 1],
    [new Boolean(true), true],
    [new String('x'), 'x'],
    [[new Number(1)], [1]],
    [new Point(), { x: 1 }],
    [new (class extends Array {})(1, 2), [1, 2]],
    [runInNewContext('({ a: [1] })'), { a: [1] }],
    [Object.create(null), {}],
    [{}, {}],
    ['', ''],
    [0, 0],
    [false, false],
    [null, null],
  ];
  for (const [data] of given) await live.publish('a', data);
  assert.deepEqual(
    server.log.map(({ data }) => data),
    given.map(([, data]) => data),
  );
});

test('at most 1,000 messages wait, and the next one rejects', async (t) => {
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
  test(`a publish that something in between answers with ${foreign[0]} is tried again`, async (t) => {
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
  const [connection] = socket.connections;
  connection.frame({ type: 'welcome', version: 1, cursor: 'k1-1' });
  await settle();
  connection.frame({ type: 'ok', id: connection.sent[0].id, cursor: 'k1-1' });
  await settle();
  const published = live.publish('a', 'x');
  await settle();
  const [, sent] = connection.sent;
  assert.equal(sent.type, 'publish');
  for (let ms = 0; ms < 12e3 && !posted.length; ms += 50) {
    t.mock.timers.tick(50);
    await settle();
  }
  assert.equal(connection.sent.at(-1).type, 'ping');
  assert.equal(connection.closed, true);
  assert.equal(posted[0].key, sent.key);
  t.mock.timers.reset();
  assert.equal(await published, 'k1-9');
});

test('how many messages wait, and how often one is tried, can be set', async (t) => {
  const { server, client } = await setUp(t, { maxUnsent: 2, maxTries: 3 });
  server.foreign = [403, {}];
  const live = client();
  const first = live.publish('a', 1);
  const second = live.publish('a', 2);
  await assert.rejects(live.publish('a', 3), /2 messages wait/);
  await assert.rejects(first, /given up/);
  await assert.rejects(second, /given up/);
  assert.equal(server.requests.length, 6);
});
