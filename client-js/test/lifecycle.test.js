import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { answering, connect, manual, range, record, setUp, settle, until } from './support.js';

// What a page has, but Node has not.
const page = new EventTarget();
globalThis.addEventListener = page.addEventListener.bind(page);
let onLine = true;
let hidden = false;
Object.defineProperty(globalThis, 'navigator', { value: { get onLine() { return onLine; } } });
Object.defineProperty(globalThis, 'document', { value: { get hidden() { return hidden; } } });
const happens = (type) => page.dispatchEvent(new Event(type));
afterEach(() => {
  onLine = true;
  hidden = false;
});

/** The test controls time, chance and one transport. */
const open = async (t, { duplex = false, random = () => 0.5, ...options } = {}) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  t.mock.method(Math, 'random', random);
  const one = manual('one', duplex);
  const live = connect('http://test/live', {
    transports: [one],
    minDelay: undefined,
    maxDelay: undefined,
    fetch: answering(),
    ...options,
  });
  t.after(() => live.close());
  const tick = async (ms) => {
    for (let left = ms; left > 0; left -= 4000) {
      t.mock.timers.tick(Math.min(left, 4000));
      await settle();
    }
  };
  const deliver = async () => {
    one.connections.at(-1).frame({ type: 'welcome', version: 1, cursor: 'k1-1', heartbeat: 15e3 });
    await settle();
    const ask = one.connections.at(-1).sent.findLast(({ type }) => type === 'subscribe');
    if (ask) one.connections.at(-1).frame({ type: 'ok', id: ask.id, cursor: 'k1-1' });
    await settle();
  };
  const got = [];
  const sub = live.subscribe('a', ({ data }) => got.push(data));
  await tick(1);
  return { live, sub, one, tick, deliver, got, seen: record(live) };
};

/** How long until the next attempt, up to 35 s. */
const next = async ({ one, tick }) => {
  const { length } = one.connections;
  for (let ms = 0; ms <= 35e3; ms += 20) {
    if (one.connections.length > length) return ms;
    await tick(20);
  }
  return Infinity;
};

for (const [name, low, high] of [['least', 0, 0], ['most', 1, 1], ['any', 0, 1]]) {
  for (const [why, down] of Object.entries({ 'Millrace is overloaded': { code: 'unavailable', status: 503 }, 'nobody looks': { code: 1006 } }))
  test(`delays have full jitter between 0.5 s and a bound that doubles up to 30 s when ${why}: ${name}`, async (t) => {
    const bounds = [2, 2, 4, 8, 16, 30, 30].map((s) => s * 1000);
    const real = Math.random;
    const it = await open(t, { random: () => low + (high - low) * real() });
    await it.deliver();
    hidden = why === 'nobody looks';
    for (const bound of bounds) {
      it.one.connections.at(-1).down(down);
      const delay = await next(it);
      const [least, most] = [500 + low * (bound - 500) * (low === high), low === high && !low ? 500 : bound];
      assert.ok(delay >= least && delay <= most + 40, `${delay} for ${bound}`);
    }
  });
}

test('while the user waits, the network is tried again within 2 s; after 3 minutes more rarely', async (t) => {
  const it = await open(t, { random: () => 1 });
  await it.deliver();
  const delays = [];
  for (const end = Date.now() + 600e3; Date.now() < end; ) {
    it.one.connections.at(-1).down({ code: 1006 });
    delays.push([Date.now(), Math.round((await next(it)) / 1000)]);
  }
  for (const [time, delay] of delays) if (time < 180e3) assert.equal(delay, 2, `${time}`);
  assert.deepEqual(delays.map(([, delay]) => delay).slice(-3), [30, 30, 30]);
});

