import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL, answering, connect, manual, range, record, setUp, settle, until } from './support.js';

const DUPLEX = ['websocket'];
/** Waits until what has arrived is read. */
const turn = () => new Promise(setImmediate);
const allLive = (...subs) => Promise.all(subs.map(({ ready }) => ready));

for (const name of ALL) {
  test(`${name}: history, live messages, events, patterns and bytes arrive in order, once`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    for (const n of range(1, 5)) server.publish('room.a', n);
    const live = client();
    const one = [];
    const votes = [];
    const all = [];
    await allLive(
      live.subscribe('room.a', { last: 2 }, (message) => one.push(message)),
      live.subscribe('room.a', { events: ['vote'] }, ({ data }) => votes.push(data)),
      live.subscribe('room.**', ({ data }) => all.push(data)),
    );
    server.publish('room.a', 6);
    server.publish('room.a', 7, { event: 'vote' });
    server.publish('room.b', '한글 😀');
    server.publish('room.a', undefined, { base64: 'AP9/' });
    await until(() => one.length === 5 && all.length === 4);
    assert.deepEqual(one.map(({ data }) => data), [4, 5, 6, 7, new Uint8Array([0, 255, 127])]);
    assert.deepEqual(all, [6, 7, '한글 😀', new Uint8Array([0, 255, 127])]);
    assert.deepEqual(votes, [7]);
    assert.deepEqual(Object.keys(one[3]), ['channel', 'event', 'data', 'time', 'cursor', 'from']);
    assert.deepEqual([one[3].channel, one[3].event, one[3].cursor], ['room.a', 'vote', 'k1-7']);
    assert.equal(one[2].event, 'message');
    assert.ok(Math.abs(one[3].time - Date.now()) < 5000);
  });

  test(`${name}: resets under load lose nothing and duplicate nothing`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    server.duplicate = true;
    const live = client();
    const seen = record(live);
    const got = [];
    live.subscribe('a', ({ data }) => got.push(data));
    await until(() => live.state === 'connected');
    for (const n of range(1, 300)) {
      server.publish('a', n);
      if (n % 30 === 0) server.cut();
      if (n % 5 === 0) await turn();
    }
    await until(() => got.length >= 300);
    server.publish('a', 'end');
    await until(() => got.includes('end'));
    assert.deepEqual(got, [...range(1, 300), 'end']);
    assert.deepEqual(seen.gap, []);
  });

  test(`${name}: subscribing and leaving under load disturbs no other`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    const live = client();
    const got = [];
    live.subscribe('a', ({ data }) => got.push(data));
    await until(() => live.state === 'connected');
    const late = [];
    for (const n of range(1, 200)) {
      server.publish('a', n);
      server.publish('b', n);
      if (n % 20 === 0) {
        const [before] = late.slice(-1);
        before?.sub.unsubscribe();
        const heard = [];
        late.push({ n, heard, sub: live.subscribe('b', { last: 5 }, ({ data }) => heard.push(data)) });
      }
      if (n % 3 === 0) await turn();
    }
    await until(() => got.length === 200 && late.at(-1).heard.includes(200));
    assert.deepEqual(got, range(1, 200));
    for (const { heard, n } of late) {
      assert.ok(heard.length === 0 || heard[0] >= n - 4, `${heard} after ${n}`);
      assert.deepEqual(heard, range(heard[0] ?? 1, heard.at(-1) ?? 0));
    }
    assert.equal(late.at(-1).heard.at(-1), 200);
    live.publish('b', 'end');
    await until(() => late.at(-1).heard.includes('end'));
  });

  test(`${name}: a lost epoch is reported as a gap, then reading resumes`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    const live = client();
    const seen = record(live);
    const got = [];
    const sub = live.subscribe('a', ({ data }) => got.push(data));
    await until(() => live.state === 'connected' && sub.cursor);
    server.publish('a', 'old');
    await until(() => got.length === 1);
    server.renew('k2');
    server.publish('a', 'new');
    server.cut();
    await until(() => got.length === 2);
    server.publish('a', 'newer');
    await until(() => got.length === 3);
    assert.deepEqual(got, ['old', 'new', 'newer']);
    assert.deepEqual(seen.gap.map(({ channels, reason }) => [channels, reason]), [[['a'], 'epoch']]);
    assert.equal(sub.cursor, 'k2-2');
  });

  test(`${name}: an expired cursor is reported as a gap, before the messages that are left`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    for (const n of range(1, 9)) server.publish('a', n);
    server.mark = 5;
    server.log = server.log.slice(5);
    const live = client();
    const got = [];
    live.on('gap', ({ reason }) => got.push(reason));
    live.subscribe('a', { cursor: 'k1-2' }, ({ data }) => got.push(data));
    await until(() => got.length === 5);
    assert.deepEqual(got, ['expired', 6, 7, 8, 9]);
  });

  test(`${name}: a refused channel is an error and does not affect others`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    const live = client();
    const seen = record(live);
    const got = [];
    const good = live.subscribe('a', ({ data }) => got.push(data));
    live.subscribe('secret', () => assert.fail());
    await allLive(good, live.subscribe('b', ({ data }) => got.push(data)));
    await until(() => seen.error.length);
    server.publish('a', 1);
    server.publish('b', 2);
    await until(() => got.length === 2);
    assert.equal(seen.error.length, 1);
    const [{ message, code, status, channels }] = seen.error;
    assert.deepEqual([message, code, channels], ['You may not read secret.', 'forbidden', ['secret']]);
    assert.equal(status, name === 'websocket' ? undefined : 403);
  });
}

