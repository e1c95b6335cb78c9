package io.millrace.transport.websocket;

import io.vertx.core.buffer.Buffer;

/**
 * The bytes under a WebSocket, once the 101 is out. Every method must be called, and the listener
 * is called, on the connection's event loop.
 */
interface Wire {

  /** Is told what happens. */
  interface Listener {

    /** Bytes have come; the buffer is the listener's. May be called a few times after a pause. */
    void read(Buffer chunk);

    /** What was written has left, after {@link #writeQueueFull}. */
    void drained();

    /** The HTTP server is shutting down and gives its connections some time. */
    void shutdown();

    /** The connection has ended, for whatever reason. Called once. */
    void disconnected();
  }

  /** Writes a buffer, which others may write, too, and nobody may change any more. */
  void write(Buffer buffer);

  /** Whether more is waiting to be written than should. */
  boolean writeQueueFull();

  /** Reads no more than some 64 KB on. */
  void pause();

  /** Reads on. */
  void resume();

  /** Ends the connection once all is written: never, if the client reads nothing. */
  void close();

  /** Ends the connection, whatever is waiting to be written. */
  void abort();
}
