import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL, answering, connect, manual, memory, range, record, setUp, settle, timed, until, welcome } from './support.js';

// Whatever is in between, the client tries again until it works.

const PROBLEM = { 'Content-Type': 'application/problem+json' };
const JSON_TYPE = { 'Content-Type': 'application/json' };
const BETWEEN = {
  'an ingress that answers 404': [404, {}],
  'an ingress that answers 403': [403, {}],
  'a portal that answers 401': [401, {}],
  'a portal that answers 204': [204, {}],
  'a proxy that answers 400': [400, {}],
  'a proxy that answers 405': [405, {}],
  'a proxy that answers 409': [409, {}],
  'a proxy that answers 413': [413, {}],
  'a proxy that answers 407': [407, {}],
  'a proxy that asks to wait 2 hours': [503, { 'Retry-After': '7200' }],
  'a proxy that asks to wait 30 days': [503, { 'Retry-After': '2592000' }],
  'a proxy that asks to wait until next year': [503, { 'Retry-After': 'Fri, 31 Dec 2027 23:59:59 GMT' }],
  'a portal that answers 200': [200, {}],
  'somebody else with a problem': [403, PROBLEM],
  'somebody else with a problem of code 4003': [403, PROBLEM, '{"code":4003}'],
  'somebody else with a problem of code "4010"': [400, PROBLEM, '{"code":"4010","detail":"no"}'],
  'somebody else with a problem of a code of its own': [403, PROBLEM, '{"code":"blocked"}'],
  'a gateway that answers 200 and a version': [200, JSON_TYPE, '{"version":"2.0","message":"maintenance"}\n'],
  'a gateway that answers 200 and a number of a version': [200, JSON_TYPE, '{"version":2}\n'],
  'a gateway that answers 200 and an event': [200, { 'Content-Type': 'text/event-stream' }, 'data: {"version":2}\n\n'],
  'a gateway that answers 200 and an error': [200, JSON_TYPE, '{"type":"error","message":"maintenance"}\n'],
  'a gateway that answers 200 and nothing': [200, JSON_TYPE, '{}\n'],
  'a gateway that answers 200 and null': [200, JSON_TYPE, 'null\n'],
  'a portal that answers 200 and "login"': [200, JSON_TYPE, '"login"\n'],
};
for (const [name, foreign] of Object.entries(BETWEEN)) {
  for (const transports of [ALL, ['websocket'], ['sse'], ['stream'], ['longpoll'], ['poll']]) {
    test(`${name} while a page loads takes nothing from it: ${transports}`, async (t) => {
      const { server, client } = await setUp(t, { transports, headStart: 5 });
      server.foreign = foreign;
      server.nextPoll = 5;
      const live = client();
      const seen = record(live);
      const got = [];
      const sub = live.subscribe('a', ({ data }) => got.push(data));
      const published = live.publish('a', 'first');
      await until(() => server.requests.length > 12);
      assert.equal(sub.state, 'connecting');
      assert.deepEqual(seen.transport, []);
      server.foreign = undefined;
      await sub.ready;
      await published;
      server.publish('a', 'second');
      await until(() => got.includes('second'));
    });
  }

  test(`${name} in the middle stops nothing`, async (t) => {
    const { server, client } = await setUp(t, { headStart: 5 });
    const live = client();
    const got = [];
    const sub = live.subscribe('a', ({ data }) => got.push(data));
    await sub.ready;
    server.foreign = foreign;
    server.cut();
    const before = server.requests.length;
    await until(() => server.requests.length > before + 12);
    server.publish('a', 1);
    server.foreign = undefined;
    await until(() => got.length === 1 && live.state === 'connected');
  });
}

test('an answer that is not from Millrace is reported once, with its status', async (t) => {
  const { server, client } = await setUp(t, { transports: ['stream'] });
  server.foreign = [404, {}];
  const live = client();
  const seen = record(live);
  live.subscribe('a', () => {});
  await until(() => server.requests.length > 5);
  assert.deepEqual(seen.error.map(({ message, status, channels }) => [message, status, channels]), [
    ['HTTP 404', 404, ['a']],
  ]);
  server.foreign = undefined;
  await until(() => live.state === 'connected');
});

