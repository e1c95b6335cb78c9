import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answering, connect, manual, range, setUp, settle, until } from './support.js';

for (const name of ['websocket', 'sse', 'stream', 'longpoll', 'poll']) {
  for (const begin of [{ cursor: 'k1-0' }, { last: 35 }]) {
    test(`${name}: ${Object.keys(begin)} on a channel that is held catches up over several answers`, async (t) => {
      const { server, client } = await setUp(t, { transports: [name] });
      server.most = 10;
      server.nextPoll = 5;
      const live = client();
      const first = [];
      await live.subscribe('a', ({ data }) => first.push(data)).ready;
      for (const n of range(1, 35)) server.publish('a', n);
      await until(() => first.length === 35);
      const got = [];
      const sub = live.subscribe('a', begin, ({ data }) => got.push(data));
      const other = [];
      live.subscribe('a', begin, ({ data }) => other.push(data));
      await sub.ready;
      server.publish('a', 36);
      await until(() => got.includes(36) && other.includes(36));
      assert.deepEqual(got, range(1, 36));
      assert.deepEqual(other, got);
    });
  }
}

test('a loop that falls behind while others catch up resumes from where it is', async (t) => {
  for (const name of ['websocket', 'stream']) {
    const { server, client } = await setUp(t, { transports: [name] });
    const live = client();
    await live.subscribe('a', () => {}).ready;
    for (const n of range(1, 3500)) server.publish('a', n);
    const begin = { cursor: 'k1-0' };
    const slow = live.subscribe('a', begin);
    const quick = [];
    live.subscribe('a', begin, ({ data }) => quick.push(data));
    const got = [];
    for await (const { data } of slow) if (got.push(data) === 3500) break;
    await until(() => quick.length >= 3500);
    assert.deepEqual(got, range(1, 3500), name);
    assert.deepEqual(quick, got, name);
  }
});

test('a loop that falls behind alone on its channel resumes from where it is', async (t) => {
  for (const name of ['websocket', 'stream']) {
    const { server, client } = await setUp(t, { transports: [name] });
    const live = client();
    const others = [];
    await live.subscribe('b', ({ data }) => others.push(data)).ready;
    const slow = live.subscribe('a');
    await slow.ready;
    for (const n of range(1, 1500)) server.publish('a', n);
    await until(() => slow.state === 'behind');
    server.publish('b', 1);
    await until(() => others.length);
    const got = [];
    const loop = async () => {
      for await (const { data } of slow) got.push(data);
    };
    loop();
    await until(() => got.length >= 1000 && slow.state === 'live');
    server.publish('a', 1501);
    await until(() => got.includes(1501));
    slow.unsubscribe();
    assert.deepEqual(got, range(1, 1501), name);
  }
});

/** A socket that carries `a`, and a catch-up of another subscription, which the test controls. */
const held = async (t, answer) => {
  const socket = manual('socket', true);
  const queries = [];
  const fetch = async (url) => {
    queries.push(Object.fromEntries(new URL(url).searchParams));
    return answering(await answer(queries.length))();
  };
  const live = connect('http://test/live', { transports: [socket], fetch });
  t.after(() => live.close());
  live.subscribe('a', () => {});
  await until(() => socket.connections.length);
  const [connection] = socket.connections;
  const ok = () => connection.frame({ type: 'ok', id: connection.sent.at(-1).id, cursor: 'k1-9' });
  connection.frame({ type: 'welcome', cursor: 'k1-9' });
  await settle();
  ok();
  await until(() => live.state === 'connected');
  const got = [];
  const sub = live.subscribe('a', { cursor: 'k1-0' }, ({ data }) => got.push(data));
  await until(() => connection.sent.length === 2);
  ok();
  return { live, sub, got, queries, connection, ok };
};
const message = (n) => ({ channel: 'a', data: n, cursor: `k1-${n}` });

test('an answer that says "more" without a newer cursor is not asked for again and again', async (t) => {
  const { live, sub, queries, got, connection, ok } = await held(t, () => ({ cursor: 'k1-1', messages: [message(1)], more: true }));
  for (let sent = 2; queries.length < 3; ) {
    await until(() => connection.sent.length > sent);
    sent = connection.sent.length;
    ok();
    await settle();
  }
  assert.deepEqual(queries.map(({ cursor }) => cursor), ['k1-0', 'k1-1', 'k1-1']);
  assert.deepEqual(got, [1]);
  assert.notEqual(sub.state, 'live');
  assert.equal(live.state, 'connected');
});

test('no more is asked for a subscription that has ended', async (t) => {
  let sub;
  const it = await held(t, async (n) => {
    if (n === 2) sub.unsubscribe();
    return { cursor: `k1-${n}`, messages: [message(n)], more: true };
  });
  ({ sub } = it);
  await until(() => it.queries.length === 2);
  await settle();
  await new Promise(setImmediate);
  assert.deepEqual([it.queries.length, it.got], [2, [1]]);
});