test('2,000 messages while the transport changes at random: no loss, no duplicates, in order', async (t) => {
  const { server, client } = await setUp(t);
  server.nextPoll = 5;
  const live = client();
  const seen = record(live);
  const heard = { a: [], b: [], 'b.*': [] };
  const subs = ['a', 'b.x', 'b.*'].map((channel) => {
    heard[channel] = [];
    return live.subscribe(channel, ({ data }) => heard[channel].push(data));
  });
  await allLive(...subs);
  for (const n of range(1, 2000)) {
    server.publish(n % 2 ? 'a' : 'b.x', n);
    if (n % 25 === 0) {
      if (Math.random() < 0.3) server.cut();
      live.use([ALL[Math.floor(Math.random() * ALL.length)]]);
    }
    if (n % 400 === 0) {
      const name = ALL[n / 400 - 1];
      live.use([name]);
      await until(() => live.transport === name, name);
    }
    if (n % 5 === 0) await turn();
  }
  // The last one of each, after which no duplicate may arrive.
  server.publish('a', 2001);
  server.publish('b.x', 2002);
  await until(() => heard.a.includes(2001) && heard['b.x'].includes(2002) && heard['b.*'].includes(2002));
  const odd = range(1, 2002).filter((n) => n % 2);
  assert.deepEqual(heard.a, odd);
  assert.deepEqual(heard['b.x'], odd.map((n) => n + 1));
  assert.deepEqual(heard['b.*'], odd.map((n) => n + 1));
  assert.equal(new Set(seen.transport).size, 5, seen.transport.join());
  assert.deepEqual([seen.gap, seen.error], [[], []]);
});

test('a connection that dies before the ok repeats the subscribe and drops what it has seen', async (t) => {
  const { server, client } = await setUp(t, { transports: DUPLEX });
  for (const n of range(1, 9)) server.publish('b', n);
  const live = client();
  const first = [];
  live.subscribe('a', ({ data }) => first.push(data));
  await until(() => live.state === 'connected');
  const got = [];
  let replayed = 0;
  server.beforeOk = async () => {
    server.publish('a', replayed);
    server.publish('b', `live ${replayed}`);
    if (++replayed === 3) server.cut();
    await turn();
  };
  const sub = live.subscribe('b', { last: 5 }, ({ data }) => got.push(data));
  await until(() => replayed >= 3);
  assert.equal(sub.cursor, undefined);
  await until(() => sub.cursor);
  server.publish('b', 'end');
  await until(() => got.includes('end'));
  const asked = server.frames.filter(({ type, channels }) => type === 'subscribe' && channels.includes('b'));
  assert.ok(asked.length >= 2);
  assert.ok(asked.every(({ last, cursor }) => last === 5 && !cursor));
  assert.deepEqual(got.slice(0, 3), [5, 6, 7]);
  assert.equal(new Set(got).size, got.length);
  await until(() => first.length >= 3);
  assert.deepEqual(first, range(0, first.length - 1));
});