for (const [what, close] of Object.entries({ 1000: [1000], 1001: [1001], 'without a code': [], 4100: [4100], 4200: [4200] })) {
  test(`a close frame ${what} is not the end`, async (t) => {
    const { server, client } = await setUp(t, { transports: ['websocket'] });
    const live = client();
    const sub = live.subscribe('a', () => {});
    await sub.ready;
    for (const reader of [...server.readers]) reader.close(...close);
    await until(() => sub.state === 'connecting');
    await until(() => sub.state === 'live');
  });
}

test('when access is taken away, a subscription that is refused on a transport does not affect others', async (t) => {
  for (const name of ALL) {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    const live = client();
    const good = live.subscribe('a', () => {});
    const bad = live.subscribe('b', () => {});
    await Promise.all([good.ready, bad.ready]);
    server.forbidden = /^b/;
    server.cut();
    // An EventSource does not say why.
    if (name === 'sse') live.use(['sse', 'stream']);
    await until(() => bad.state === 'refused', name);
    await until(() => good.state === 'live', name);
  }
});

test('a socket that welcomes and beats but never answers is given up, and others are tried again', async (t) => {
  const socket = manual('socket', true);
  const other = manual('other');
  const it = await timed(t, [socket, other]);
  socket.connections[0].frame(welcome);
  await it.tick(500);
  other.connections[0].down();
  for (let s = 0; s < 19; s++) {
    await it.tick(1000);
    socket.connections.at(-1).frame({ type: 'heartbeat', cursor: 'k1-1' });
  }
  assert.equal(socket.connections.length, 1);
  await it.tick(5000);
  assert.equal(socket.connections[0].closed, true);
  assert.ok(other.connections.length >= 2);
  for (let s = 0; s < 20 && other.connections.at(-1).closed; s++) await it.tick(1000);
  other.connections.at(-1).frame(welcome);
  assert.equal(it.sub.state, 'live');
});

test('a late subscribe that is never answered moves to another transport', async (t) => {
  const socket = manual('socket', true);
  const other = manual('other');
  const it = await timed(t, [socket, other]);
  const [connection] = socket.connections;
  connection.frame(welcome);
  await settle();
  connection.frame({ type: 'ok', id: connection.sent[0].id, cursor: 'k1-1' });
  await settle();
  assert.equal(it.sub.state, 'live');
  const late = it.live.subscribe('b', () => {});
  for (let s = 0; s < 25 && !connection.closed; s++) {
    await it.tick(1000);
    connection.frame({ type: 'heartbeat', cursor: 'k1-1' });
  }
  assert.equal(connection.closed, true);
  await it.tick(3000);
  other.connections.at(-1).frame(welcome);
  await it.tick(3000);
  other.connections.at(-1).frame(welcome);
  assert.equal(late.state, 'live');
});

test('a transport of which only the first block passes is used once, then has to prove itself', async (t) => {
  const first = manual('first');
  const second = manual('second');
  const storage = memory();
  const it = await timed(t, [first, second], { storage });
  first.connections[0].frame(welcome);
  assert.equal(it.live.transport, 'first');
  await it.tick(23e3);
  assert.equal(first.connections[0].closed, true);
  second.connections[0].frame(welcome);
  assert.equal(it.live.transport, 'second');
  for (let s = 0; s < 240; s++) {
    await it.tick(1000, 1000);
    second.connections[0].frame({ type: 'heartbeat', cursor: 'k1-1' });
    const connection = first.connections.at(-1);
    if (!connection.welcomed) connection.frame(welcome);
    connection.welcomed = true;
  }
  assert.ok(first.connections.length >= 3, 'it is still tried');
  assert.equal(it.live.transport, 'second');
  assert.equal(second.connections.length, 1);
  it.live.close();

  const next = connect('http://test/live', { transports: [first, second], fetch: answering(), storage });
  t.after(() => next.close());
  const before = first.connections.length;
  next.subscribe('a', () => {});
  await it.tick(1, 1);
  assert.equal(first.connections.length, before, 'it is remembered');
  await it.tick(400);
  first.connections.at(-1).frame(welcome);
  assert.equal(next.transport, undefined);
  await it.tick(1000);
  first.connections.at(-1).frame({ type: 'heartbeat', cursor: 'k1-1' });
  assert.equal(next.transport, 'first', 'it has proved itself');
});

/**
 * Answers each connection of `first` by a welcome, then a heartbeat at each of these ms, then never; the others
 * of `second` beat on. Counts how often the first was in use.
 */
