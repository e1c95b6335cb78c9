/**
 * The WebSocket transport and the RFC 6455 layer beneath it.
 *
 * <p>{@code Handshake} checks a request. {@code WebSocketConnection} answers it with 101 and takes
 * over the bare socket. It reads with {@code FrameReader}, and writes buffers that {@code
 * FrameWriter} has framed, so that any number of recipients can share one framed buffer.
 */
@NullMarked
package io.millrace.transport.websocket;

import org.jspecify.annotations.NullMarked;