test('frames read between those of a replay wait for their turn', async (t) => {
  const socket = manual('socket', true);
  const live = connect('http://test/live', { transports: [socket] });
  t.after(() => live.close());
  const got = [];
  const say = (data, more) =>
    socket.connections[0].frame({ type: 'message', channel: 'b', data, cursor: `k1-${data}`, ...more });
  const first = live.subscribe('a', () => {});
  await until(() => socket.connections.length);
  const [{ frame, sent }] = socket.connections;
  frame({ type: 'welcome', version: 1, cursor: 'k1-8' });
  await settle();
  frame({ type: 'ok', id: sent[0].id, cursor: 'k1-8' });
  const sub = live.subscribe('b', { cursor: 'k1-2' }, ({ data }) => got.push(data));
  await until(() => sent.length === 2);
  const { id } = sent[1];
  say(3, { replay: id });
  say(9);
  assert.equal(first.cursor, 'k1-9');
  say(5, { replay: id });
  say(9, { replay: id });
  say(10, { replay: id });
  say(12, { replay: id });
  assert.equal(first.cursor, 'k1-9', 'a replay is not resumed from');
  assert.equal(sub.cursor, undefined);
  say(10);
  say(12);
  say(13);
  assert.deepEqual(got, [3, 5, 9, 10, 12]);
  frame({ type: 'ok', id, cursor: 'k1-13' });
  await settle();
  assert.deepEqual(got, [3, 5, 9, 10, 12, 13]);
  assert.equal(sub.cursor, 'k1-13');
});

test('subscriptions of one cursor and filter share a subscribe', async (t) => {
  const { server, client } = await setUp(t, { transports: DUPLEX });
  const live = client();
  for (const channel of ['a', 'b', 'c']) live.subscribe(channel, () => {});
  for (const channel of ['d', 'e']) live.subscribe(channel, { events: ['x'] }, () => {});
  await until(() => server.frames.length === 2);
  assert.deepEqual(server.frames.map(({ channels, events }) => [channels, events]), [
    [['a', 'b', 'c'], undefined],
    [['d', 'e'], ['x']],
  ]);
});

test('a second subscription to a name gets its own history', async (t) => {
  for (const name of ALL) {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    for (const n of range(1, 9)) server.publish('a', n);
    const live = client();
    const one = [];
    const two = [];
    live.subscribe('a', { last: 2, events: ['message'] }, ({ data }) => one.push(data));
    live.subscribe('a', { last: 3 }, ({ data }) => two.push(data));
    await until(() => one.length === 2 && two.length === 3, name);
    const three = [];
    await live.subscribe('a', { last: 4 }, ({ data }) => three.push(data)).ready;
    assert.equal(three.length, 4, name);
    server.publish('a', 10);
    await until(() => [one, two, three].every((got) => got.includes(10)), name);
    assert.deepEqual([one, two, three], [[8, 9, 10], [7, 8, 9, 10], [6, 7, 8, 9, 10]]);
  }
});

test('cursors beyond 2^53 are compared exactly', async (t) => {
  const one = manual('one');
  const live = connect('http://test/live', { transports: [one], fetch: answering() });
  t.after(() => live.close());
  const got = [];
  const sub = live.subscribe('a', ({ data }) => got.push(data));
  await until(() => one.connections.length);
  const cursors = ['9', '10', '9007199254740992', '9007199254740993', '9007199254740992', '99999999999999999999'];
  for (const n of cursors) one.connections[0].frame({ type: 'message', channel: 'a', data: n, cursor: `k1-${n}` });
  assert.deepEqual(got, cursors.filter((_, i) => i !== 4));
  assert.equal(sub.cursor, 'k1-99999999999999999999');
});

test('an exception that a callback throws is reported and stops nothing', async (t) => {
  const { server, client } = await setUp(t);
  const live = client();
  const got = [];
  const errors = [];
  live.on('error', () => {
    throw new Error('also in the error listener');
  });
  live.on('error', ({ message }) => errors.push(message));
  live.on('state', () => {
    throw new Error('state');
  });
  live.subscribe('a', { last: 9 }, ({ data }) => {
    got.push(data);
    throw new Error(data);
  });
  live.subscribe('a', { last: 9 }, ({ data }) => got.push(data));
  server.publish('a', 'x');
  server.publish('a', 'y');
  await until(() => got.length === 4);
  assert.deepEqual(errors.filter((message) => message !== 'state'), ['x', 'y']);
  assert.ok(errors.includes('state'));
});

test('unknown frames and fields are ignored', async (t) => {
  for (const name of ['websocket', 'stream']) {
    const { server, client } = await setUp(t, { transports: [name] });
    const live = client();
    const seen = record(live);
    const got = [];
    await live.subscribe('a', ({ data }) => got.push(data)).ready;
    server.tell({ type: 'novelty', cursor: undefined, extra: 1 });
    server.tell({ type: 'heartbeat', extra: {} });
    server.publish('a', 1);
    await until(() => got.length === 1);
    assert.deepEqual(seen.error, []);
  }
});

test('the last to unsubscribe ends the connection, the next one starts again', async (t) => {
  const { server, client } = await setUp(t);
  const live = client();
  const sub = live.subscribe('a', () => assert.fail());
  await until(() => live.state === 'connected');
  sub.unsubscribe();
  server.publish('a', 1);
  await until(() => live.state === 'idle' && !server.open.get('websocket'));
  const got = [];
  await live.subscribe('a', ({ data }) => got.push(data)).ready;
  server.publish('a', 2);
  await until(() => got.length === 1);
  assert.deepEqual(got, [2]);
});