test('a restart with 1,000 clients puts at most 10 % of them into any 100 ms', async (t) => {
  for (const end of [(one) => one.down({ code: 1006 }), (one) => {
    one.frame({ type: 'goodbye', reason: 'going away', after: 1200 });
    one.down({ code: 1001 });
  }]) {
    const it = await open(t, { random: Math.random });
    const buckets = {};
    for (let n = 0; n < 1000; n++) {
      await it.deliver();
      await it.tick(11e3);
      const ms = it.live.trace().at(-1);
      end(it.one.connections.at(-1));
      const wait = it.live.trace().at(-1);
      assert.notEqual(wait, ms);
      const bucket = Math.floor(wait.ms / 100);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
      happens('online');
      await it.tick(1);
    }
    assert.ok(Math.max(...Object.values(buckets)) <= 100, JSON.stringify(buckets));
    it.live.close();
    t.mock.timers.reset();
    t.mock.restoreAll();
  }
});

test('back-off does not grow as long as each attach works', async (t) => {
  const it = await open(t, { random: () => 1 });
  const fail = async (after) => {
    await it.deliver();
    await it.tick(after);
    it.one.connections.at(-1).down();
    return Math.round((await next(it)) / 1000);
  };
  for (const after of [0, 9000, 3000, 10100, 0, 0]) assert.equal(await fail(after), 2);
  const overloaded = { code: 'unavailable' };
  for (const _ of [1, 2]) {
    it.one.connections.at(-1).down(overloaded);
    await next(it);
  }
  it.one.connections.at(-1).down(overloaded);
  assert.ok((await next(it)) > 3900, 'it grows if they do not');
  assert.equal(await fail(0), 2);
});

const CODES = [
  [1000, 2000],
  [4000, Infinity],
  [4099, Infinity],
  [4100, 2000],
  [4103, 0],
  [4104, 2000],
  [4105, 0],
  [4199, 2000],
  [4200, 0],
  [4299, 0],
  [1001, 2000],
  [1006, 2000],
  [1008, 2000],
  [1009, 2000],
  [1011, 2000],
  [4300, 2000],
  [undefined, 2000],
];
for (const [code, expected] of CODES) {
  test(`close code ${code} reconnects after ${expected} ms`, async (t) => {
    const it = await open(t, { random: () => 1 });
    await it.deliver();
    it.one.connections.at(-1).down({ code });
    const delay = await next(it);
    if (expected === Infinity) {
      assert.equal(delay, Infinity);
      assert.equal(it.live.state, 'closed');
      assert.equal(it.seen.error[0].code, code);
    } else assert.ok(Math.abs(delay - expected) <= 40, `${delay}`);
  });
}

test('a goodbye says when to reconnect, or that it can be now', async (t) => {
  const it = await open(t);
  await it.deliver();
  it.one.connections.at(-1).frame({ type: 'goodbye', reason: 'going away', after: 7000 });
  it.one.connections.at(-1).down({ code: 1001 });
  assert.ok(Math.abs((await next(it)) - 7750) <= 40);
  await it.deliver();
  await it.tick(15e3);
  it.one.connections.at(-1).frame({ type: 'goodbye', reason: 'recycle', after: 0 });
  it.one.connections.at(-1).down();
  assert.ok((await next(it)) <= 40);
});

test('a server that says "now" at once, again and again, is not stormed', async (t) => {
  const it = await open(t);
  for (let i = 0; i < 8; i++) {
    await it.deliver();
    it.one.connections.at(-1).down({ code: 4200 });
    const delay = await next(it);
    assert.ok(i ? delay >= 500 : delay <= 40);
  }
});

test('a 204 is not from Millrace: the client tries again', async (t) => {
  const { server, client } = await setUp(t, { transports: ['stream'] });
  const live = client();
  const sub = live.subscribe('a', () => {});
  await sub.ready;
  server.faults.stream = 'gone';
  const { length } = server.requests;
  server.cut();
  await until(() => server.requests.length > length + 3);
  server.faults.stream = undefined;
  await until(() => live.state === 'connected');
});

test('a silent connection is given up 5 s after a heartbeat was due', async (t) => {
  const it = await open(t);
  await it.deliver();
  await it.tick(19e3);
  it.one.connections[0].frame({ type: 'heartbeat', cursor: 'k1-5' });
  await it.tick(19e3);
  assert.equal(it.live.state, 'connected');
  await it.tick(1100);
  assert.equal(it.live.state, 'connecting');
  assert.equal(it.one.connections[0].closed, true);
  await next(it);
  assert.equal(it.one.connections[1].attach.cursor, 'k1-5');
});

