import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answering, manual, settle, timed, welcome } from './support.js';

// A connection that is dead, though nothing says so, is noticed within 20 s, and at once on a sign of a change.

const page = new EventTarget();
globalThis.addEventListener = page.addEventListener.bind(page);
let hidden = false;
Object.defineProperty(globalThis, 'document', { value: { get hidden() { return hidden; } } });
const happens = (type) => page.dispatchEvent(new Event(type));
const beat = { type: 'heartbeat', cursor: 'k1-1' };

/** Over one transport that has delivered. */
const connected = async (t, { duplex = false, heartbeat = 15e3, ...options } = {}) => {
  const one = manual('one', duplex);
  const it = await timed(t, [one], options);
  const [connection] = one.connections;
  connection.frame({ ...welcome, heartbeat });
  await settle();
  const ask = connection.sent.find(({ type }) => type === 'subscribe');
  if (ask) connection.frame({ type: 'ok', id: ask.id, cursor: 'k1-1' });
  await settle();
  assert.equal(it.live.state, 'connected');
  return { ...it, one, connection };
};

for (const duplex of [true, false]) {
  for (const heartbeat of [10e3, 15e3, ...(duplex ? [25e3, 60e3] : [])]) {
    test(`${duplex ? 'a socket' : 'a stream'} with a heartbeat of ${heartbeat / 1000} s is noticed to be dead within 20 s`, async (t) => {
      const it = await connected(t, { duplex, heartbeat });
      await it.tick(Math.min(heartbeat, 15e3) + 4800);
      assert.equal(it.connection.closed, false);
      await it.tick(300);
      assert.equal(it.connection.closed, true);
    });
  }
}

test('a socket that is silent but answers pings is kept', async (t) => {
  const it = await connected(t, { duplex: true, heartbeat: 60e3 });
  for (let n = 0; n < 10; n++) {
    await it.tick(15.1e3);
    assert.equal(it.connection.sent.at(-1).type, 'ping');
    await it.tick(4e3);
    it.connection.frame(beat);
  }
  assert.equal(it.connection.closed, false);
  assert.equal(it.connection.sent.filter(({ type }) => type === 'ping').length, 10);
});

for (const [name, most] of [['longpoll', 20e3], ['poll', 36.5e3]]) {
  test(`${name}: a request that is never answered is noticed within ${most / 1000} s`, async (t) => {
    let asked = 0;
    let ended;
    const answer = answering({ nextPoll: 15e3 });
    const fetch = (url, { signal }) => {
      if (++asked < 2) return answer();
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject((ended ??= Date.now()) && signal.reason)));
    };
    const it = await timed(t, [name], { fetch });
    const start = Date.now();
    assert.equal(it.live.state, 'connected');
    await it.tick(most + 200);
    assert.ok(ended - start <= most + 200, `${ended - start}`);
    assert.ok(ended - start > 19e3);
  });
}

for (const duplex of [true, false]) {
  test(`${duplex ? 'a socket' : 'a stream'} is checked as soon as the clock shows that the machine has slept`, async (t) => {
    const it = await connected(t, { duplex });
    const { now } = Date;
    Date.now = () => now() + 600e3;
    t.after(() => (Date.now = now));
    await it.tick(5100);
    if (duplex) assert.equal(it.connection.sent.at(-1).type, 'ping');
    else assert.equal(it.one.connections.length, 2);
    assert.equal(it.connection.closed, false, 'make before break');
    if (duplex) it.connection.frame(beat);
    else it.one.connections[1].frame(welcome);
    await settle();
    assert.equal(it.live.state, 'connected');
    if (!duplex) assert.equal(it.connection.closed, true);
    await it.tick(10e3);
    assert.equal(it.live.state, 'connected');
  });
}

test('a stream that is overdue when the page becomes visible is opened again at once, one that is not is kept', async (t) => {
  const it = await connected(t, { heartbeat: 15e3 });
  await it.tick(14e3);
  happens('visibilitychange');
  await it.tick(100);
  assert.equal(it.one.connections.length, 1);
  await it.tick(2e3);
  happens('visibilitychange');
  await it.tick(100);
  assert.equal(it.one.connections.length, 2);
  assert.equal(it.connection.closed, false);
});

test('a page that was frozen in the background does not take its own sleep for silence', async (t) => {
  hidden = true;
  t.after(() => (hidden = false));
  for (const duplex of [true, false]) {
    const it = await connected(t, { duplex });
    t.mock.timers.tick(60e3);
    await settle();
    assert.equal(it.connection.closed, false);
    if (duplex) assert.equal(it.connection.sent.at(-1).type, 'ping');
    else assert.equal(it.one.connections.length, 2);
    it.connection.frame(beat);
    await it.tick(6e3);
    assert.equal(it.connection.closed, false);
    it.live.close();
    t.mock.timers.reset();
  }
});

test('a page that was frozen, whose connection is dead, notices it 5 s later', async (t) => {
  hidden = true;
  t.after(() => (hidden = false));
  const it = await connected(t);
  t.mock.timers.tick(60e3);
  await it.tick(5100);
  assert.equal(it.connection.closed, true);
});
