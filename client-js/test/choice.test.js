import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answering, connect, manual, memory, settle, setUp, timed, until, welcome } from './support.js';

// Which transport is used when some of them fail, hang, or die again and again.

const beat = { type: 'heartbeat', cursor: 'k1-1' };

test('a candidate that fails brings the next one forward at once', async (t) => {
  const all = ['one', 'two', 'three', 'four'].map((name) => manual(name));
  const it = await timed(t, all);
  for (const [i, { connections }] of all.entries()) {
    assert.deepEqual(all.map((one) => one.connections.length), all.map((_, n) => Number(n <= i)));
    connections[0].down();
    await settle();
  }
  assert.equal(it.live.state, 'connecting');
});

test('with all that streams switched off, the first message does not wait for head starts', async (t) => {
  const { server, client } = await setUp(t, { headStart: 60e3 });
  for (const name of ['websocket', 'sse', 'stream']) server.faults[name] = 'off';
  server.publish('a', 1);
  const live = client();
  const got = [];
  live.subscribe('a', { last: 1 }, ({ data }) => got.push(data));
  await until(() => live.transport === 'longpoll' && got.length);
});

test('a candidate that hangs holds nobody up, and may still deliver', async (t) => {
  const slow = manual('slow');
  const broken = manual('broken');
  const it = await timed(t, [slow, broken]);
  await it.tick(400);
  for (const tries of [1, 2, 3]) {
    assert.equal(broken.connections.length, tries);
    broken.connections.at(-1).down();
    await it.tick(tries < 3 ? 2000 : 100);
  }
  assert.equal(slow.connections.length, 1);
  assert.equal(slow.connections[0].closed, false);
  slow.connections[0].frame(welcome);
  assert.equal(it.live.transport, 'slow');
});

/** Lets connections of `bad` die `ms` after their welcome; those of `good` live. Returns how often `bad` was in use. */
const dying = async (it, bad, good, ms, total, down = (one) => one.down({ code: 1006 })) => {
  let used = 0;
  let before;
  for (let at = 0; at < total; at += 100) {
    for (const { connections } of [bad, good]) {
      for (const one of connections) {
        if (one.closed) continue;
        const age = (one.age = (one.age ?? -100) + 100);
        if (!age) one.frame(welcome);
        else if (age % 1000 === 0 || one.sent.at(-1)?.type === 'ping') one.frame(beat);
        const ask = one.sent.find(({ type }) => type === 'subscribe');
        if (ask && !one.answered) one.frame({ type: 'ok', id: (one.answered = ask).id, cursor: 'k1-1' });
        if (connections === bad.connections && age === ms) down(one);
      }
    }
    await settle();
    if (it.live.transport === bad.name && before !== bad.name) used++;
    before = it.live.transport;
    await it.tick(100);
  }
  return used;
};

for (const duplex of [true, false]) {
  for (const [ms, most] of [[200, 2], [2000, 2], [4900, 2], [6000, 4], [9000, 4]]) {
    const what = duplex ? 'socket' : 'stream';
    test(`a ${what} that is killed after ${ms} ms each time is left for one that lives, and taken again when it lives`, async (t) => {
      const bad = manual('bad', duplex);
      const good = manual('good');
      const it = await timed(t, [bad, good]);
      const used = await dying(it, bad, good, ms, 120e3);
      assert.ok(used <= most, `in use ${used} times`);
      assert.equal(it.live.transport, 'good');
      assert.ok(bad.connections.length >= used + 2, 'it is still tried');
      assert.equal(good.connections.filter(({ closed }) => !closed).length, 1, 'what delivers is kept');
      await dying(it, bad, good, Infinity, 700e3);
      assert.equal(it.live.transport, 'bad');
    });
  }
}

for (const [why, down] of Object.entries({
  'a restart': (one) => one.down({ code: 1001 }),
  'a close code of Millrace': (one) => one.down({ code: 4100 }),
  'a goodbye': (one) => {
    one.frame({ type: 'goodbye', reason: 'recycle', after: 0 });
    one.down();
  },
  'a problem of Millrace': (one) => one.down({ status: 503, code: 'unavailable' }),
})) {
  test(`${why} is no fault of the transport`, async (t) => {
    const bad = manual('bad');
    const good = manual('good');
    const it = await timed(t, [bad, good]);
    assert.ok((await dying(it, bad, good, 200, 30e3, down)) > 5);
  });
}

