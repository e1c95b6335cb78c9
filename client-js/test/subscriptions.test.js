import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL, answering, connect, manual, range, record, setUp, settle, until } from './support.js';

const states = (sub) => {
  const seen = [sub.state];
  sub.on('state', (state) => seen.push(state));
  return seen;
};

for (const name of ALL) {
  test(`${name}: a subscription tells when it is live, lost and live again, and closed`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    const live = client();
    const sub = live.subscribe('a', () => {});
    const seen = states(sub);
    assert.equal(sub.state, 'connecting');
    assert.equal(await sub.ready, sub);
    assert.equal(sub.state, 'live');
    const late = live.subscribe('b', () => {});
    assert.equal(late.state, 'connecting');
    await late.ready;
    assert.equal(sub.state, 'live');
    await server.stop();
    await until(() => sub.state === 'connecting');
    await server.start(server.port);
    await until(() => sub.state === 'live');
    sub.unsubscribe();
    assert.deepEqual([seen[0], seen.at(-1)], ['connecting', 'closed']);
    assert.deepEqual(seen.slice(0, 4), ['connecting', 'live', 'connecting', 'live']);
  });

  test(`${name}: a refused subscription says why, and others live on`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    const live = client();
    const all = record(live);
    const good = live.subscribe('a', () => {});
    const bad = live.subscribe('secret.x', () => {});
    const errors = [];
    bad.on('error', (error) => errors.push(error));
    good.on('error', () => assert.fail());
    await assert.rejects(bad.ready, {
      message: 'You may not read secret.x.',
      code: 'forbidden',
      channels: ['secret.x'],
    });
    assert.equal(bad.state, 'refused');
    assert.ok(errors[0] instanceof Error);
    assert.deepEqual(errors, all.error);
    await good.ready;
    bad.unsubscribe();
    assert.equal(bad.state, 'refused');
  });

  test(`${name}: the subscriptions that a gap concerns get the notice`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    for (const n of range(1, 9)) server.publish('a', n);
    server.mark = 5;
    const live = client();
    const got = [];
    const other = live.subscribe('b', () => {});
    other.on('gap', () => assert.fail());
    await other.ready;
    const sub = live.subscribe('a', { cursor: 'k1-2' }, () => {});
    sub.on('gap', ({ channels, reason }) => got.push([channels, reason]));
    await sub.ready;
    assert.deepEqual(got, [[['a'], 'expired']]);
  });
}

test('a loop that falls behind during a replay, and resumes before its end, misses nothing', { timeout: 60e3 }, async (t) => {
  const socket = manual('socket', true);
  const live = connect('http://test/live', { transports: [socket], fetch: answering(), maxHeld: 4 });
  t.after(() => live.close());
  const sub = live.subscribe('a');
  const loop = sub[Symbol.asyncIterator]();
  const got = [];
  const take = async (count) => {
    for (const _ of range(1, count)) got.push((await loop.next()).value.data);
  };
  await until(() => socket.connections.length);
  const [connection] = socket.connections;
  const message = (n, replay) => connection.frame({ type: 'message', channel: 'a', data: n, cursor: `k1-${n}`, replay });
  const ok = (id) => connection.frame({ type: 'ok', id, cursor: 'k1-8' });
  const asked = async (cursor) => {
    await until(() => connection.sent.at(-1)?.type === 'subscribe' && connection.sent.at(-1).cursor === cursor);
    return connection.sent.at(-1).id;
  };

  connection.frame({ type: 'welcome', version: 1, cursor: 'k1-0' });
  connection.frame({ type: 'ok', id: await asked(undefined), cursor: 'k1-0' });
  await sub.ready;
  for (const n of range(1, 4)) message(n);
  await take(2);
  const first = await asked('k1-4');
  for (const n of [5, 6, 7]) message(n, first);
  assert.equal(sub.state, 'behind');
  await take(2);
  const second = await asked('k1-6');
  message(8, first);
  ok(first);
  for (const n of [7, 8]) message(n, second);
  ok(second);
  await take(4);
  assert.deepEqual(got, range(1, 8));
});

test('how many messages are held for a loop can be set', { timeout: 60e3 }, async (t) => {
  const { server, client } = await setUp(t, { maxHeld: 10 });
  const sub = client().subscribe('a');
  await sub.ready;
  for (const n of range(1, 25)) server.publish('a', n);
  await until(() => sub.state === 'behind');
  assert.equal(sub.cursor, 'k1-10');
  const got = [];
  for await (const { data } of sub) if (got.push(data) === 25) break;
  assert.deepEqual(got, range(1, 25));
});

test('nobody who does not look at ready is bothered', async (t) => {
  const { client } = await setUp(t);
  const noise = [];
  const listen = (error) => noise.push(error);
  process.on('unhandledRejection', listen);
  t.after(() => process.off('unhandledRejection', listen));
  const live = client();
  const sub = live.subscribe('secret', () => {});
  live.subscribe('a', () => {}).unsubscribe();
  await until(() => sub.state === 'refused');
  live.close();
  await assert.rejects(live.subscribe('a', () => {}).ready, /closed/);
  await new Promise(setImmediate);
  assert.deepEqual(noise, []);
});