const passing = async (it, first, second, beats, ms) => {
  let used = 0;
  let before;
  for (let at = 0; at < ms; at += 500) {
    for (const connection of [...first.connections, ...(second?.connections ?? [])]) {
      if (connection.closed) continue;
      const age = (connection.age = (connection.age ?? -500) + 500);
      if (age === 0) connection.frame(welcome);
      const beat = second?.connections.includes(connection) ? age % 15e3 === 0 : beats.includes(age);
      if (age && beat) connection.frame({ type: 'heartbeat', cursor: 'k1-1' });
    }
    if (it.live.transport === 'first' && before !== 'first') used++;
    before = it.live.transport;
    await it.tick(500, 500);
  }
  return used;
};

test('a transport that falls silent once after it had shown more than its first block is not doubted', async (t) => {
  const first = manual('first');
  const second = manual('second');
  const it = await timed(t, [first, second]);
  await passing(it, first, undefined, [1500], 33e3);
  assert.equal(first.connections[0].closed, true);
  await it.tick(3000);
  first.connections.at(-1).frame(welcome);
  assert.equal(it.live.transport, 'first');
});

for (const beats of [[500], [1500], [1500, 14e3, 29e3, 44e3], range(1, 5).map((n) => n * 15e3)]) {
  test(`a transport that falls silent again and again loses to one that works: after ${beats.at(-1) / 1000} s`, async (t) => {
    const first = manual('first');
    const second = manual('second');
    const it = await timed(t, [first, second]);
    const used = await passing(it, first, second, beats, 1200e3);
    assert.ok(used <= 4, `in use ${used} times`);
    assert.equal(it.live.transport, 'second');
    assert.equal(second.connections.filter(({ closed }) => !closed).length, 1);
    // It is still tried, and is used again once it shows more.
    assert.ok(first.connections.length >= 6, `${first.connections.length} tries`);
    const good = range(1, 1200).map((n) => n * 5e3);
    await passing(it, first, second, good, 400e3);
    assert.equal(it.live.transport, 'first');
  });
}

test('the only transport, or all of them, are used however often they fall silent', async (t) => {
  for (const second of [undefined, manual('second')]) {
    const first = manual('first');
    const it = await timed(t, second ? [first, second] : [first]);
    for (let n = 0; n < 6; n++) {
      for (let s = 0; s < 40 && it.live.state !== 'connected'; s++) {
        for (const { connections } of [first, second ?? first]) {
          const connection = connections.at(-1);
          if (connection && !connection.welcomed) connection.frame(welcome);
          if (connection) connection.welcomed = true;
        }
        await it.tick(1000, 500);
      }
      assert.equal(it.live.state, 'connected');
      await it.tick(31e3, 500);
    }
    it.live.close();
    t.mock.timers.reset();
  }
});

test('a socket that takes no publishing again and again loses to one that works', async (t) => {
  const socket = manual('socket', true);
  const other = manual('other');
  let posted = 0;
  const fetch = (url) => {
    if (!url.includes('/publish?')) return answering()();
    posted++;
    return new Response('{"published":"k1-1"}');
  };
  const it = await timed(t, [socket, other], { fetch });
  let used = 0;
  let before;
  for (let at = 0; at < 600e3; at += 500) {
    const connection = socket.connections.at(-1);
    if (!connection.closed && !connection.welcomed) {
      connection.frame(welcome);
      connection.welcomed = true;
    }
    const asked = connection.sent.find(({ type }) => type === 'subscribe');
    if (asked && !connection.answered) {
      connection.answered = true;
      connection.frame({ type: 'ok', id: asked.id, cursor: 'k1-1' });
    }
    for (const one of other.connections) if (!one.closed) one.frame({ type: 'heartbeat', cursor: 'k1-1' });
    if (at % 20e3 === 0) it.live.publish('a', at);
    if (it.live.transport === 'socket' && before !== 'socket') used++;
    before = it.live.transport;
    await it.tick(500, 500);
  }
  assert.ok(used <= 4, `in use ${used} times`);
  assert.equal(it.live.transport, 'other');
  assert.ok(posted > 20);
});

