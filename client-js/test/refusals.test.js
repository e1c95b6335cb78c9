// What the server of these tests refuses: as docs/protocol.md says, so that the client is not tested against a milder one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { range, setUp } from './support.js';
import { Users } from './users.js';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const names = (n) => range(1, n).map((i) => `c${i}`);
const post = (body, headers = JSON_TYPE) => ({ method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

const HTTP = [
  ['no channels', 'bad-request', '/poll'],
  ['no channel', 'bad-request', '/poll?channels='],
  ['an empty segment', 'bad-request', '/poll?channels=a..b'],
  ['101 channels', 'bad-request', `/poll?channels=${names(101)}`],
  ['last of 1001', 'bad-request', '/poll?channels=a&last=1001'],
  ['last of no number', 'bad-request', '/poll?channels=a&last=x'],
  ['a reserved event', 'bad-request', '/poll?channels=a&events=error'],
  ['101 events', 'bad-request', `/poll?channels=a&events=${names(101)}`],
  ['a format that is unknown', 'bad-request', '/poll?channels=a&format=xml'],
  ['plain, where there is none', 'bad-request', '/stream?channels=a&format=plain'],
  ['a channel that is not allowed', 'forbidden', '/poll?channels=secret'],
  ['a path that is unknown', 'not-found', '/nothing?channels=a'],
  ['a PUT', 'method-not-allowed', '/poll?channels=a', { method: 'PUT' }],
  ['a list that is no JSON', 'bad-request', '/poll', post('x')],
  ['a list that is no object', 'bad-request', '/poll', post(['a'])],
  ['a list of a wrong type', 'unsupported-media-type', '/poll', post({ channels: ['a'] }, { 'Content-Type': 'text/plain' })],
  ['a list that is too large', 'too-large', '/poll', post({ channels: ['a'], x: 'x'.repeat(262_144) })],
  ['a GET of publish', 'method-not-allowed', '/publish'],
  ['a publish of a wrong type', 'unsupported-media-type', '/publish', post({ channel: 'a', data: 1 }, { 'Content-Type': 'text/plain' })],
  ['a publish with a coding', 'unsupported-media-type', '/publish', post({ channel: 'a', data: 1 }, { ...JSON_TYPE, 'Content-Encoding': 'gzip' })],
  ['a publish to a pattern', 'bad-request', '/publish', post({ channel: 'a.*', data: 1 })],
  ['a publish of nothing', 'bad-request', '/publish', post({ channel: 'a' })],
  ['a publish of data and bytes', 'bad-request', '/publish', post({ channel: 'a', data: 1, base64: 'AA==' })],
  ['a publish of no base64', 'bad-request', '/publish', post({ channel: 'a', base64: '!' })],
  ['a publish with half a character', 'bad-request', '/publish', post({ channel: 'a', data: 1, event: '\ud800' })],
  ['a publish with a key of 65', 'bad-request', '/publish', post({ channel: 'a', data: 1, key: 'k'.repeat(65) })],
  ['a publish with a key that is a number', 'bad-request', '/publish', post({ channel: 'a', data: 1, key: 5 })],
  ['a publish with another priority', 'bad-request', '/publish', post({ channel: 'a', data: 1, priority: 'top' })],
  ['a publish that is not allowed', 'forbidden', '/publish', post({ channel: 'secret', data: 1 })],
];
for (const [name, code, path, init] of HTTP) {
  test(`${name} is refused: ${code}`, async (t) => {
    const { server } = await setUp(t);
    const response = await fetch(server.mount + path, init);
    assert.equal((await response.json()).code, code);
  });
}

const ALLOWED = [
  ['a name twice', '/poll?channels=a,a'],
  ['100 channels', `/poll?channels=${names(100)}`],
  ['empty values', '/poll?channels=a&events=&last=&cursor=&format='],
  ['an event that only begins like a reserved one', '/poll?channels=a&events=opened,errors'],
  ['null for what is absent', '/poll', post({ channels: ['a'], events: null, last: null, cursor: null })],
  ['a publish with null for what is absent', '/publish', post({ channel: 'a', data: null, key: null, event: null, priority: null })],
];
for (const [name, path, init] of ALLOWED) {
  test(`${name} is allowed`, async (t) => {
    const { server } = await setUp(t);
    assert.equal((await fetch(server.mount + path, init)).status, 200);
  });
}

test('a key counts for its channel, and for one message', async (t) => {
  const { server } = await setUp(t);
  const publish = async (channel, data, key) => (await fetch(`${server.mount}/publish`, post({ channel, data, key }))).status;
  assert.equal(await publish('a', 1, 'k'), 200);
  assert.equal(await publish('a', 1, 'k'), 200);
  assert.equal(await publish('a', 2, 'k'), 409);
  assert.equal(await publish('b', 2, 'k'), 200);
  assert.equal(server.head, 2);
  assert.deepEqual([await publish('a', 1), await publish('a', 2)], [200, 200]);
  assert.equal(server.head, 4);
});

test('more than 100 publishes in a second from one address are refused', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const { server } = await setUp(t);
  const codes = await Promise.all(
    range(1, 101).map(async () => (await fetch(`${server.mount}/publish`, post({ channel: 'a', data: 1 }))).status),
  );
  assert.deepEqual(codes.filter((code) => code !== 200), [429]);
});

const FRAMES = [
  ['no JSON', 'x'],
  ['no id', { type: 'subscribe', channels: ['a'] }],
  ['an id that is too long', { type: 'subscribe', id: 'i'.repeat(65), channels: ['a'] }],
  ['an unknown type', { type: 'bye', id: 1 }],
  ['no channel', { type: 'subscribe', id: 1, channels: [] }],
  ['no channel to leave', { type: 'unsubscribe', id: 1 }],
  ['101 channels', { type: 'subscribe', id: 1, channels: names(101) }],
  ['a token', { type: 'auth', id: 1, token: 'x' }],
];
for (const [name, frame] of FRAMES) {
  test(`a command with ${name} is refused`, async (t) => {
    const { server } = await setUp(t);
    const socket = new WebSocket(server.mount.replace('http', 'ws'), 'millrace.v1');
    const reply = await new Promise((resolve, reject) => {
      socket.onerror = reject;
      socket.onopen = () => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
      socket.onmessage = ({ data }) => {
        const { type, code } = JSON.parse(data);
        if (type !== 'welcome') resolve([type, code]);
      };
    });
    assert.deepEqual(reply, ['error', 'bad-request']);
    socket.close();
  });
}

for (const [name, path, protocols] of [['path', '/other', 'millrace.v1'], ['subprotocol', '/websocket', 'other.v1']]) {
  test(`a WebSocket with another ${name} is refused`, async (t) => {
    const { server } = await setUp(t);
    const socket = new WebSocket(server.mount.replace('http', 'ws') + path, protocols);
    assert.equal(await new Promise((resolve) => {
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('refused');
    }), 'refused');
  });
}

/** A server that wants to know who asks. */
const guarded = async (t) => {
  const { server } = await setUp(t);
  server.users = new Users();
  const get = (path, token) => fetch(server.mount + path, token ? { headers: { Authorization: `Bearer ${token}` } } : {});
  return { server, users: server.users, get };
};

test('without a token, or with a wrong one or an old one, everything is refused, and says how to ask', async (t) => {
  const { server, users, get } = await guarded(t);
  const tokens = [undefined, 'wrong', users.issue('ann', -1)];
  for (const path of ['/poll?channels=a', '/sse?channels=a&format=envelope', '/stream?channels=a', '/longpoll?channels=a', '/negotiate']) {
    for (const token of tokens) {
      const response = await get(path, token);
      assert.deepEqual([response.status, (await response.json()).code], [401, 'unauthorized']);
      assert.equal(response.headers.get('WWW-Authenticate'), token ? 'Bearer error="invalid_token"' : 'Bearer');
    }
  }
  const response = await fetch(`${server.mount}/publish`, post({ channel: 'a', data: 1 }));
  assert.equal(response.status, 401);
  assert.equal((await get('/poll?channels=a', users.issue('ann', 1000))).status, 200);
});

test('a ticket works once', async (t) => {
  const { server, users } = await guarded(t);
  const headers = { Authorization: `Bearer ${users.issue('ann')}` };
  const { ticket, expires, now } = await (await fetch(`${server.mount}/ticket`, { method: 'POST', headers })).json();
  assert.equal(expires - now, 30e3);
  const attach = async () => (await fetch(`${server.mount}/poll?channels=a&ticket=${ticket}`)).status;
  assert.deepEqual([await attach(), await attach()], [200, 401]);
  assert.equal((await fetch(`${server.mount}/ticket`, { method: 'POST' })).status, 401);
});

test('the answer to an attach and to negotiate says when the credentials expire, by the clock of the server', async (t) => {
  const { users, get } = await guarded(t);
  users.ahead = 5e6;
  const token = users.issue('ann', 60e3);
  const response = await get('/stream?channels=a', token);
  const { value } = await response.body.getReader().read();
  for (const { expires, now } of [JSON.parse(new TextDecoder().decode(value)), await (await get('/negotiate', token)).json()]) {
    assert.ok(expires - now <= 60e3 && expires - now > 50e3);
    assert.ok(now - Date.now() > 4e6);
  }
});

for (const query of ['client=short', 'client=with.a.dot', 'maxRate=0', 'maxRate=x', 'presence=b', 'presence=true&channels=a.*']) {
  test(`${query} is refused`, async (t) => {
    const { server } = await setUp(t);
    const channels = /channels/.test(query) ? '' : 'channels=a&';
    assert.equal((await fetch(`${server.mount}/poll?${channels}${query}`)).status, 400);
  });
}

test('presence is forbidden where there is none', async (t) => {
  const { server } = await setUp(t);
  assert.equal((await fetch(`${server.mount}/poll?channels=a&presence=true`)).status, 403);
  server.join('a', { user: 'ann' });
  const answer = await (await fetch(`${server.mount}/poll?channels=a,b&presence=a`)).json();
  assert.deepEqual(answer.presence, [{ channel: 'a', members: [{ user: 'ann' }], count: 1 }]);
});
