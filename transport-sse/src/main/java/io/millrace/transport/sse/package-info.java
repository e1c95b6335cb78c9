/**
 * Server-sent events (WHATWG HTML, section 9.2), for a browser's {@code EventSource}: one HTTP
 * response that stays open, asked for by {@code Accept: text/event-stream}.
 *
 * <p>The response is {@code 200}, {@code text/event-stream}, and is not to be stored, transformed
 * or buffered on its way. Its first block gives the browser a reconnection time and, before any
 * message, a cursor. In the format {@code plain} a stream looks like this; lines end with LF, and
 * each write ends with a blank line. Who asks without {@code Cache-Control}, as no browser's {@code
 * EventSource} does, gets no blank line after fields without data:
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
 *   <li>{@code event} is left out for {@code message}. A payload has a {@code data} line for each
 *       of its lines, however they end, so CRLF and CR arrive as LF; bytes travel as base64.
 *   <li>What is replayed for {@code last} has no {@code id} until its last message: a browser that
 *       loses the connection before that asks for all of it again.
 *   <li>After silence comes a comment, with the cursor if that has moved.
 *   <li>A stream that is to be resumed later is ended after a {@code retry}. A browser does not
 *       come back after any status but {@code 200}: so a node that takes no client now answers
 *       {@code 200}, a {@code retry}, and ends; and {@code 204} says never to come back.
 * </ul>
 *
 * <p>In the format {@code envelope}, {@code data} is a message's envelope and the {@code event} is
 * always {@code message}, for a script can listen only to names it knows. What the server says
 * itself is an event too: {@code millrace.welcome} (in the first block), {@code
 * millrace.heartbeat}, {@code millrace.goodbye}, {@code millrace.degraded} and {@code
 * millrace.restored}, with the {@code id} where it tells a cursor; {@code data} is the frame of the
 * same name on a WebSocket, without its type.
 *
 * <p>With {@code mode=once} the response has what is pending and ends; {@code retry} is when to ask
 * again. So an {@code EventSource} polls at the pace the server sets.
 */
@NullMarked
package io.millrace.transport.sse;

import org.jspecify.annotations.NullMarked;
