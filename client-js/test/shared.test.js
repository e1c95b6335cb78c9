import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Millrace } from '#client';
import { Browser } from './pages.js';
import { range, record, setUp, until } from './support.js';
import { Users } from './users.js';

/** Some pages of one browser, each with a client. */
const open = async (t, count, options) => {
  const { server, client } = await setUp(t);
  const browser = new Browser();
  const page = (more) => {
    const one = browser.page();
    one.live = client({ share: true, ...one.options, ...options, ...more });
    one.got = [];
    return one;
  };
  const pages = range(1, count).map(() => page());
  return { server, client, browser, page, pages };
};

const read = (page, channel = 'a', start = {}) => {
  page.sub = page.live.subscribe(channel, start, ({ data }) => page.got.push(data));
  return page.sub.ready;
};

const attached = (server) => [...server.open.values()].reduce((sum, count) => sum + count, 0);

for (const name of ['websocket', 'sse', 'stream', 'longpoll']) {
  test(`${name}: ten pages read through one connection, each its own channels`, async (t) => {
    const { server, pages } = await open(t, 10, { transports: [name] });
    await Promise.all(pages.map((page, n) => read(page, `n.${n % 2}`)));
    await until(() => pages.every(({ live }) => live.state === 'connected' && live.transport === name));
    if (name !== 'longpoll') await until(() => attached(server) === 1);
    for (const n of range(1, 20)) server.publish(`n.${n % 2}`, n);
    await until(() => pages.every(({ got }) => got.length === 10), name);
    for (const [n, { got }] of pages.entries()) assert.deepEqual(got, range(1, 20).filter((one) => one % 2 === n % 2));
    const published = await Promise.all(pages.map(({ live }, n) => live.publish('n.0', n)));
    assert.equal(new Set(published).size, 10);
  });
}

test('a channel leaves with the last page that wants it', async (t) => {
  const { server, pages } = await open(t, 3);
  await Promise.all(pages.map((page) => read(page)));
  await read(pages[0], 'b');
  const names = () => server.frames.filter(({ type }) => type === 'unsubscribe').flatMap(({ channels }) => channels);
  pages[0].sub.unsubscribe();
  await until(() => names().includes('b'));
  pages[1].live.close();
  pages[2].live.close();
  server.publish('a', 1);
  await until(() => pages[0].got.length === 1);
  assert.deepEqual(names(), ['b']);
});

for (const end of ['close', 'kill']) {
  test(`a leader that is gone (${end}) again and again costs and doubles no message`, async (t) => {
    const { server, browser, page, pages } = await open(t, 5);
    await Promise.all(pages.map((one) => read(one)));
    let sent = 0;
    const timer = setInterval(() => server.publish('a', ++sent), 3);
    t.after(() => clearInterval(timer));
    for (const round of range(1, 8)) {
      await until(() => browser.leader && pages.every(({ live }) => live.state === 'connected'), `round ${round}`);
      const { leader } = browser;
      const late = page();
      late.begun = server.head;
      await read(late, 'a', { cursor: server.cursor(server.head) });
      pages.push(late);
      pages.splice(pages.indexOf(leader), 1);
      if (end === 'kill') leader.kill();
      else leader.live.close();
      await until(() => browser.leader !== leader);
    }
    clearInterval(timer);
    await until(() => pages.every(({ got }) => got.at(-1) === sent), 'the last');
    for (const { got } of pages) assert.deepEqual(got, range(got[0], sent));
    assert.equal(attached(server), 1);
  });
}

test('a page that comes later gets the history that it asks for, and nobody else does', async (t) => {
  const { server, pages, page } = await open(t, 2);
  for (const n of range(1, 10)) server.publish('a', n);
  await Promise.all(pages.map((one) => read(one)));
  server.publish('a', 11);
  await until(() => pages.every(({ got }) => got.length));
  const late = page();
  await read(late, 'a', { last: 5 });
  const early = page();
  await read(early, 'a', { cursor: server.cursor(3) });
  server.publish('a', 12);
  await until(() => [...pages, late, early].every(({ got }) => got.at(-1) === 12));
  assert.deepEqual(late.got, range(7, 12));
  assert.deepEqual(early.got, range(4, 12));
  assert.deepEqual(pages.map(({ got }) => got), [[11, 12], [11, 12]]);
});

