import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL, answering, connect, manual, range, record, setUp, settle, until } from './support.js';
import { Users } from './users.js';

const turn = () => new Promise(setImmediate);

/** A server that wants tokens, and clients that get them. */
const guarded = async (t, options = {}) => {
  const it = await setUp(t, options);
  const users = new Users();
  it.server.users = users;
  it.server.nextPoll = 5;
  return { ...it, users };
};

/** No token, and no part of one that could be used, in what others may see. */
const assertSecret = (server, ...others) => {
  const text = JSON.stringify([server.uris, ...others]);
  assert.doesNotMatch(text, /secret-|c2VjcmV0/);
};

for (const name of ALL) {
  test(`${name}: everything that needs a token shares one, and it is in no URL`, async (t) => {
    const { server, client, users } = await guarded(t, { transports: [name] });
    let asked = 0;
    const live = client({
      token: async () => {
        asked++;
        await turn();
        return users.issue('ann');
      },
    });
    const seen = record(live);
    const got = [];
    const subs = ['a', 'b', 'c'].map((channel) => live.subscribe(channel, { last: 1 }, ({ data }) => got.push(data)));
    await Promise.all([live.publish('a', 1), live.publish('b', 2), ...subs.map(({ ready }) => ready)]);
    await until(() => got.length === 2);
    assert.equal(asked, 1);
    assert.equal(server.log[0].from, 'ann');
    assert.equal(users.refused, 0);
    assertSecret(server);
    assert.deepEqual(seen.error, []);
  });

  test(`${name}: tokens that expire soon, under load: nothing is lost, doubled or told`, async (t) => {
    const { server, client, users } = await guarded(t, { transports: [name] });
    users.grace = 1500; // A busy machine may be late.
    users.ahead = 86_400_000;
    let asked = 0;
    const lines = [];
    const live = client({
      token: async () => {
        asked++;
        await turn();
        return users.issue('ann', 3000);
      },
      debug: (...line) => lines.push(line),
    });
    const seen = record(live);
    const got = [];
    await live.subscribe('a', ({ data }) => got.push(data)).ready;
    const end = Date.now() + 7000;
    let n = 0;
    while (Date.now() < end) {
      server.publish('a', ++n);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await until(() => got.length >= n);
    assert.deepEqual(got, range(1, n));
    assert.deepEqual([seen.error, seen.gap], [[], []]);
    assertSecret(server, lines, seen);
    assert.ok(asked >= 3 && asked <= 8, `${asked}`);
    if (!/poll/.test(name)) {
      // Changed before the end, so that the application notices nothing.
      assert.deepEqual(seen.state, ['connecting', 'connected']);
      assert.equal(users.refused, 0);
    }
    if (name === 'websocket') {
      assert.equal(server.requests.filter(({ transport }) => transport === name).length, 1);
      assert.ok(server.frames.some(({ type }) => type === 'auth'));
    }
  });

  test(`${name}: a token that has expired unnoticed is replaced at once`, async (t) => {
    const { server, client, users } = await guarded(t, { transports: [name], minDelay: 30e3, maxDelay: 30e3 });
    users.grace = 100;
    users.times = () => ({});
    const live = client({ token: () => users.issue('ann', 1500) });
    const seen = record(live);
    const got = [];
    const sub = live.subscribe('a', ({ data }) => got.push(data));
    await sub.ready;
    const end = Date.now() + 4000;
    let n = 0;
    while (Date.now() < end) {
      server.publish('a', ++n);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await until(() => got.length >= n, name, 15e3);
    assert.deepEqual(got, range(1, n));
    assert.deepEqual([seen.error, seen.gap], [[], []]);
    assert.ok(users.tokens.size >= 3 && users.tokens.size <= 5, `${users.tokens.size}`);
    // What has expired is not sent again.
    if (!/poll/.test(name)) assert.equal(users.refused, 0);
  });

  test(`${name}: the first token is refused, the next one not: nobody waits, nothing is reported`, async (t) => {
    const { client, users } = await guarded(t, { transports: [name], minDelay: 30e3, maxDelay: 30e3 });
    let asked = 0;
    const live = client({ token: () => (asked++ ? users.issue('ann') : users.issue('ann', -1)) });
    const seen = record(live);
    const sub = live.subscribe('a', () => {});
    await Promise.race([sub.ready, new Promise((_, reject) => setTimeout(reject, 15e3, Error('too late')))]);
    assert.equal(asked, 2);
    assert.deepEqual(seen.error, []);
    assert.equal(await live.publish('a', 1), 'k1-1');
  });

  test(`${name}: a token that is refused again and again is reported once, and asked for rarely`, async (t) => {
    const { client, users } = await guarded(t, { transports: [name] });
    let asked = 0;
    let good = false;
    const live = client({ token: () => (asked++, good ? users.issue('ann') : 'secret-wrong') });
    const seen = record(live);
    const sub = live.subscribe('a', () => {});
    const start = Date.now();
    await until(() => asked === 3);
    assert.ok(Date.now() - start >= 900);
    await until(() => users.refused > 5);
    assert.ok(asked <= 3 + (Date.now() - start) / 1000, `${asked}`);
    assert.deepEqual(seen.error.map(({ code, status, channels }) => [code, status, channels]), [['unauthorized', 401, ['a']]]);
    assert.doesNotMatch(seen.error[0].message, /secret/);
    assert.equal(sub.state, 'connecting');
    await assert.rejects(live.publish('a', 1), { code: 'unauthorized' });
    good = true;
    await sub.ready;
  });

  for (const token of ['secret-wrong', undefined]) {
    test(`${name}: ${token ? 'a fixed token that is wrong' : 'no token where one is needed'} ends all subscriptions`, async (t) => {
      const { server, client } = await guarded(t, { transports: [name] });
      const live = client({ token });
      const seen = record(live);
      const subs = range(1, 20).map((n) => live.subscribe(`n.${n}`, () => {}));
      for (const { ready } of subs) await assert.rejects(ready, { code: 'unauthorized', status: 401 });
      await until(() => live.state === 'idle');
      assert.ok(server.requests.length < 5, `${server.requests.length}`);
      assertSecret(server, seen);
    });
  }

  test(`${name}: who has no token may be anonymous`, async (t) => {
    const { server, client, users } = await guarded(t, { transports: [name] });
    users.anonymous = true;
    for (const none of [null, undefined, '']) {
      const live = client({ token: async () => none });
      await live.subscribe('a', () => {}).ready;
      await live.publish('a', 1);
    }
    assert.ok(server.requests.every(({ headers }) => !headers.authorization));
    assert.equal(server.log[0].from, undefined);
  });

  test(`${name}: a user who is disconnected stays out`, async (t) => {
    const { server, client, users } = await guarded(t, { transports: [name] });
    const live = client({ token: () => users.issue('ann') });
    const other = client({ token: () => users.issue('bob') });
    const seen = record(live);
    const [sub] = [live, other].map((it) => it.subscribe('a', () => {}));
    await until(() => live.state === 'connected' && other.state === 'connected');
    server.disconnect('ann');
    const polls = /poll/.test(name);
    await until(() => live.state === (polls ? 'idle' : 'closed'));
    assert.deepEqual(seen.error.map(({ code }) => code), [polls ? 'forbidden' : 'disconnected']);
    assert.equal(sub.state, polls ? 'refused' : 'closed');
    const { length } = server.requests.filter(({ headers }) => !/ann/.test(headers.authorization));
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(server.requests.filter(({ headers }) => !/ann/.test(headers.authorization)).length >= length, true);
    assert.equal(other.state, 'connected');
    assert.equal(users.refused, 0);
  });

  test(`${name}: a channel that is taken away ends alone, the others go on without loss`, async (t) => {
    const { server, client, users } = await guarded(t, { transports: [name], minDelay: 30e3, maxDelay: 30e3 });
    const live = client({ token: () => users.issue('ann') });
    const seen = record(live);
    const got = [];
    const subs = ['a', 'b', 'c', 'd', 'e'].map((channel) => live.subscribe(channel, ({ data }) => got.push(data)));
    await Promise.all(subs.map(({ ready }) => ready));
    // The connection has lasted; one that is ended at once, again and again, is not tried again at once.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    server.publish('b', 1);
    server.publish('c', 2);
    await until(() => got.length === 2);
    server.revoke('ann', /^b$/);
    server.publish('b', 'secret');
    server.publish('c', 3);
    const start = Date.now();
    await until(() => subs[1].state === 'refused' && got.includes(3));
    await until(() => live.state === 'connected');
    assert.ok(Date.now() - start < 15e3, `${Date.now() - start}`);
    server.publish('e', 4);
    await until(() => got.includes(4));
    assert.deepEqual(got, [1, 2, 3, 4]);
    assert.deepEqual(seen.error.map(({ code, channels }) => [code, channels]), [['forbidden', ['b']]]);
    assert.deepEqual(subs.map(({ state }) => state), ['live', 'refused', 'live', 'live', 'live']);
  });
}

test('a server that takes no tokens on a connection: the client attaches again before it expires', async (t) => {
  const { server, client, users } = await guarded(t, { transports: ['websocket'] });
  users.inBand = false;
  const live = client({ token: () => users.issue('ann', 1500) });
  const seen = record(live);
  await live.subscribe('a', () => {}).ready;
  await until(() => server.requests.length === 3);
  await until(() => server.open.get('websocket') === 1);
  assert.deepEqual([seen.error, seen.state], [[], ['connecting', 'connected']]);
  assert.equal(users.refused, 0);
});

test('another user at the next token: reported, and attached as that one when the old one expires', async (t) => {
  const { server, client, users } = await guarded(t, { transports: ['websocket'] });
  users.grace = 300;
  let user = 'ann';
  const live = client({ token: () => users.issue(user, 1500) });
  const seen = record(live);
  await live.subscribe('a', () => {}).ready;
  user = 'bob';
  await until(() => seen.error.length);
  assert.equal(seen.error[0].code, 'unauthorized');
  assert.equal(live.state, 'connected');
  await until(() => server.requests.length === 2 && live.state === 'connected');
  await live.publish('a', 1);
  assert.equal(server.log[0].from, 'bob');
});

test('cookies that have expired are reported, and end the subscriptions', async (t) => {
  for (const name of ALL) {
    const { server, client, users } = await guarded(t, { transports: [name] });
    users.anonymous = true;
    const live = client();
    const sub = live.subscribe('a', () => {});
    await sub.ready;
    users.anonymous = false;
    for (const reader of server.readers) reader.finish?.('expired', 4103, 'unauthorized');
    await until(() => sub.state === 'refused', name);
  }
});

/** The test controls time, one transport and the token function. */
const timed = async (t, token, { duplex = true, answer = { type: 'ok' } } = {}) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1e12 });
  const one = manual('one', duplex);
  const live = connect('http://test/live', { transports: [one], minDelay: undefined, maxDelay: undefined, fetch: answering(), token });
  t.after(() => live.close());
  const tick = async (ms) => {
    const step = Math.max(50, ms / 500);
    for (const end = Date.now() + ms; Date.now() < end; ) {
      t.mock.timers.tick(Math.min(step, end - Date.now()));
      await settle();
      const connection = one.connections.at(-1);
      if (live.transport) connection.frame({ type: 'heartbeat', cursor: 'k1-1' });
      for (const command of connection?.sent ?? []) {
        if (command.type === 'auth' && !command.answered) connection.frame({ ...answer, id: command.id });
        if (command.type === 'auth') command.answered = true;
      }
      await settle();
    }
  };
  const sub = live.subscribe('a', () => {});
  await tick(200);
  const welcome = async (left) => {
    const connection = one.connections.at(-1);
    const now = 5000;
    connection.frame({ type: 'welcome', version: 1, cursor: 'k1-1', heartbeat: 1e9, expires: now + left, now });
    await settle();
    const ask = connection.sent.findLast(({ type }) => type === 'subscribe');
    if (ask) connection.frame({ type: 'ok', id: ask.id, cursor: 'k1-1' });
    await settle();
  };
  const auths = () => one.connections.at(-1).sent.filter(({ type }) => type === 'auth');
  return { live, one, tick, welcome, auths, sub, seen: record(live) };
};