test('ready rejects if it is closed before', async (t) => {
  const live = connect('http://test/live', { transports: [manual('one')], fetch: answering() });
  t.after(() => live.close());
  const left = live.subscribe('a', () => {});
  left.unsubscribe();
  await assert.rejects(left.ready, { message: 'closed', channels: ['a'] });
  const closed = live.subscribe('a', () => {});
  live.close();
  await assert.rejects(closed.ready, { message: 'closed' });
  assert.equal(closed.state, 'closed');
});

test('an exception that a handler throws is also reported to its subscription', async (t) => {
  const { server, client } = await setUp(t);
  const live = client();
  const told = [];
  const sub = live.subscribe('a', { last: 1 }, () => {
    throw new Error('mine');
  });
  sub.on('error', ({ message }) => told.push(message));
  server.publish('a', 1);
  await until(() => told.length);
  assert.deepEqual(told, ['mine']);
  assert.equal(sub.state, 'live');
});

for (const name of ['websocket', 'stream', 'longpoll']) {
  test(`${name}: a loop gets history and what follows; leaving it unsubscribes`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    const live = client();
    for (const n of range(1, 5)) server.publish('a', n);
    const sub = live.subscribe('a', { last: 2 });
    sub.ready.then(() => server.publish('a', 6));
    const got = [];
    for await (const { data, channel } of sub) {
      assert.equal(channel, 'a');
      if (got.push(data) === 3) break;
    }
    assert.deepEqual(got, [4, 5, 6]);
    assert.equal(sub.state, 'closed');
    await until(() => live.state === 'idle');
  });

  test(`${name}: a loop that is slower than 3,000 messages gets all, with at most 1,000 held`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    const live = client();
    const quick = [];
    live.subscribe('a', ({ data }) => quick.push(data));
    const sub = live.subscribe('a');
    await sub.ready;
    const seen = states(sub);
    for (const n of range(1, 3000)) server.publish('a', n);
    await until(() => quick.length === 3000 && sub.state === 'behind');
    assert.equal(sub.cursor, 'k1-1000');
    const got = [];
    for await (const { data } of sub) if (got.push(data) === 3000) break;
    assert.deepEqual(got, range(1, 3000));
    assert.deepEqual(quick, got);
    assert.deepEqual(seen.slice(0, 2), ['live', 'behind']);
  });
}

test('a loop that fell behind further than the log reaches gets the gap notice', async (t) => {
  const { server, client } = await setUp(t, { transports: ['stream'] });
  const live = client();
  const sub = live.subscribe('a');
  const gaps = [];
  sub.on('gap', ({ reason }) => gaps.push(reason));
  await sub.ready;
  for (const n of range(1, 1200)) server.publish('a', n);
  await until(() => live.state === 'idle');
  server.mark = 1100;
  server.log = server.log.slice(1100);
  const got = [];
  for await (const { data } of sub) if (got.push(data) === 1100) break;
  assert.deepEqual(got, [...range(1, 1000), ...range(1101, 1200)]);
  assert.deepEqual(gaps, ['expired']);
});

test('a signal ends a subscription, with a handler or without', async (t) => {
  const { server, client } = await setUp(t);
  const live = client();
  const controller = new AbortController();
  const { signal } = controller;
  const handled = live.subscribe('a', { signal }, () => assert.fail());
  const looped = live.subscribe('a', { signal });
  await looped.ready;
  const loop = (async () => {
    for await (const _ of looped) assert.fail();
    return 'ended';
  })();
  controller.abort();
  server.publish('a', 1);
  assert.equal(await loop, 'ended');
  assert.deepEqual([handled.state, looped.state], ['closed', 'closed']);
  assert.equal(live.subscribe('a', { signal }, () => {}).state, 'closed');
  await until(() => live.state === 'idle');
});

test('a loop of a refused subscription throws, of a closed one ends', async (t) => {
  const { client } = await setUp(t);
  const live = client();
  const loop = async (sub) => {
    for await (const _ of sub) assert.fail();
    return 'ended';
  };
  await assert.rejects(loop(live.subscribe('secret')), { code: 'forbidden', channels: ['secret'] });
  const refused = live.subscribe('secret');
  await assert.rejects(refused.ready);
  await assert.rejects(loop(refused), { code: 'forbidden' });
  const sub = live.subscribe('a');
  await sub.ready;
  setImmediate(() => live.close());
  assert.equal(await loop(sub), 'ended');
});