test('a pattern and a name in one page deliver each message once, also while another joins', async (t) => {
  const { server, pages } = await open(t, 2);
  await read(pages[1], 'n.1');
  const all = [];
  let sent = 0;
  const timer = setInterval(() => server.publish(`n.${++sent % 3}`, sent), 2);
  t.after(() => clearInterval(timer));
  await read(pages[0], 'n.1');
  const begin = server.cursor(server.head);
  const from = sent;
  await pages[0].live.subscribe('n.*', { cursor: begin }, ({ data }) => all.push(data)).ready;
  await until(() => sent > from + 50);
  clearInterval(timer);
  await until(() => all.at(-1) === sent);
  assert.deepEqual(all, range(from + 1, sent));
  const { got } = pages[0];
  assert.deepEqual(got, range(got[0], sent).filter((n) => n % 3 === 1));
});

test('a frozen leader silences nobody, and follows when it wakes up', async (t) => {
  const { server, browser, pages } = await open(t, 3);
  await Promise.all(pages.map((page) => read(page)));
  const { leader } = browser;
  leader.frozen = true;
  server.publish('a', 1);
  const others = pages.filter((page) => page !== leader);
  await until(() => others.every(({ got }) => got.length === 1));
  assert.notEqual(browser.leader, leader);
  server.publish('a', 2);
  leader.thaw();
  await until(() => pages.every(({ got }) => got.at(-1) === 2));
  for (const { got } of pages) assert.deepEqual(got, [1, 2]);
  await until(() => attached(server) === 1);
});

test('a page that was killed does not hold its channels indefinitely', { timeout: 90e3 }, async (t) => {
  const { server, browser, pages } = await open(t, 2);
  await read(pages[0]);
  await read(pages[1], 'b');
  const [gone] = pages.filter((page) => page !== browser.leader);
  gone.kill();
  const channel = gone === pages[0] ? 'a' : 'b';
  await until(() => server.frames.some(({ type, channels }) => type === 'unsubscribe' && channels[0] === channel));
});

test('a refused channel is refused in the page that wants it, and nowhere else', async (t) => {
  const { server, pages } = await open(t, 3);
  const seen = pages.map(({ live }) => record(live));
  await Promise.all(pages.map((page) => read(page)));
  const secret = pages[1].live.subscribe('secret', () => {});
  await assert.rejects(secret.ready, { code: 'forbidden', channels: ['secret'] });
  server.publish('a', 1);
  await until(() => pages.every(({ got }) => got.length));
  assert.deepEqual(seen.map(({ error }) => error.length), [0, 1, 0]);
  await assert.rejects(pages[2].live.publish('readonly', 1), { code: 'forbidden' });
});

test('every page sees the state, the gap, and who is there', async (t) => {
  const { server, pages } = await open(t, 3);
  server.rooms.set('a', new Map());
  server.join('a', { user: 'ann' });
  const seen = pages.map(({ live }) => record(live));
  await Promise.all(
    pages.map(async (page) => {
      page.sub = page.live.subscribe('a', { presence: true }, ({ data }) => page.got.push(data));
      page.sub.on('presence', ({ members }) => (page.there = members.map(({ user }) => user).join()));
      await page.sub.ready;
    }),
  );
  await until(() => pages.every(({ there }) => there === 'ann'));
  server.join('a', { user: 'bob' });
  await until(() => pages.every(({ there }) => there === 'ann,bob'));
  server.renew('k2');
  server.cut();
  await until(() => seen.every(({ gap, state }) => gap.length && state.at(-1) === 'connected'));
  server.publish('a', 1);
  await until(() => pages.every(({ got }) => got.length === 1));
  for (const { gap, state, transport, error } of seen) {
    assert.deepEqual(gap.map(({ reason }) => reason), ['epoch']);
    assert.deepEqual(state, ['connecting', 'connected', 'connecting', 'connected']);
    assert.deepEqual(transport, ['websocket']);
    assert.deepEqual(error, []);
  }
});

test('the server that is away for long is waited for once, by the leader', async (t) => {
  const { server, pages } = await open(t, 3);
  await Promise.all(pages.map((page) => read(page)));
  const { port } = server;
  await server.stop();
  await until(() => pages.every(({ live }) => live.state === 'connecting'));
  await server.start(port);
  await until(() => pages.every(({ live }) => live.state === 'connected'));
  server.publish('a', 1);
  await until(() => pages.every(({ got }) => got.length === 1));
});