test('SSE of which only the first block passes: stream delivers', async (t) => {
  const { server, client } = await setUp(t, { transports: ['sse', 'stream'] });
  server.faults.sse = 'first';
  server.heartbeat.sse = 30;
  const live = client();
  const got = [];
  const seen = record(live);
  live.subscribe('a', ({ data }) => got.push(data));
  await until(() => live.transport === 'stream' && seen.transport.includes('sse'));
  server.publish('a', 1);
  await until(() => got.length === 1);
  assert.equal(live.transport, 'stream');
});

const AFTER = [
  ['120', 'problem', 120e3],
  ['100000', 'problem', 300e3],
  ['2592000', 'problem', 300e3],
  ['120', 'page', 500],
  ['2592000', 'page', 500],
  ['-5', 'problem', 0],
  ['x', 'problem', 0],
  ['', 'problem', 0],
  ['1e99', 'problem', 0],
  [new Date(60e3).toUTCString(), 'problem', 60e3],
  [new Date(60e3).toUTCString(), 'page', 500],
  [new Date(-1).toUTCString(), 'problem', 0],
];
for (const [value, kind, expected] of AFTER) {
  test(`Retry-After: ${value} of a ${kind} is respected for at most ${expected / 1000} s`, async (t) => {
    let asked = 0;
    const fetch = async () => {
      asked++;
      const headers = new Headers({ 'Retry-After': value });
      if (kind === 'problem') headers.set('Content-Type', 'application/problem+json');
      return { status: 503, headers, json: async () => ({ code: 'unavailable' }) };
    };
    const it = await timed(t, ['longpoll'], { fetch });
    await settle();
    assert.equal(asked, 1);
    await it.tick(Math.max(expected - 500, 0), 500);
    assert.equal(asked, 1);
    await it.tick(2600);
    assert.ok(asked > 1);
  });
}

for (const [after, most] of [[1e12, 300e3], [Infinity, 300e3], [NaN, 0], [-1, 0], ['x', 0], [7000, 7000]]) {
  test(`goodbye.after ${after} is respected for at most ${most / 1000} s`, async (t) => {
    const one = manual('one');
    const it = await timed(t, [one]);
    one.connections[0].frame(welcome);
    one.connections[0].frame({ type: 'goodbye', after });
    one.connections[0].down({ code: 1001 });
    await it.tick(Math.max(most - 500, 0), 500);
    assert.equal(one.connections.length, 1);
    await it.tick(2500);
    assert.ok(one.connections.length > 1);
  });
}

for (const heartbeat of [NaN, -1, 0, 'x', 1e12]) {
  test(`a heartbeat of ${heartbeat} neither ends nor freezes a connection`, async (t) => {
    const one = manual('one');
    const it = await timed(t, [one]);
    one.connections[0].frame({ ...welcome, heartbeat });
    await it.tick(5000);
    assert.equal(it.live.state, 'connected');
    await it.tick(3_700_000, 1000);
    assert.equal(one.connections[0].closed, true);
  });
}

test('at most 10,000 frames wait for a replay, then the connection is given up', async (t) => {
  const one = manual('one', true);
  const it = await timed(t, [one]);
  const [connection] = one.connections;
  connection.frame(welcome);
  await it.tick(1, 1);
  const answer = ({ id }) => connection.frame({ type: 'ok', id, cursor: 'k1-1' });
  answer(connection.sent.findLast(({ type }) => type === 'subscribe'));
  await it.tick(1, 1);
  assert.equal(it.live.state, 'connected');
  const late = [];
  it.live.subscribe('b', { last: 5 }, ({ data }) => late.push(data));
  await it.tick(1, 1);
  const send = (n) => connection.frame({ type: 'message', channel: 'a', cursor: `k1-${n + 1}`, data: n });
  for (const n of range(1, 10_000)) send(n);
  assert.equal(connection.closed, false);
  send(10_001);
  assert.equal(connection.closed, true);
  assert.equal(it.got.length, 10_001);
  await it.tick(2000);
  assert.ok(one.connections.length > 1);
});