for (const type of ['visibilitychange', 'pageshow', 'online']) {
  test(`${type}: a duplex connection has to answer a ping within 5 s`, async (t) => {
    const it = await open(t, { duplex: true });
    await it.deliver();
    const [connection] = it.one.connections;
    happens(type);
    assert.equal(connection.sent.at(-1).type, 'ping');
    connection.frame({ type: 'heartbeat', cursor: 'k1-1' });
    await it.tick(6e3);
    assert.equal(it.live.state, 'connected');
    happens(type);
    await it.tick(5001);
    assert.equal(it.live.state, 'connecting');
    assert.equal(connection.closed, true);
  });

  test(`${type}: does not wait for the next attempt`, async (t) => {
    const it = await open(t, { random: () => 1 });
    await it.deliver();
    it.one.connections[0].down();
    await it.tick(10);
    assert.equal(it.one.connections.length, 1);
    happens(type);
    await it.tick(1);
    assert.equal(it.one.connections.length, 2);
  });
}

for (const type of ['online', 'pageshow', 'visibilitychange']) {
  test(`${type}: ends the wait for a Retry-After of 2 minutes`, async (t) => {
    let asked = 0;
    const answers = answering();
    const fetch = async () => {
      if (asked++) return answers();
      const headers = { 'Retry-After': '120', 'Content-Type': 'application/problem+json' };
      return new Response('{"code":"unavailable"}', { status: 503, headers });
    };
    const it = await open(t, { fetch, transports: ['longpoll'] });
    await it.tick(5000);
    assert.equal(asked, 1);
    happens(type);
    await it.tick(1);
    assert.equal(asked, 2);
    assert.equal(it.live.state, 'connected');
  });
}

for (const type of ['online', 'pageshow', 'visibilitychange']) {
  for (const duplex of [true, false]) {
    test(`${type}: ends the wait of a new subscription, ${duplex ? 'duplex' : 'HTTP'}`, async (t) => {
      let asked = 0;
      const answers = answering();
      const fetch = async (url) => {
        if (!/last=5/.test(url) || asked++) return answers();
        const headers = { 'Retry-After': '120', 'Content-Type': 'application/problem+json' };
        return new Response('{"code":"unavailable"}', { status: 503, headers });
      };
      const it = await open(t, { duplex, fetch });
      await it.deliver();
      assert.equal(it.live.state, 'connected');
      const late = it.live.subscribe('a', { last: 5 }, () => {});
      for (const ms of [1, 1, 1]) await it.tick(ms);
      const ask = it.one.connections[0].sent.findLast(({ type: what }) => what === 'subscribe');
      if (duplex) it.one.connections[0].frame({ type: 'ok', id: ask.id, cursor: 'k1-1' });
      await settle();
      assert.equal(asked, 1);
      await it.tick(5000);
      happens(type);
      for (const ms of [1, 1, 1]) await it.tick(ms);
      if (duplex) {
        const again = it.one.connections[0].sent.findLast(({ type: what }) => what === 'subscribe');
        it.one.connections[0].frame({ type: 'ok', id: again.id, cursor: 'k1-1' });
        await settle();
      } else await it.deliver();
      assert.equal(asked, 2);
      assert.equal(late.state, 'live');
    });
  }
}

test('hiding the page is no reason to check the connection', async (t) => {
  const it = await open(t, { duplex: true });
  await it.deliver();
  const { length } = it.one.connections[0].sent;
  hidden = true;
  happens('visibilitychange');
  assert.equal(it.one.connections[0].sent.length, length);
});

for (const duplex of [true, false]) {
  test(`offline counts at once, ${duplex ? 'and a socket gets a ping' : 'and HTTP attaches again'}`, async (t) => {
    const it = await open(t, { duplex, random: () => 0 });
    await it.deliver();
    onLine = false;
    happens('offline');
    assert.equal(it.live.state, 'paused');
    assert.equal(it.sub.state, 'connecting');
    await it.tick(1);
    assert.equal(it.one.connections[0].closed, false, 'the browser may be wrong');
    if (duplex) it.one.connections[0].frame({ type: 'heartbeat', cursor: 'k1-1' });
    else await it.deliver();
    assert.equal(it.live.state, 'connected');
    assert.equal(it.sub.state, 'live');
    assert.deepEqual(it.seen.state, ['connecting', 'connected', 'paused', 'connected'].slice(1));
  });
}

