import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL, answering, connect, manual, range, record, setUp, settle, until } from './support.js';
import { Users } from './users.js';

const ann = { user: 'ann', info: { name: 'Ann' } };
const bob = { user: 'bob' };
const cid = { user: 'cid' };

/** Collects what a subscription reports, and what it adds up to. */
const watch = (sub) => {
  const events = [];
  const present = new Set();
  sub.on('presence', ({ members, count, joined, left }) => {
    for (const { user } of joined) present.add(user);
    for (const user of left) present.delete(user);
    events.push({ members: members.map(({ user }) => user), count, joined: joined.map(({ user }) => user), left });
    if (members.length === count) assert.deepEqual([...present].sort(), members.map(({ user }) => user).sort());
  });
  return events;
};

for (const name of ALL) {
  test(`${name}: who is there at first, who joins and who leaves`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    server.join('a', ann, bob);
    server.join('b', cid);
    const live = client();
    const seen = record(live);
    const a = live.subscribe('a', { presence: true }, () => {});
    const events = watch(a);
    const [full] = await Promise.all([new Promise((resolve) => a.on('presence', resolve)), a.ready]);
    assert.deepEqual(full, { members: [ann, bob], count: 2, joined: [ann, bob], left: [] });
    server.join('a', cid);
    await until(() => events.length === 2);
    server.leave('a', 'ann');
    await until(() => events.length === 3);
    assert.deepEqual(events.slice(1), [
      { members: ['ann', 'bob', 'cid'], count: 3, joined: ['cid'], left: [] },
      { members: ['bob', 'cid'], count: 2, joined: [], left: ['ann'] },
    ]);
    assert.deepEqual(seen.error, []);
  });

  test(`${name}: a reconnect tells only what has changed`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    server.join('a', ann, bob);
    const live = client();
    const events = watch(live.subscribe('a', { presence: true }, () => {}));
    await until(() => events.length === 1);
    for (const n of range(1, 3)) {
      const { length } = server.requests;
      server.cut();
      await until(() => server.requests.length > length + (name === 'poll' ? 20 : 0) && live.state === 'connected', `${n}`);
    }
    assert.equal(events.length, 1);
    server.cut();
    server.rooms.get('a').delete('ann');
    server.rooms.get('a').set('cid', cid);
    await until(() => events.length === 2);
    assert.deepEqual(events[1], { members: ['bob', 'cid'], count: 2, joined: ['cid'], left: ['ann'] });
  });

  test(`${name}: a channel that is called true is one channel`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    server.join('true', ann);
    const live = client();
    const hidden = live.subscribe('hidden', () => {});
    const events = watch(live.subscribe('true', { presence: true }, () => {}));
    await Promise.all([hidden.ready, until(() => events.length === 1)]);
    assert.deepEqual(events[0].members, ['ann']);
  });

  test(`${name}: who does not ask is not told, not even beside another who asks`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    server.join('a', ann);
    server.join('b', bob);
    const live = client();
    const plain = live.subscribe('a', () => {});
    const other = live.subscribe('b', () => {});
    await Promise.all([plain.ready, other.ready]);
    const [quiet, quieter] = [watch(plain), watch(other)];
    const first = watch(live.subscribe('a', { presence: true }, () => {}));
    await until(() => first.length === 1);
    const sub = live.subscribe('a', { presence: true }, () => {});
    const second = watch(sub);
    await until(() => second.length === 1);
    assert.deepEqual(second, first);
    sub.unsubscribe();
    server.join('a', bob);
    server.join('b', cid);
    await until(() => first.length === 2);
    assert.equal(second.length, 1);
    assert.deepEqual([quiet, quieter], [[], []]);
    // Later again: it does not get what it knew then.
    const third = watch(live.subscribe('a', { presence: true }, () => {}));
    await until(() => third.length === 1);
    assert.deepEqual(third[0].members, ['ann', 'bob']);
    // Who may not know it is refused alone.
    const hidden = live.subscribe('hidden', { presence: true }, () => {});
    await assert.rejects(hidden.ready, { code: 'forbidden', channels: ['hidden'] });
    await live.subscribe('hidden', () => {}).ready;
    await until(() => live.state === 'connected' && other.state === 'live' && plain.state === 'live');
    server.leave('a', 'ann');
    // A long poll may have been told over the request before; this answers the next.
    server.publish('a', 1);
    await until(() => third.length === 2);
  });
}

test('changing the transport tells nobody anything', async (t) => {
  const { server, client } = await setUp(t);
  server.nextPoll = 5;
  server.join('a', ann, bob);
  const live = client({ transports: ['poll'] });
  const events = watch(live.subscribe('a', { presence: true }, () => {}));
  await until(() => events.length === 1);
  for (const name of ALL) {
    live.use([name]);
    await until(() => live.transport === name);
    server.join('a', { user: name });
    await until(() => events.at(-1).members.includes(name));
  }
  assert.deepEqual(events.map(({ joined, left }) => [joined, left]), [[['ann', 'bob'], []], ...ALL.map((name) => [[name], []])]);
});

test('SSE that is read with a token has presence too', async (t) => {
  const { server, client } = await setUp(t, { transports: ['sse'] });
  server.users = new Users();
  server.join('a', ann);
  const live = client({ token: server.users.issue('ann') });
  const events = watch(live.subscribe('a', { presence: true }, () => {}));
  await until(() => events.length === 1);
});