test('a catch-up ends with the connection that it is for, also in older browsers', async (t) => {
  const { any } = AbortSignal;
  AbortSignal.any = undefined;
  t.after(() => (AbortSignal.any = any));
  const signals = [];
  const fetch = (url, { signal }) => {
    signals.push(signal);
    return new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  const it = await timed(t, [manual('one')], { fetch });
  assert.equal(signals.length, 0, 'the attach itself says where to begin');
  it.live.subscribe('b', { last: 1 }, () => {});
  it.live.use([manual('two')]);
  await settle();
  assert.deepEqual(signals.map(({ aborted }) => aborted), [false]);
  it.live.use([manual('three')]);
  await settle();
  assert.equal(signals[0].aborted, true);
  // Also in time, if it is not answered.
  await it.tick(100);
  assert.equal(signals[1].aborted, false);
  await it.tick(10.5e3);
  assert.equal(signals[1].aborted, true);
});

test('transports that are taken out do not open later', async (t) => {
  const [one, two, three] = ['one', 'two', 'three'].map((name) => manual(name));
  const it = await timed(t, [one, two]);
  it.live.use([three]);
  await it.tick(2000);
  assert.deepEqual([one.connections.length, two.connections.length, three.connections.length], [1, 0, 1]);
  assert.equal(one.connections[0].closed, true);
  three.connections[0].frame(welcome);
  assert.equal(it.live.transport, 'three');
});

test('a token that never arrives, or cannot be fetched, is reported, and asked for again', async (t) => {
  const none = [
    () => new Promise(() => {}),
    () => Promise.reject(Error('no')),
    () => Promise.reject(),
    () => Promise.reject(Symbol('no')),
    () => { throw Error('no'); },
    () => { throw null; },
    () => '한',
    async () => 'a\nb',
    () => Symbol('x'),
  ];
  for (const token of none) {
    let asked = 0;
    const it = await timed(t, ['longpoll'], { token: () => (asked++ ? 'good' : token()) });
    const seen = record(it.live);
    const published = it.live.publish('a', 1);
    await it.tick(35e3, 500);
    assert.equal(it.sub.state, 'live');
    assert.ok(asked >= 2);
    await published;
    assert.match(seen.error.map(({ message }) => message).join() || 'token:', /^token:/);
    t.mock.timers.reset();
  }
});

test('how long an answer may take can be set', async (t) => {
  const it = await timed(t, ['longpoll'], { timeout: 1000, token: () => new Promise(() => {}) });
  const seen = record(it.live);
  await it.tick(1500);
  assert.match(seen.error[0].message, /none within 1000 ms/);
});

test('anything but a frame ends the connection, not the client', async (t) => {
  for (const text of ['', 'hello', 'null', '1', '"x"', '{']) {
    const sockets = [];
    class Socket {
      constructor() {
        sockets.push(this);
      }
      send() {}
      close() {}
    }
    const live = connect('http://test/live', { transports: ['websocket'], WebSocket: Socket });
    t.after(() => live.close());
    live.subscribe('a', () => {});
    await until(() => sockets.length);
    sockets[0].onmessage({ data: text });
    await until(() => sockets.length > 1);
  }
});

test('a line without end ends a stream', async (t) => {
  let streams = 0;
  const fetch = async (url) => {
    if (!url.includes('/stream')) return answering()();
    streams++;
    const endless = new ReadableStream({
      async pull(to) {
        await new Promise(setImmediate);
        to.enqueue(new Uint8Array(2 ** 20).fill(65));
      },
    });
    return new Response(endless);
  };
  const live = connect('http://test/live', { transports: ['stream'], fetch });
  t.after(() => live.close());
  live.subscribe('a', () => {});
  await until(() => streams > 1);
});

for (const transport of ['websocket', 'stream', 'longpoll', 'poll']) {
  test(`100 channels of 200 characters are read, which no URL holds: ${transport}`, async (t) => {
    const { server, client } = await setUp(t, { transports: [transport] });
    server.nextPoll = 20;
    server.heartbeat[transport] = 50;
    const live = client();
    const got = [];
    const names = range(1, 100).map((n) => `${'c'.repeat(197)}${n + 100}`);
    const subs = names.map((name) => live.subscribe(name, ({ data }) => got.push(data)));
    await Promise.all(subs.map(({ ready }) => ready));
    server.publish(names[0], 1);
    server.publish(names[99], 2);
    await until(() => got.length === 2);
    server.cut();
    server.publish(names[50], 3);
    await until(() => got.length === 3);
    assert.deepEqual(got, [1, 2, 3]);
    assert.ok(server.uris.every((uri) => uri.length < 100));
  });
}

test('an EventSource, which sends nothing but a URL, is left out of the race when that is long', async (t) => {
  const { server, client } = await setUp(t, { transports: ['sse', 'stream'] });
  const live = client();
  const seen = record(live);
  const subs = range(1, 100).map((n) => live.subscribe(`${'c'.repeat(57)}${n + 100}`, () => {}));
  await Promise.all(subs.map(({ ready }) => ready));
  assert.equal(live.transport, 'stream');
  assert.ok(server.requests.every((request) => request.transport !== 'sse'));
  assert.deepEqual(seen.error, []);
});

test('with an EventSource alone, a URL that is too long is reported', async (t) => {
  const { client } = await setUp(t, { transports: ['sse'] });
  const live = client();
  const seen = record(live);
  for (const n of range(1, 100)) live.subscribe(`${'c'.repeat(57)}${n + 100}`, () => {});
  await until(() => seen.error.length);
  const [{ message, status, channels }] = seen.error;
  assert.match(message, /the whole URL is too long for an EventSource \(\d{4}\)/);
  assert.deepEqual([status, channels.length], [414, 100]);
});

test('a proxy that takes only short URLs is reported, and not asked again and again', async (t) => {
  const { server, client } = await setUp(t, { transports: ['stream'] });
  server.longest = 100;
  const live = client();
  const seen = record(live);
  live.subscribe('c'.repeat(120), () => {});
  await until(() => server.requests.length > 3);
  assert.equal(seen.error.length, 1);
  const [{ message, status, channels }] = seen.error;
  assert.match(message, /HTTP 414: the headers or the URL are too long \(\d\d\d characters of URL\)/);
  assert.deepEqual([status, channels.length], [414, 1]);
});

test('credentials go to another origin if the page says so', async (t) => {
  for (const credentials of [undefined, 'include']) {
    const seen = [];
    const fetch = async (url, init) => {
      seen.push(init.credentials);
      return new Response(JSON.stringify({ cursor: 'k1-1', messages: [], nextPoll: 9e6 }));
    };
    class EventSource {
      constructor(url, { withCredentials }) {
        seen.push(withCredentials);
      }
      addEventListener() {}
      close() {}
    }
    const options = { credentials, fetch, EventSource, headStart: 0 };
    const live = connect('http://test/live', { ...options, transports: ['sse', 'poll'] });
    t.after(() => live.close());
    live.subscribe('a', () => {});
    await until(() => seen.length > 2);
    for (const one of seen) assert.ok(credentials ? one === 'include' || one === true : !one, String(one));
  }
});

test('a mount with a slash at the end works, and its query goes along', async (t) => {
  for (const end of ['/', '//', '?tenant=a%26b', '/?tenant=a%26b#x']) {
    const { server } = await setUp(t);
    const mount = server.mount + end;
    const live = connect(mount, { transports: ['longpoll'] });
    t.after(() => live.close());
    await live.subscribe('a', () => {}).ready;
    await live.publish('a', 1);
    live.close();
    for (const uri of server.uris) {
      assert.match(uri, /^\/live(\/longpoll|\/publish)?(\?|$)/);
      assert.equal(uri.includes('tenant=a%26b'), mount.includes('tenant'), uri);
    }
  }
});

for (const mount of ['/live', '', undefined, null, 'http://', 'ftp://x/live', 'ws://x/live', 'data:x', 5, 'javascript:1', 'http://user:pw@x/live', 'https://user@x/live', 'http://:pw@x']) {
  test(`the mount ${mount} throws at once where there is no page`, () => {
    assert.throws(() => connect(mount), { name: 'TypeError', message: /mount/ });
  });
}

test('a mount of a page is relative to it', async (t) => {
  globalThis.location = { href: 'http://localhost:1/app/page.html?x=1' };
  t.after(() => delete globalThis.location);
  const urls = [];
  const fetch = async (url) => {
    urls.push(url);
    return answering()();
  };
  for (const mount of ['/live', 'live', '/', '']) {
    const live = connect(mount, { transports: ['longpoll'], fetch });
    await live.subscribe('a', () => {}).ready;
    live.close();
    assert.throws(() => connect('http://['), TypeError);
  }
  const paths = urls.map((url) => new URL(url).pathname);
  assert.deepEqual([...new Set(paths)], ['/live/longpoll', '/app/live/longpoll', '/longpoll', '/app/page.html/longpoll']);
});