test('a socket that is silent when offline is given up, then tried at the slowest pace', async (t) => {
  const it = await open(t, { duplex: true, random: () => 0 });
  await it.deliver();
  onLine = false;
  happens('offline');
  await it.tick(5001);
  assert.equal(it.one.connections[0].closed, true);
  for (const connections of [2, 3, 4]) {
    await it.tick(29e3);
    assert.equal(it.one.connections.length, connections - 1);
    await it.tick(1e3);
    assert.equal(it.one.connections.length, connections);
    assert.equal(it.live.state, 'paused');
    it.one.connections.at(-1).down();
  }
  onLine = true;
  happens('online');
  await it.tick(1);
  assert.equal(it.one.connections.length, 5);
  assert.equal(it.live.state, 'connecting');
});

test('a transport that delivers is used even if the browser says offline', async (t) => {
  onLine = false;
  const it = await open(t);
  assert.equal(it.live.state, 'paused');
  await it.deliver();
  assert.equal(it.live.state, 'connected');
});

test('offline pauses, online resumes at once', async (t) => {
  const it = await open(t);
  await it.deliver();
  onLine = false;
  it.one.connections[0].down();
  await it.tick(10e3);
  assert.equal(it.live.state, 'paused');
  assert.equal(it.one.connections.length, 1);
  onLine = true;
  happens('online');
  await it.tick(1);
  assert.equal(it.one.connections.length, 2);
  assert.equal(it.one.connections[1].attach.cursor, 'k1-1');
});

test('online attaches again, make before break, and tries better transports', async (t) => {
  const better = manual('better');
  const it = await open(t);
  await it.deliver();
  it.live.use([better, it.one]);
  await it.tick(1);
  better.connections[0].down();
  happens('online');
  await it.tick(500);
  assert.equal(better.connections.length, 2);
  assert.equal(it.one.connections.length, 2);
  assert.equal(it.one.connections[0].closed, false);
  await it.deliver();
  assert.equal(it.one.connections[0].closed, true);
  assert.equal(it.live.state, 'connected');
});

test('leaving the page ends everything, returning resumes', async (t) => {
  const it = await open(t);
  await it.deliver();
  happens('pagehide');
  assert.equal(it.one.connections[0].closed, true);
  assert.equal(it.live.state, 'paused');
  await it.tick(300e3);
  assert.equal(it.one.connections.length, 1);
  happens('pageshow');
  await it.tick(1);
  assert.equal(it.one.connections.length, 2);
  await it.deliver();
  it.one.connections[1].frame({ type: 'message', channel: 'a', data: 1, cursor: 'k1-2' });
  assert.deepEqual(it.got, [1]);
});

test('close is final', async (t) => {
  const it = await open(t);
  await it.deliver();
  it.live.close();
  happens('online');
  await it.tick(300e3);
  it.live.subscribe('b', () => {});
  await it.tick(300e3);
  assert.equal(it.one.connections.length, 1);
  assert.equal(it.live.state, 'closed');
  assert.equal(it.live.transport, undefined);
});

/** Polling over a `fetch` that the test controls. */
const polls = async (t, name, answer, random = () => 0) => {
  const times = [];
  let running = 0;
  let most = 0;
  const fetch = async (url, { signal }) => {
    const n = times.push(Date.now());
    most = Math.max(most, ++running);
    try {
      return await answer(n, signal);
    } finally {
      running--;
    }
  };
  const it = await open(t, { transports: [name], fetch, random });
  return { ...it, times, most: () => most };
};
const empty = (more) => new Response(JSON.stringify({ cursor: 'k1-1', messages: [], ...more }));

