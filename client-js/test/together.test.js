import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL, range, record, setUp, until } from './support.js';

// Each subscription is allowed, but not all of them together.

const states = (subs) => {
  const count = {};
  for (const { state } of subs) count[state] = (count[state] ?? 0) + 1;
  return count;
};

for (const name of ALL) {
  test(`${name}: of 130 channels the newest 30 are refused, with few requests`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 50;
    const live = client();
    const seen = record(live);
    const got = [];
    const subs = range(1, 130).map((n) => live.subscribe(`n.${n}`, ({ data }) => got.push(data)));
    await until(() => states(subs).live === 100 && states(subs).refused === 30, name);
    assert.deepEqual(states(subs.slice(100)), { refused: 30 });
    assert.deepEqual([seen.error.length, seen.error[0].code], [30, 'bad-request']);
    assert.match(seen.error[0].message, /At most 100 channels/);
    assert.ok(server.requests.length < 90, `${server.requests.length}`);
    server.publish('n.100', 1);
    server.publish('n.101', 2);
    server.publish('n.1', 3);
    await until(() => got.includes(3));
    assert.deepEqual(got, [1, 3]);
  });

  test(`${name}: a 101st channel that comes later is refused, and spoils no other`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    const live = client();
    const begin = (n) => (n % 2 ? { last: 2 } : {});
    const subs = range(1, 100).map((n) => live.subscribe(`n.${n}`, begin(n), () => {}));
    await until(() => states(subs).live === 100);
    const got = [];
    const same = live.subscribe('n.1', ({ data }) => got.push(data));
    const late = live.subscribe('x', () => {});
    await assert.rejects(late.ready, { code: 'bad-request', channels: ['x'] });
    await same.ready;
    await until(() => states(subs).live === 100);
    server.publish('n.1', 1);
    await until(() => got.length === 1);
    subs[50].unsubscribe();
    await live.subscribe('x', () => {}).ready;
  });

  test(`${name}: filters of more than 100 events together are left to the client`, async (t) => {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    const live = client();
    const got = [];
    const subs = range(1, 60).map((n) =>
      live.subscribe(n % 2 ? 'a' : `n.${n}`, { events: [`e${n}`, `f${n}`] }, ({ event }) => got.push(event)),
    );
    await Promise.all(subs.map(({ ready }) => ready));
    server.publish('a', 1, { event: 'other' });
    server.publish('a', 1, { event: 'e59' });
    server.publish('n.60', 1, { event: 'f60' });
    await until(() => got.length === 2);
    assert.deepEqual(got, ['e59', 'f60']);
  });
}

test('channels that are too long together are refused from the newest on', async (t) => {
  const { server, client } = await setUp(t, { transports: ['stream'] });
  server.mostBytes = 10_000;
  const live = client();
  const subs = range(1, 80).map((n) => live.subscribe(`${'c'.repeat(190)}${n + 100}`, () => {}));
  await until(() => states(subs).refused && states(subs).live);
  await until(() => !states(subs).connecting);
  const { refused } = states(subs);
  assert.deepEqual(states(subs.slice(-refused)), { refused });
  await assert.rejects(subs[79].ready, { code: 'too-large', status: 413 });
});

test('one that is forbidden among many is found, and nobody else is refused', async (t) => {
  for (const name of ALL) {
    const { server, client } = await setUp(t, { transports: [name] });
    server.nextPoll = 5;
    const live = client();
    const subs = range(1, 90).map((n) => live.subscribe(n === 7 || n === 88 ? `secret.${n}` : `n.${n}`, () => {}));
    await until(() => states(subs).live === 88 && states(subs).refused === 2, name);
    assert.ok(server.requests.length + server.frames.length < 60, name);
  }
});