test('a user who is disconnected is so in every page', async (t) => {
  const { server, pages } = await open(t, 3, { token: 'x' });
  server.users = Object.assign(new Users(), {});
  server.users.tokens.set('x', { user: 'ann' });
  const seen = pages.map(({ live }) => record(live));
  await Promise.all(pages.map((page) => read(page)));
  server.disconnect('ann');
  await until(() => pages.every(({ live }) => live.state === 'closed'));
  for (const { error } of seen) assert.deepEqual(error.map(({ code }) => code), ['disconnected']);
});

test('pages of different users, or that cannot know, do not share', async (t) => {
  const { server, page } = await open(t, 0);
  server.users = Object.assign(new Users(), { anonymous: true });
  const [ann, bob] = [server.users.issue('ann'), server.users.issue('bob')];
  const alone = [{ token: ann }, { token: bob }, { share: 'x' }, { maxRate: 9 }, { token: () => ann }, { locks: null, token: 'y' }];
  server.users.tokens.set('y', { user: 'ann' });
  for (const options of alone.slice(0, 5)) await read(page(options));
  await until(() => attached(server) === 5);
  for (const options of alone.slice(0, 4)) await read(page(options));
  await read(page({ token: async () => ann, share: 'ann' }));
  await read(page({ token: async () => ann, share: 'ann' }));
  await until(() => attached(server) === 6);
});

test('more channels than one connection takes: the page that is too much connects for itself', async (t) => {
  const { server, pages } = await open(t, 2);
  await Promise.all(range(1, 70).map((n) => pages[0].live.subscribe(`a.${n}`, () => {}).ready));
  await Promise.all(range(1, 70).map((n) => pages[1].live.subscribe(`b.${n}`, ({ data }) => pages[1].got.push(data)).ready));
  assert.equal(attached(server), 2);
  server.publish('b.70', 1);
  await until(() => pages[1].got.length === 1);
});

test('a page that chooses its transports leaves the others, and loses nothing', async (t) => {
  const { server, pages } = await open(t, 2);
  await Promise.all(pages.map((page) => read(page)));
  for (const { live } of pages) {
    server.publish('a', 1);
    live.use(['sse']);
    server.publish('a', 2);
    await until(() => live.transport === 'sse');
  }
  server.publish('a', 3);
  await until(() => pages.every(({ got }) => got.at(-1) === 3));
  for (const { got } of pages) assert.deepEqual(got, [1, 2, 1, 2, 3]);
});

test('what other code says on the channels does no harm', async (t) => {
  const names = new Set();
  const { server, pages, browser } = await open(t, 2);
  for (const { options } of browser.pages) assert.ok(options.locks);
  const Plain = globalThis.BroadcastChannel;
  t.mock.method(globalThis, 'BroadcastChannel', function (name) {
    names.add(name);
    return new Plain(name);
  });
  await Promise.all(pages.map((page) => read(page)));
  const nonsense = [
    null, 1, 'x', [], {}, { from: 1 }, { from: 'x', messages: [{ type: 'down', code: 4001 }] }, { messages: [null] }, { type: 'hello' },
    { type: 'leader' }, { type: 'who' }, { to: 'x', frame: null }, { type: 'hello', id: 5 },
  ];
  for (const name of names) {
    const channel = new Plain(name);
    for (const data of nonsense) channel.postMessage(data);
    setTimeout(() => channel.close(), 50);
  }
  server.publish('a', 1);
  await until(() => pages.every(({ got }) => got.length === 1));
});

test('a browser that lets nobody lead lets each page connect for itself', { timeout: 90e3 }, async (t) => {
  const { client } = await setUp(t);
  const live = client({ share: true, locks: { request: () => new Promise(() => {}) } });
  await live.subscribe('a', () => {}).ready;
  assert.equal(live.transport, 'websocket');
});

test('without locks each page connects for itself', async (t) => {
  const { server, client } = await setUp(t);
  const lives = range(1, 2).map(() => client({ share: true, locks: { request: async () => { throw Error('no origin'); } } }));
  await Promise.all(lives.map((live) => live.subscribe('a', () => {}).ready));
  assert.equal(attached(server), 2);
  assert.ok(lives.every((live) => live instanceof Millrace && live.transport === 'websocket'));
});