/** A connection that the test controls. */
const open = async (t, subscribe) => {
  const [one, two] = [manual('one'), manual('two')];
  const live = connect('http://test/live', { transports: [one], fetch: answering() });
  t.after(() => live.close());
  const subs = subscribe(live);
  await until(() => one.connections.length);
  one.connections[0].frame({ type: 'welcome', version: 1, cursor: 'k1-1' });
  return { live, one, two, subs, tell: (frame) => one.connections[0].frame({ type: 'presence', ...frame }) };
};

test('too many to name: only their number, and later everybody', async (t) => {
  const it = await open(t, (live) => live.subscribe('a', { presence: true }, () => {}));
  const events = [];
  it.subs.on('presence', ({ members, count, joined, left }) => events.push([members.length, count, joined.length, left.length]));
  it.tell({ channel: 'a', count: 1001 });
  await settle();
  it.tell({ channel: 'a', count: 1001 });
  it.tell({ channel: 'a', count: 1002 });
  it.tell({ channel: 'a', members: [ann, bob], count: 2 });
  it.tell({ channel: 'a', joined: [cid, ann], left: ['bob', 'nobody'], count: 2 });
  it.tell({ channel: 'a', joined: [{ user: 'ann', info: 2 }], count: 2 });
  it.tell({ channel: 'a', count: 3000 });
  assert.deepEqual(events, [[0, 1001, 0, 0], [0, 1002, 0, 0], [2, 2, 2, 0], [2, 2, 1, 1], [2, 2, 1, 0], [0, 3000, 0, 2]]);
});

test('who subscribes again is not shown who was there then', async (t) => {
  const one = manual('one', true);
  const live = connect('http://test/live', { transports: [one], fetch: answering() });
  t.after(() => live.close());
  const say = (frame) => one.connections[0].frame(frame);
  const answer = async () => {
    await until(() => one.connections[0].sent.some(({ id, done }) => id && !done));
    for (const command of one.connections[0].sent.filter(({ done }) => !done)) {
      command.done = true;
      say({ type: 'ok', id: command.id, cursor: 'k1-1' });
    }
  };
  live.subscribe('b', () => {});
  const first = live.subscribe('a', { presence: true }, () => {});
  await until(() => one.connections.length);
  say({ type: 'welcome', version: 1, cursor: 'k1-1' });
  await answer();
  say({ type: 'presence', channel: 'a', members: [ann], count: 1 });
  await settle();
  await first.ready;
  first.unsubscribe();
  await answer();
  const second = live.subscribe('a', { presence: true }, () => {});
  const events = watch(second);
  await answer();
  await second.ready;
  say({ type: 'presence', channel: 'a', members: [bob], count: 1 });
  assert.deepEqual(events.map(({ members }) => members), [['bob']]);
});

test('what a candidate says counts when it takes over', async (t) => {
  const it = await open(t, (live) => live.subscribe('a', { presence: true }, () => {}));
  const events = watch(it.subs);
  it.tell({ channel: 'a', members: [ann], count: 1 });
  await settle();
  it.two.duplex = true;
  it.live.use([it.two, it.one]);
  await until(() => it.two.connections.length);
  const [other] = it.two.connections;
  other.send = () => {};
  other.frame({ type: 'welcome', version: 1, cursor: 'k1-1' });
  other.frame({ type: 'presence', channel: 'a', members: [bob], count: 1 });
  await settle();
  assert.equal(events.length, 1);
  it.tell({ channel: 'a', joined: [cid], count: 2 });
  assert.deepEqual(events[1].members, ['ann', 'cid']);
});

test('a client has an id, which it sends with every attach, and what is for the others does not arrive', async (t) => {
  const ids = new Set();
  for (const name of ALL) {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    const [live, other] = [client({ maxRate: 2 }), client()];
    const got = [];
    for (const one of [live, other]) {
      await one.subscribe('a', ({ data }) => got.push([one.id, data])).ready;
      assert.match(one.id, /^[\d-]{20,43}$/);
      ids.add(one.id);
    }
    server.publish('a', 1, { except: live.id });
    server.publish('a', 2);
    await until(() => got.length === 3);
    assert.deepEqual(got.filter(([id]) => id === live.id), [[live.id, 2]]);
    for (const { query } of server.requests) assert.ok(ids.has(query.client), name);
    const rates = server.requests.filter(({ query }) => query.client === live.id).map(({ query }) => query.maxRate);
    assert.ok(rates.includes('2'), name);
  }
  assert.equal(ids.size, 2 * ALL.length);
});

for (const name of ALL) {
  test(`${name}: a gap says how many were missed`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    for (const n of range(1, 9)) server.publish('a', n);
    server.mark = 5;
    server.log = server.log.slice(5);
    const live = client();
    const seen = record(live);
    const got = [];
    const sub = live.subscribe('a', { cursor: 'k1-2' }, ({ data }) => got.push(data));
    const gaps = [];
    sub.on('gap', ({ missed }) => gaps.push(missed));
    await until(() => got.length === 4);
    assert.deepEqual([gaps, seen.gap.map(({ missed }) => missed)], [[{ a: 3 }], [{ a: 3 }]]);
  });
}

test('a message may replace another', async (t) => {
  const frames = [];
  const fetch = async (url, { body }) => (frames.push(JSON.parse(body)), new Response('{"published":null}'));
  const live = connect('http://test/live', { fetch });
  t.after(() => live.close());
  await live.publish('a', 1, { replaces: 'price' });
  assert.equal(frames[0].replaces, 'price');
});