test('tokens are renewed after 70 to 90 % of their time, not all at once', async (t) => {
  const shares = new Set();
  for (const left of [5e3, 600e3, 600e3, 600e3, 10 * 3600e3]) {
    let asked = 0;
    const it = await timed(t, async () => `token-${asked++}`);
    await it.welcome(left);
    assert.equal(it.one.connections[0].token, 'token-0');
    await it.tick(left * 0.69);
    assert.equal(asked, 1);
    let part = 0.69;
    for (; asked === 1; part += 0.01) await it.tick(left * 0.01);
    assert.ok(part <= 0.93, `${part}`);
    shares.add(part);
    await settle();
    assert.deepEqual(it.auths().map(({ token }) => token), ['token-1']);
    assert.equal(it.one.connections.length, 1);
    assert.deepEqual(it.seen.error, []);
    it.live.close();
    t.mock.timers.reset();
  }
  assert.ok(shares.size > 1);
});

test('while no new token can be had, the connection stays; the function is called with back-off', async (t) => {
  let asked = 0;
  const results = [() => 'first', () => Promise.reject(Error('no session')), () => { throw Error('no'); }, () => new Promise(() => {}), () => 'last'];
  const it = await timed(t, () => results[asked++]());
  await it.welcome(100e3);
  await it.tick(91e3);
  assert.ok(asked > 1 && it.seen.error.length);
  await it.tick(60e3);
  assert.equal(asked, 5);
  assert.deepEqual(it.seen.error.map(({ message }) => message), ['token: no session', 'token: no', 'token: none within 20000 ms']);
  assert.deepEqual(it.auths().map(({ token }) => token), ['last']);
  assert.equal(it.one.connections.length, 1);
});

