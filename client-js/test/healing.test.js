import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL, answering, manual, memory, range, record, setUp, settle, timed, until, welcome } from './support.js';

// How soon messages arrive, at first and again once the network works, and what is not blamed.

const beat = { type: 'heartbeat', cursor: 'k1-1' };
const faults = (storage) => JSON.parse([...storage.items.values()].at(-1) ?? '[0,0,[]]')[2].map(([name]) => name);

for (const name of ['sse', 'stream', 'longpoll', 'poll']) {
  for (const [options, expected] of [[{}, [3]], [{ last: 2 }, [1, 2, 3]], [{ cursor: 'k1-1' }, [2, 3]]]) {
    test(`${name}: begins with one request, ${JSON.stringify(options)}`, async (t) => {
      const { server, client } = await setUp(t, { transports: [name] });
      server.nextPoll = 5;
      server.publish('a', 1);
      server.publish('b', 2);
      const live = client();
      const got = [];
      const subs = ['a', 'b'].map((channel) => live.subscribe(channel, options, ({ data }) => got.push(data)));
      await Promise.all(subs.map(({ ready }) => ready));
      assert.deepEqual(got, expected.slice(0, -1), 'ready means that what is held has arrived');
      assert.ok(server.requests.every(({ direct }) => direct));
      if (!/poll/.test(name)) assert.equal(server.requests.length, 1);
      server.publish('a', 3);
      await until(() => got.length === expected.length);
      assert.deepEqual(got, expected);
      server.cut();
      server.publish('b', 4);
      await until(() => got.includes(4));
      assert.deepEqual(got, [...expected, 4]);
    });
  }
}

test('a stream that is cut while it replays asks for all of it again, and nothing is doubled', async (t) => {
  const one = manual('one');
  const it = await timed(t, []);
  const got = [];
  const sub = it.live.subscribe('b', { last: 3 }, ({ data }) => got.push(data));
  it.sub.unsubscribe();
  it.live.use([one]);
  await it.tick(100);
  const say = (n, replay) => one.connections.at(-1).frame({ type: 'message', channel: 'b', data: n, cursor: `k1-${n}`, replay });
  one.connections[0].frame({ ...welcome, cursor: undefined });
  say(1, true);
  say(4, true);
  assert.equal(sub.state, 'connecting');
  one.connections[0].down();
  await it.tick(2500);
  const { attach } = one.connections.at(-1);
  assert.deepEqual([attach.last, attach.cursor], [3, undefined]);
  one.connections.at(-1).frame({ ...welcome, cursor: undefined });
  say(1, true);
  say(4, true);
  say(5);
  assert.equal(sub.state, 'live');
  assert.deepEqual([got, sub.cursor], [[1, 4, 5], 'k1-5']);
});

test('when all hang, one of them is opened again in each round, the one that has waited longest', async (t) => {
  const all = ALL.map((name) => manual(name));
  const it = await timed(t, all);
  await it.tick(30e3);
  const opened = all.flatMap(({ connections }) => connections.map((connection) => connection));
  assert.ok(opened.length >= 15 && opened.length <= 50, `${opened.length}`);
  assert.ok(opened.filter(({ closed }) => !closed).length <= 5);
  // The network works again: what was sent before never arrives, what is sent now does.
  const before = new Set(opened);
  let took = 0;
  for (; !it.live.transport && took < 10e3; took += 100) {
    await it.tick(100);
    for (const { connections } of all) for (const one of connections) if (!before.has(one) && !one.closed) one.frame(welcome);
  }
  assert.ok(took <= 2500, `${took}`);
});

/** Delivers one message each 20 ms. */
const busy = async (it, connection, count) => {
  for (const _ of range(1, count)) {
    await it.tick(20, 20);
    connection.frame({ type: 'message', channel: 'a', data: 1, cursor: `k1-${(busy.seq = (busy.seq ?? 1) + 1)}` });
  }
};

test('a socket that is silent where frames followed one another fast is asked soon, and no more often than needed', async (t) => {
  const one = manual('one', true);
  const it = await timed(t, [one]);
  const [connection] = one.connections;
  connection.frame({ ...welcome, heartbeat: 25e3 });
  await settle();
  connection.frame({ type: 'ok', id: connection.sent[0].id, cursor: 'k1-1' });
  await settle();
  await busy(it, connection, 300);
  const pings = () => connection.sent.filter(({ type }) => type === 'ping').length;
  await it.tick(1900);
  assert.equal(pings(), 0);
  await it.tick(1200);
  assert.equal(pings(), 1);
  connection.frame(beat);
  await it.tick(5000);
  assert.equal(pings(), 1, 'it was no reason to doubt');
  await it.tick(15e3);
  assert.equal(connection.closed, true);
});

