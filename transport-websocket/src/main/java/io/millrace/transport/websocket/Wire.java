package io.millrace.transport.websocket;

import io.vertx.core.buffer.Buffer;

/**
 * The byte stream under a WebSocket, after the 101. Every method must be called, and the listener
 * is called, on the connection's event loop.
 */
interface Wire {

  /** Learns what happens. */
  interface Listener {

    /** Bytes have arrived; the listener owns them. May be called a few times after a pause. */
    void read(Buffer chunk);

    /** There is room again, after {@link #writeQueueFull}. */
    void drained();

    /** The HTTP server is shutting down, and gives its connections some time to end. */
    void shutdown();

    /** The connection has ended, for any reason. Called once. */
    void disconnected();
  }

  /** Writes a buffer. Others may write the same one; nobody may change it any more. */
  void write(Buffer buffer);

  /** Whether too much is waiting to be written. */
  boolean writeQueueFull();

  /** Pauses reading; at most about 64 KB more are read. */
  void pause();

  /** Continues to read. */
  void resume();

  /** Ends the connection once everything is written; that is never, if the client reads nothing. */
  void close();

  /** Ends the connection at once, even if something is waiting to be written. */
  void abort();
}
