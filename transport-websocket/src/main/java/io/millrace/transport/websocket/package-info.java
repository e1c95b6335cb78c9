/** Carries messages over the WebSocket protocol (RFC 6455). */
@NullMarked
package io.millrace.transport.websocket;

import org.jspecify.annotations.NullMarked;
