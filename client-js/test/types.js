// Not run: the checker holds the sources to the hand-kept types.
import { Millrace, decodeSegment, encodeSegment, longpoll, poll, sse, stream, websocket } from '../src/millrace.js';

/** @type {typeof import('../millrace.js')} */
export const all = { Millrace, decodeSegment, encodeSegment, longpoll, poll, sse, stream, websocket };

const live = new Millrace('/live', { transports: ['sse', poll], token: async () => 'x' });
const sub = live.subscribe('chat.lobby', { last: 20, events: ['say'] }, ({ data, cursor }) => [data, cursor]);
live.subscribe('chat.*', (message) => message.event.length);
live.on('state', (state) => state == 'closed')();
live.on('gap', ({ channels, reason }) => channels.concat(reason));
live.publish('chat.lobby', { hello: 1 }, { key: 'k', priority: 'low' }).then((name) => name?.length);
sub.unsubscribe();
// @ts-expect-error
live.on('nothing', () => {});
// @ts-expect-error
live.subscribe('a', { last: 'b' }, () => {});
