// Not run: the checker compares the sources with the hand-written types, and the types with their use.
import { Millrace, poll } from '../millrace.js';
import * as source from '../src/millrace.js';

/** @type {typeof import('../millrace.js')} */
export const all = source;

const live = new Millrace('/live', { transports: ['sse', poll], token: async () => 'x' });
const sub = live.subscribe('chat.lobby', { last: 20, events: ['say'] }, ({ data, cursor }) => [data, cursor]);
live.subscribe('chat.*', (message) => message.event.length);
live.on('state', (state) => state == 'closed')();
live.on('transport', ({ name, why, took }) => [name.length, why.length, took * 2]);
live.trace().map(({ time, what, transport }) => [time * 2, what.length, transport]);
live.on('gap', ({ channels, reason }) => channels.concat(reason));
live.publish('chat.lobby', { hello: 1 }, { key: 'k', priority: 'low' }).then((name) => name?.length);
sub.unsubscribe();
const said = live.subscribe('chat.lobby', /** @param {import('../millrace.js').Message<{ text: string }>} message */ ({ data }) =>
  data.text.length,
);
said.ready.then((it) => it.cursor?.length);
said.on('gap', ({ channels }) => channels.length);
said.on('error', ({ code, status, channels }) => [code, status, channels?.length]);
said.on('state', (state) => state == 'behind')();
live.on('error', (error) => error.message + error.channels?.join());
new Millrace('/live', { WebSocket, EventSource, fetch, debug: (what, details) => [what.length, details] });
export const read = async () => {
  const { signal } = new AbortController();
  for await (const { data } of live.subscribe('a', { signal })) JSON.stringify(data);
};
// @ts-expect-error A subscription with a handler is not iterable.
said[Symbol.asyncIterator];
const here = live.subscribe('a', { presence: true }, ({ from }) => from?.length);
here.on('presence', ({ members, count, joined, left }) => [members[0].user, count, joined[0]?.info, left.join()]);
live.on('transport', ({ name, why, took }) => [name.length, why.length, took * 2]);
live.trace().map(({ time, what, transport }) => [time * 2, what.length, transport]);
live.on('gap', ({ missed }) => missed?.a.toFixed());
live.publish('a', live.id, { replaces: 'x' });
new Millrace('/live', { token: () => null, maxRate: 2 });
// @ts-expect-error
live.on('presence', () => {});
// @ts-expect-error
new Millrace('/live', { token: () => 5 });
// @ts-expect-error
live.on('nothing', () => {});
// @ts-expect-error
live.subscribe('a', { last: 'b' }, () => {});
new Millrace('/live', { share: true });
new Millrace('/live', { share: 'ann', token: async () => 'x' });
// @ts-expect-error
new Millrace('/live', { share: 1 });