/** Over one stream whose frames follow one another fast. Its small requests are counted, and get an answer or none. */
const stream = async (t) => {
  const one = manual('one');
  const network = { asked: 0, works: true };
  const fetch = (url, { signal }) => {
    if (!url.includes('/negotiate')) return answering()();
    network.asked++;
    if (network.works) return answering()();
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  const it = await timed(t, [one], { fetch });
  // Under fake timers, too.
  t.mock.method(AbortSignal, 'timeout', (ms) => {
    const limit = new AbortController();
    setTimeout(() => limit.abort(Error('timeout')), ms);
    return limit.signal;
  });
  one.connections[0].frame(welcome);
  await settle();
  await busy(it, one.connections[0], 300);
  return { ...it, one, network };
};

test('a stream whose network was gone is opened again soon after it is back, before it is left', async (t) => {
  const it = await stream(t);
  const { one, network } = it;
  network.works = false;
  await it.tick(15e3);
  assert.ok(network.asked > 3 && network.asked < 8, `${network.asked}`);
  assert.equal(one.connections.length, 1);
  network.works = true;
  await it.tick(2600);
  assert.equal(one.connections.length, 2);
  assert.equal(one.connections[0].closed, false);
  one.connections[1].frame(welcome);
  await settle();
  assert.equal(one.connections[0].closed, true);
});

test('a stream that is silent while its network works is kept, and doubted no more than once in 10 s', async (t) => {
  const it = await stream(t);
  const { one, network } = it;
  const begin = Date.now();
  for (const _ of range(1, 10)) {
    await it.tick(3200);
    await busy(it, one.connections[0], 250);
  }
  const most = Math.ceil((Date.now() - begin) / 10e3);
  assert.ok(network.asked >= most / 2 && network.asked <= most, `${network.asked} of ${most}`);
  assert.equal(one.connections.length, 1);
});

test('a stream that is as quiet as ever is not doubted', async (t) => {
  const it = await stream(t);
  const { one, network } = it;
  for (const _ of range(1, 20)) {
    await it.tick(3500);
    network.asked = 0;
    await busy(it, one.connections[0], 20);
  }
  await it.tick(12e3);
  assert.equal(network.asked, 0);
});

for (const [what, answer] of Object.entries({
  'no answer': () => Promise.reject(TypeError('network')),
  'a portal': () => new Response('<h1>Log in</h1>'),
  'another server': () => new Response('{}'),
})) {
  test(`a transport is not blamed for a network that does not work at all: ${what}`, async (t) => {
    const [one, other] = [manual('one'), manual('other')];
    const storage = memory();
    let works = false;
    const it = await timed(t, [one, other], { storage, fetch: (url) => (works ? answering()() : answer(url)) });
    for (const blamed of [false, true]) {
      works = blamed;
      for (const _ of range(1, 3)) {
        one.connections.at(-1).frame(welcome);
        await it.tick(100);
        one.connections.at(-1).down({ code: 1006 });
        await it.tick(2600);
      }
      assert.deepEqual(faults(storage), blamed ? ['one'] : []);
    }
  });
}

for (const name of ['websocket', 'sse', 'stream', 'longpoll']) {
  test(`${name} that is switched off is left without loss, and used again when it is switched on`, async (t) => {
    const transports = [name, 'poll'];
    const { server, client } = await setUp(t, { transports });
    server.nextPoll = 5;
    const live = client();
    const seen = record(live);
    const got = [];
    live.subscribe('a', ({ data }) => got.push(data));
    await until(() => live.transport === name);
    for (const n of range(1, 200)) {
      server.publish('a', n);
      if (n === 100) server.switchOff(name);
      if (n % 10 === 0) await new Promise(setImmediate);
    }
    await until(() => live.transport === 'poll' && got.length >= 200);
    assert.deepEqual(got, range(1, 200));
    assert.deepEqual([seen.error, seen.gap], [[], []]);
    const tries = () => server.requests.filter(({ transport, direct }) => transport === name && direct).length;
    const before = tries();
    server.faults[name] = undefined;
    assert.equal(tries(), before);
  });
}

test('a transport that the server has switched off is not tried again until negotiate offers it', async (t) => {
  const [socket, stream] = [manual('websocket', true), manual('stream')];
  let offered = ['stream'];
  const fetch = async () => answering({ transports: offered.map((name) => ({ name })) })();
  const it = await timed(t, [socket, stream], { fetch });
  const [connection] = socket.connections;
  connection.frame(welcome);
  await settle();
  connection.frame({ type: 'ok', id: connection.sent[0].id, cursor: 'k1-1' });
  await settle();
  assert.equal(it.live.transport, 'websocket');
  connection.down({ code: 4102 });
  await it.tick(2100);
  assert.equal(stream.connections[0].attach.cursor, 'k1-1');
  stream.connections[0].frame({ ...welcome, heartbeat: 1e9 });
  await it.tick(31e3);
  assert.equal(socket.connections.length, 1);
  offered = ['websocket', 'stream'];
  await it.tick(40e3);
  assert.equal(socket.connections.length, 2);
});

test('a refusal of something in between is reported when nothing is tried any more, or after 2 s when the next round begins', async (t) => {
  const [one, two] = [manual('one'), manual('two')];
  const it = await timed(t, [one, two]);
  const seen = record(it.live);
  await it.tick(200);
  two.connections[0].down({ status: 404, message: 'HTTP 404' });
  await it.tick(100);
  assert.deepEqual(seen.error, [], 'the other may deliver');
  for (let s = 0; s < 8; s++) {
    await it.tick(1000);
    if (two.connections.at(-1).closed === false) two.connections.at(-1).down({ status: 404, message: 'HTTP 404' });
  }
  assert.equal(seen.error.length, 1);
});

for (const name of ALL) {
  test(`${name}: who subscribes again when everything was refused does not wait`, async (t) => {
    const { client } = await setUp(t, { transports: [name], minDelay: 30e3, maxDelay: 30e3 });
    const live = client();
    let good;
    live.on('error', () => (good ??= live.subscribe('a', () => {})));
    const bad = live.subscribe('secret', () => {});
    await assert.rejects(bad.ready, { code: 'forbidden' });
    await Promise.race([good.ready, new Promise((_, reject) => setTimeout(reject, 10e3, Error('too late')))]);
    assert.equal(live.state, 'connected');
  });
}