test('a stream whose first frame does not come is tried last by the next page', async (t) => {
  const mute = manual('mute');
  const good = manual('good');
  const storage = memory();
  const it = await timed(t, [mute, good], { storage });
  await it.tick(400);
  good.connections[0].frame(welcome);
  await it.tick(10e3);
  assert.equal(mute.connections[0].closed, true);
  it.live.close();

  storage.setItem([...storage.items.keys()][0], JSON.stringify(['mute', Date.now(), JSON.parse([...storage.items.values()][0])[2]]));
  const before = mute.connections.length;
  const next = connect('http://test/live', { transports: [mute, good], storage, fetch: answering(), headStart: 400 });
  t.after(() => next.close());
  next.subscribe('a', () => {});
  await it.tick(300);
  assert.equal(good.connections.length, 2);
  assert.equal(mute.connections.length, before);
  await it.tick(200);
  assert.equal(mute.connections.length, before + 1);
});

test('what hangs while nothing else works is not blamed', async (t) => {
  const one = manual('one');
  const other = manual('other');
  const storage = memory();
  const it = await timed(t, [one, other], { storage });
  await it.tick(35e3);
  assert.ok(one.connections.length > 2);
  for (let n = 0; n < 100 && other.connections.at(-1).closed; n++) await it.tick(100);
  other.connections.at(-1).frame(welcome);
  assert.deepEqual(JSON.parse([...storage.items.values()][0])[2], []);
});

test('a transport in doubt that is the only one left is used at once', async (t) => {
  const bad = manual('bad');
  const good = manual('good');
  const it = await timed(t, [bad, good]);
  await dying(it, bad, good, 200, 20e3);
  assert.equal(it.live.transport, 'good');
  good.connections.at(-1).down({ code: 1006 });
  await it.tick(3500);
  bad.connections.at(-1).frame(welcome);
  assert.equal(it.live.transport, undefined, 'the other may deliver');
  good.connections.at(-1).down({ code: 1006 });
  assert.equal(it.live.transport, 'bad');
});

test('faults are forgotten after hours', async (t) => {
  const bad = manual('bad');
  const good = manual('good');
  const it = await timed(t, [bad, good]);
  await dying(it, bad, good, 200, 20e3);
  it.live.use([good]);
  for (let s = 0; s < 3 * 3600; s += 10) {
    good.connections.at(-1).frame(beat);
    await it.tick(10e3, 10e3);
  }
  it.live.use([bad, good]);
  await settle();
  bad.connections.at(-1).frame(welcome);
  assert.equal(it.live.transport, 'bad');
});

for (const stored of ['', 'null', '{}', '["x"]', '["bad",1,1]', '[[],1e99,[[]]]', '["bad",9e15,[["bad",1e9,-1],["good"],5]]', '["bad",9e15,[["bad","x",{}]]]']) {
  test(`whatever the storage holds, the client works: ${stored}`, async (t) => {
    const { client } = await setUp(t, { storage: { getItem: () => stored, setItem: () => {} } });
    await client().subscribe('a', () => {}).ready;
  });
}

test('each change of transport is explained', async (t) => {
  const better = manual('better');
  const worse = manual('worse');
  const it = await timed(t, [better, worse]);
  const seen = [];
  it.live.on('transport', (detail) => seen.push(detail));
  await it.tick(400);
  worse.connections[0].frame(welcome);
  await it.tick(1500);
  better.connections[0].frame(welcome);
  better.connections[0].down({ code: 1006 });
  await it.tick(2600);
  worse.connections.at(-1).frame(welcome);
  assert.deepEqual(seen.map(({ name, why }) => [name, why]), [
    ['worse', 'the first that delivered'],
    ['better', 'preferred to worse'],
    ['worse', 'better was lost: closed with 1006'],
  ]);
  const [first, second, third] = seen.map(({ took }) => took);
  assert.ok(first >= 400 && first <= 410, `${first}`);
  assert.ok(second >= 1900 && second <= 1910, `${second}`);
  assert.equal(third, 2600);
  it.live.close();
});

test('the trace has the last 100 decisions, oldest first, and cannot be changed from outside', async (t) => {
  const one = manual('one');
  const it = await timed(t, [one]);
  const whats = () => it.live.trace().map(({ what }) => what);
  assert.deepEqual(whats(), ['try']);
  one.connections[0].frame(welcome);
  one.connections[0].down({ code: 1006 });
  const trace = it.live.trace();
  assert.deepEqual(whats(), ['try', 'delivers', 'down', 'wait']);
  const { time, ...down } = trace[2];
  assert.deepEqual(down, { what: 'down', transport: 'one', code: 1006, status: undefined, reason: 'closed with 1006' });
  assert.equal(time, Date.now());
  trace.length = 0;
  for (let n = 0; n < 100; n++) {
    one.connections.at(-1).frame(welcome);
    one.connections.at(-1).down({ code: 1006 });
    await it.tick(2500, 500);
  }
  assert.equal(it.live.trace().length, 100);
});
