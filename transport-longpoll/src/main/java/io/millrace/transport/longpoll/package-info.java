/**
 * Long polling and polling, for every client that speaks HTTP: each request takes what is pending
 * after its cursor, and ends. The answer is one JSON object, with the oldest message first:
 *
 * <pre>
 * {"cursor":"k3-95","messages":[{"channel":"a","cursor":"k3-91","time":1764000000000,"data":{…}},…]}
 * </pre>
 *
 * These fields are present when they apply: {@code "gap":{"channels":["a"],"reason":"expired"}}
 * (there is a gap before the first of the messages), {@code "more":true} (ask again at once),
 * {@code "degraded":true} (the broker is out of reach) and, for a poll, {@code "nextPoll":15000}
 * (when to ask again, in ms). The cursor in the <em>next</em> request is the acknowledgement, so a
 * lost response loses nothing. The only format is {@code envelope}. Caches must not store the
 * answer.
 *
 * <p>A request with {@code Prefer: wait=10} (RFC 7240, section 4.3) asks for {@link
 * io.millrace.transport.longpoll.LongPollTransport}. It holds the request until there is a message,
 * but no longer than that many seconds, nor than the node's own bound. A request whose path asks
 * for a long poll needs no {@code Prefer}: it is held up to the node's bound. {@link
 * io.millrace.transport.longpoll.PollTransport} takes every request that no other transport takes,
 * and answers at once.
 */
@NullMarked
package io.millrace.transport.longpoll;

import org.jspecify.annotations.NullMarked;