test('polls at 0, 15, 30, 45 and 60 s, and as the server changes it', async (t) => {
  let nextPoll;
  const it = await polls(t, 'poll', () => empty({ nextPoll }));
  const [first] = it.times;
  for (let s = 0; s < 60; s++) await it.tick(1000);
  assert.deepEqual(it.times.map((time) => time - first), [0, 15e3, 30e3, 45e3, 60e3]);
  nextPoll = 30e3;
  for (let s = 0; s < 45; s++) await it.tick(1000);
  assert.equal(it.times.at(-1) - first, 105e3);
});

test('polls have at most 10 % of jitter', async (t) => {
  const it = await polls(t, 'poll', () => empty({ nextPoll: 10e3 }), Math.random);
  for (let i = 0; i < 6000; i++) await it.tick(100);
  const gaps = it.times.slice(1).map((time, i) => time - it.times[i]);
  assert.ok(gaps.length > 50);
  assert.ok(gaps.every((gap) => gap >= 10e3 && gap <= 11100), `${gaps}`);
  assert.ok(new Set(gaps).size > 5);
});

test('events every second, polled every 15 s with jitter, all arrive in order', async (t) => {
  const log = [];
  const it = await polls(
    t,
    'poll',
    () => empty({ cursor: `k1-${log.length + 1}`, messages: log, nextPoll: 15e3 }),
    Math.random,
  );
  for (let n = 1; n <= 300; n++) {
    log.push({ channel: 'a', data: n, cursor: `k1-${n + 1}` });
    await it.tick(1000);
  }
  await it.tick(17e3);
  assert.deepEqual(it.got, range(1, 300));
});

for (const name of ['poll', 'longpoll']) {
  test(`${name}: three failures, then it resumes`, async (t) => {
    let failures = 0;
    const it = await polls(t, name, (n, signal) => {
      if (n > 3 && failures++ < 3) return new Response('', { status: 500 });
      if (name === 'poll' || failures < 4) return empty({ nextPoll: 1000 });
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    for (let i = 0; i < 300; i++) await it.tick(100);
    assert.ok(failures > 3);
    assert.equal(it.live.state, name === 'poll' ? 'connected' : it.live.state);
    assert.equal(it.most(), 1);
  });

  test(`${name}: a server that fails at once is asked at most 9 times in 10 s`, async (t) => {
    const it = await polls(t, name, () => new Response('', { status: 500 }), () => 0.5);
    for (let i = 0; i < 1000; i++) await it.tick(10);
    assert.ok(it.times.length >= 3 && it.times.length <= 9, `${it.times.length}`);
  });

  test(`${name}: never two requests at a time, and none left when the page goes`, async (t) => {
    let aborted = 0;
    const it = await polls(t, name, (n, signal) => {
      if (n < 3) return empty({ nextPoll: 10 });
      return new Promise((resolve, reject) => {
        const abort = () => {
          aborted++;
          reject(signal.reason);
        };
        signal.addEventListener('abort', abort);
        setTimeout(() => {
          signal.removeEventListener('abort', abort);
          resolve(empty({ nextPoll: 10 }));
        }, 15e3);
      });
    });
    for (let i = 0; i < 600; i++) await it.tick(100);
    assert.equal(it.most(), 1);
    assert.ok(it.times.length >= 4);
    happens('pagehide');
    await settle();
    assert.equal(aborted, 1);
  });
}

test('a long poll that is answered at once with nothing is not repeated without a pause', async (t) => {
  const it = await polls(t, 'longpoll', () => empty());
  for (let i = 0; i < 100; i++) await it.tick(100);
  assert.ok(it.times.length >= 8 && it.times.length <= 14, `${it.times.length}`);
});

test('a server restarted under load is found again, nothing is lost', async (t) => {
  const { server, client } = await setUp(t);
  const live = client();
  const got = [];
  const sub = live.subscribe('a', ({ data }) => got.push(data));
  await until(() => sub.cursor);
  for (let n = 1; n <= 50; n++) {
    server.publish('a', n);
    if (n % 10 === 0) {
      await server.stop();
      server.publish('a', `${n} while down`);
      await server.start(server.port);
    }
  }
  await until(() => got.length === 55);
  assert.equal(new Set(got).size, 55);
});
