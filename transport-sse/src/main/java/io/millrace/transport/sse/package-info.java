/**
 * Server-sent events (WHATWG HTML, section 9.2), for a browser's {@code EventSource}: one HTTP
 * response that stays open. A request asks for it with {@code Accept: text/event-stream}.
 *
 * <p>The response is {@code 200}, {@code text/event-stream}; its headers forbid caches and proxies
 * to store, transform or buffer it. The first block gives the browser a reconnection time and,
 * before any message, a cursor. In the format {@code plain}, a stream looks like this; lines end
 * with LF:
 *
 * <pre>
 * retry: 3121
 * id: k3-90
 *
 * id: k3-91
 * event: vote
 * data: {"bill":"H.R. 1","yeas":217}
 *
 * : hb
 * id: k3-95
 *
 * id: k3-95
 * event: millrace.gap
 * data: {"channels":["a"],"reason":"slow"}
 * </pre>
 *
 * <ul>
 *   <li>{@code event} is omitted if it is {@code message}. Each line of a payload has its own
 *       {@code data} line, however it ends, so CRLF and CR arrive as LF. Bytes are sent as base64.
 *   <li>Of the messages that {@code last} replays, only the final one has an {@code id}: a browser
 *       that loses the connection earlier asks for the whole replay again.
 *   <li>After silence, the server sends a comment, with the cursor if it has moved.
 *   <li>Some libraries take every block for an event, even one without data. Clients that can be
 *       recognized as such (scripts that use {@code fetch}, Jersey, Spring's {@code WebClient}) get
 *       no blank line after fields without data, unless they send {@code Cache-Control} or {@code
 *       Pragma}. An {@code EventSource} always sends {@code Cache-Control}.
 *   <li>If the client should resume later, the stream ends with a {@code retry}. A browser
 *       reconnects only after status {@code 200}. So a node that takes no clients at the moment
 *       answers {@code 200} with a {@code retry}, and ends. {@code 204} says never to reconnect.
 * </ul>
 *
 * <p>In the format {@code envelope}, {@code data} is a message's envelope and the event is always
 * {@code message}, because a script can only listen to names that it knows. The server's own
 * signals are events, too: {@code millrace.welcome} (in the first block), {@code
 * millrace.heartbeat}, {@code millrace.gap}, {@code millrace.goodbye}, {@code millrace.degraded}
 * and {@code millrace.restored}, with an {@code id} if they have a cursor. Their {@code data} is
 * the WebSocket frame of the same name, without its type; for a gap, also without its cursor.
 *
 * <p>With {@code mode=once}, the response contains what is pending, and ends; {@code retry} says
 * when to ask again. So an {@code EventSource} polls at the server's pace.
 */
@NullMarked
package io.millrace.transport.sse;

import org.jspecify.annotations.NullMarked;