test('one loop for each subscription, and none beside a handler', async (t) => {
  const { client } = await setUp(t);
  const live = client();
  const sub = live.subscribe('a');
  sub[Symbol.asyncIterator]();
  assert.throws(() => sub[Symbol.asyncIterator](), /Subscribe once for each loop/);
  assert.throws(() => live.subscribe('a', () => {})[Symbol.asyncIterator](), /without a handler/);
});

test('two steps of a loop at once get two messages', async (t) => {
  const { server, client } = await setUp(t);
  const live = client();
  const sub = live.subscribe('a');
  const loop = sub[Symbol.asyncIterator]();
  await sub.ready;
  const both = [loop.next(), loop.next()];
  server.publish('a', 1);
  server.publish('a', 2);
  assert.deepEqual((await Promise.all(both)).map(({ value }) => value.data), [1, 2]);
  const last = loop.next();
  await loop.return();
  assert.equal((await last).done, true);
});

const cycle = {};
cycle.self = cycle;
const WRONG = [
  ['a', { cursor: 1n }],
  ['a', { cursor: {} }],
  ['a', { last: 1n }],
  ['a', { last: NaN }],
  ['a', { last: '5' }],
  ['a', { events: [1n] }],
  ['a.*', { presence: true }],
  ['a', { events: 'x' }],
  ['a', { events: cycle }],
  ['a,b', {}],
  ['', {}],
  ['a..b', {}],
  ['ann@example.com', {}],
  ['한', {}],
  ['a'.repeat(201), {}],
  [undefined, {}],
  [1n, {}],
  ['a', {}, 'handler'],
];
for (const [channel, options, handler = () => {}] of WRONG) {
  test(`subscribe(${String(channel).slice(0, 20)}, ${Object.keys(options)}) throws at once, and nothing else suffers`, async (t) => {
    const { client } = await setUp(t);
    const live = client();
    assert.throws(() => live.subscribe(channel, options, handler), TypeError);
    await live.subscribe('a', () => {}).ready;
  });
}

test('options are copied', async (t) => {
  const { server, client } = await setUp(t, { transports: ['websocket'] });
  const events = ['x'];
  const options = { events, last: 1 };
  const sub = client().subscribe('a', options, () => {});
  events.push(1n);
  options.last = 1n;
  await sub.ready;
  assert.deepEqual(server.frames[0].events, ['x']);
  assert.equal(server.frames[0].last, 1);
});

test('debug tells decisions, no tokens and no payloads', async (t) => {
  const lines = [];
  const { server, client } = await setUp(t, {
    token: 'good',
    debug: (what, details) => lines.push([what, JSON.stringify(details)]),
  });
  server.faults.websocket = 'off';
  server.refuse = [['unavailable']];
  const live = client();
  const sub = live.subscribe('a', () => {});
  const secret = live.subscribe('secret', () => {});
  await assert.rejects(secret.ready);
  await sub.ready;
  await live.publish('a', 'payload');
  await server.stop();
  await until(() => lines.some(([what]) => what === 'wait'));
  await server.start(server.port);
  const told = (what, part = '') => assert.ok(lines.some(([w, d]) => w === what && d.includes(part)), `${what} ${part}`);
  told('try', '"websocket"');
  told('down', '"websocket"');
  told('delivers', '"sse"');
  told('refused', '"secret"');
  told('confirmed', '"a"');
  told('publish again', '"a"');
  told('wait', '"ms"');
  assert.doesNotMatch(lines.join(), /payload|good/);
});

test('debug: true writes to the console, and what a function throws stops nothing', async (t) => {
  const lines = [];
  t.mock.method(console, 'debug', (...line) => lines.push(line));
  const { client } = await setUp(t, { debug: true });
  await client().subscribe('a', () => {}).ready;
  assert.match(lines[0][0], /^millrace: /);
  const fails = client({
    debug: () => {
      throw new Error('mine');
    },
  });
  await fails.subscribe('a', () => {}).ready;
});

test('a pending step of a loop ends when the server ends all', async (t) => {
  const one = manual('one');
  const live = connect('http://test/live', { transports: [one], fetch: answering() });
  t.after(() => live.close());
  const sub = live.subscribe('a');
  await until(() => one.connections.length);
  const step = sub[Symbol.asyncIterator]().next();
  one.connections[0].down({ code: 4001 });
  await settle();
  await assert.rejects(step, { code: 'disconnected' });
  assert.equal(live.state, 'closed');
});

for (const transport of ALL) {
  test(`${transport}: an event with a comma in its name is one event`, async (t) => {
    const { server, client } = await setUp(t, { transports: [transport] });
    server.nextPoll = 5;
    const live = client();
    const got = [];
    const handler = ({ event, data }) => got.push([event, data]);
    await live.subscribe('a', { events: ['a,b', 'c'] }, handler).ready;
    for (const [event, data] of [['a', 1], ['a,b', 2], ['b', 3], ['c', 4]]) server.publish('a', data, { event });
    await until(() => got.length === 2);
    assert.deepEqual(got, [['a,b', 2], ['c', 4]]);
  });
}
