/**
 * Long polling and polling, for whatever speaks HTTP: each request takes what is pending after its
 * cursor and leaves. The answer is one JSON object, oldest message first:
 *
 * <pre>
 * {"cursor":"k3-95","messages":[{"channel":"a","cursor":"k3-91","time":1764000000000,"data":{…}},…]}
 * </pre>
 *
 * Added where they are so: {@code "gap":{"channels":["a"],"reason":"expired"}} (before the first of
 * the messages), {@code "more":true} (ask again at once), {@code "degraded":true} (the broker is
 * out of reach) and, for a poll, {@code "nextPoll":15000} (when to ask again, in ms). The cursor in
 * the <em>next</em> request is the acknowledgement, so a lost response loses nothing. The only
 * format is {@code envelope}. The answer is not to be stored.
 *
 * <p>{@link io.millrace.transport.longpoll.LongPollTransport} is asked for by {@code Prefer:
 * wait=10} (RFC 7240, section 4.3) and holds the request until there is a message, as long as that
 * or the node's own bound; forced by its path, it does so without {@code Prefer} too. {@link
 * io.millrace.transport.longpoll.PollTransport} takes every request that nothing else takes, and
 * answers at once.
 */
@NullMarked
package io.millrace.transport.longpoll;

import org.jspecify.annotations.NullMarked;