test('unsubscribing on a socket leaves the name', async (t) => {
  const { server, client } = await setUp(t, { transports: DUPLEX });
  const live = client();
  live.subscribe('a', () => {});
  const sub = live.subscribe('b', () => {});
  await until(() => server.frames.length === 1);
  sub.unsubscribe();
  await until(() => server.frames.length === 2);
  const { type, channels } = server.frames[1];
  assert.deepEqual([type, channels], ['unsubscribe', ['b']]);
});

/** A socket and a stream that race for a subscription; the test controls the catch-ups. */
const race = async (t, options) => {
  const socket = manual('socket', true);
  const other = manual('other');
  const asked = [];
  const fetch = (url) =>
    new Promise((resolve) => {
      const answer = (body) => resolve(new Response(JSON.stringify({ messages: [], ...body })));
      asked.push({ query: Object.fromEntries(new URL(url).searchParams), answer });
    });
  const live = connect('http://test/live', { transports: [socket, other], headStart: 5, fetch });
  t.after(() => live.close());
  const got = [];
  const sub = live.subscribe('a', options, ({ data }) => got.push(data));
  await until(() => other.connections.length);
  const say = (connection, n, more) =>
    connection.frame({ type: 'message', channel: 'a', data: n, cursor: `k1-${n}`, ...more });
  return { live, socket: socket.connections[0], sockets: socket.connections, other, asked, got, sub, say };
};
const messages = (...numbers) => numbers.map((n) => ({ channel: 'a', data: n, cursor: `k1-${n}` }));

for (const options of [{}, { last: 2 }]) {
  test(`a stream that begins later than what is read elsewhere is opened again from there, ${JSON.stringify(options)}`, async (t) => {
    const [better, worse] = [manual('better'), manual('worse')];
    const live = connect('http://test/live', { transports: [better, worse], headStart: 5, fetch: answering() });
    t.after(() => live.close());
    const got = [];
    live.subscribe('a', options, ({ data }) => got.push(data));
    await until(() => worse.connections.length);
    const say = ({ frame }, n, more) => frame({ type: 'message', channel: 'a', data: n, cursor: `k1-${n}`, ...more });
    const [first] = better.connections;
    const [other] = worse.connections;
    for (const { attach } of [first, other]) assert.deepEqual([attach.last, attach.cursor], [options.last, undefined]);
    other.frame({ type: 'welcome', cursor: options.last ? undefined : 'k1-10' });
    if (options.last) say(other, 9, { replay: true });
    if (options.last) assert.equal(live.transport, undefined, 'more is to come');
    if (options.last) say(other, 10);
    assert.equal(live.transport, 'worse');
    say(other, 11);
    first.frame({ type: 'welcome', cursor: options.last ? undefined : 'k1-20' });
    await settle();
    assert.equal(first.closed, true);
    const [, again] = better.connections;
    assert.deepEqual([again.attach.last, again.attach.cursor], [undefined, 'k1-11']);
    say(other, 12);
    again.frame({ type: 'welcome', cursor: 'k1-11' });
    assert.equal(live.transport, 'better');
    for (const n of [12, 13]) say(again, n);
    assert.deepEqual(got, options.last ? range(9, 13) : range(11, 13));
  });

  test(`a late ok does not skip what is read elsewhere, ${JSON.stringify(options)}`, async (t) => {
    const { socket, other, asked, got, sub, say, live } = await race(t, options);
    socket.frame({ type: 'welcome', cursor: 'k1-20' });
    await settle();
    const [{ id, last }] = socket.sent;
    assert.equal(last, options.last);
    const [connection] = other.connections;
    connection.frame({ type: 'welcome', cursor: 'k1-10' });
    say(connection, 11);
    if (last) for (const n of [19, 20]) say(socket, n, { replay: id });
    say(socket, 21);
    say(connection, 12);
    assert.deepEqual(got, [11, 12]);
    socket.frame({ type: 'ok', id, cursor: 'k1-21' });
    await until(() => asked.length === 1);
    assert.equal(asked[0].query.cursor, 'k1-12');
    say(socket, 22);
    say(connection, 13);
    asked[0].answer({ cursor: 'k1-21', messages: messages(...range(13, 21)) });
    await until(() => live.transport === 'socket');
    say(socket, 23);
    assert.deepEqual(got, range(11, 23));
    assert.equal(sub.cursor, 'k1-23');
  });
}
