import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, range, setUp, until } from './support.js';

for (const [path, transport] of [['publish', 'stream'], ['longpoll', 'longpoll']]) {
  test(`a long query of the mount does not turn ${path} into something else`, async (t) => {
    const { server } = await setUp(t);
    server.longest = 1e5;
    const asked = [];
    const live = connect(`${server.mount}?token=${'x'.repeat(2100)}`, {
      transports: [transport],
      fetch: (url, init) => {
        asked.push([new URL(url).pathname, init.method ?? 'GET', init.body]);
        return fetch(url, init);
      },
    });
    t.after(() => live.close());
    const got = [];
    await live.subscribe('a', ({ data }) => got.push(data)).ready;
    await live.publish('a', { n: 1 });
    await until(() => got.length === 1);
    assert.deepEqual(got, [{ n: 1 }]);
    const of = asked.filter(([name]) => name === `/live/${path}`);
    assert.ok(of.length);
    for (const [, method, body] of of) assert.equal(method, body ? 'POST' : 'GET');
    assert.equal(of[0][1], path === 'publish' ? 'POST' : 'GET');
    // A query that is long by itself is sent in the body nevertheless.
    const names = range(1, 99).map((n) => `${'c'.repeat(57)}${n + 100}`);
    await Promise.all(names.map((name) => live.subscribe(name, () => {}).ready));
    assert.ok(asked.some(([name, , body]) => name === `/live/${transport}` && body?.includes(names[98])));
  });
}
