/**
 * The WebSocket transport and the RFC 6455 layer beneath it.
 *
 * <p>A request is checked by {@code Handshake}, answered with 101 and taken over as a bare socket
 * by {@code WebSocketConnection}, which reads with {@code FrameReader} and writes buffers that
 * {@code FrameWriter} has framed, so that one framed buffer can be shared by any number of
 * recipients.
 */
@NullMarked
package io.millrace.transport.websocket;

import org.jspecify.annotations.NullMarked;