test('a new token that is refused on the connection is reported, and followed by another one later', async (t) => {
  let asked = 0;
  const answer = { type: 'error', code: 'unauthorized', message: 'no' };
  const it = await timed(t, () => `token-${asked++}`, { answer });
  await it.welcome(100e3);
  await it.tick(91e3);
  await it.tick(60e3);
  assert.ok(it.auths().length >= 4 && it.auths().length <= 40, `${it.auths().length}`);
  assert.equal(it.seen.error[0].code, 'unauthorized');
  assert.equal(it.live.state, 'connected');
});

test('a server that says that tokens expire at once is not asked in a loop', async (t) => {
  for (const duplex of [true, false]) {
    let asked = 0;
    const it = await timed(t, () => `token-${asked++}`, { duplex, answer: { type: 'ok', expires: 5000, now: 5000 } });
    await it.welcome(-1000);
    for (let i = 0; i < 100; i++) {
      await it.tick(100);
      const connection = it.one.connections.at(-1);
      if (!duplex && !connection.begun) await it.welcome(0);
      connection.begun = true;
    }
    assert.ok(asked >= 3 && asked <= 12, `${asked}`);
    it.live.close();
    t.mock.timers.reset();
  }
});

test('a connection that expires as soon as it is made, again and again, is not made in a loop', async (t) => {
  let asked = 0;
  // Neither the shortest nor the longest delays; by chance alone, there could be more of them in 30 s.
  t.mock.method(Math, 'random', () => 0.5);
  const it = await timed(t, () => `token-${asked++}`);
  for (let i = 0; i < 600; i++) {
    const connection = it.one.connections.at(-1);
    if (!connection.ended) {
      await it.welcome(10);
      connection.ended = true;
      connection.frame({ type: 'goodbye', reason: 'expired', after: 0 });
      connection.down({ code: 4103 });
    }
    await it.tick(50);
  }
  assert.ok(it.one.connections.length <= 8, `${it.one.connections.length}`);
  assert.ok(asked <= 9, `${asked}`);
});

test('the race begins when there is a token, so that a slow function does no harm to the best transport', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const [one, two] = [manual('one'), manual('two')];
  const token = () => new Promise((resolve) => setTimeout(resolve, 3000, 'x'));
  const live = connect('http://test/live', { transports: [one, two], headStart: 400, fetch: answering(), token });
  t.after(() => live.close());
  live.subscribe('a', () => {});
  for (let i = 0; i < 33; i++) {
    t.mock.timers.tick(100);
    await settle();
  }
  assert.deepEqual([one.connections.length, two.connections.length], [1, 0]);
});

test('a page that is left while it waits for a token does not connect', async (t) => {
  let give;
  const it = await timed(t, () => new Promise((resolve) => (give = resolve)));
  it.live.close();
  give('x');
  await it.tick(1000);
  assert.equal(it.one.connections.length, 0);
});
