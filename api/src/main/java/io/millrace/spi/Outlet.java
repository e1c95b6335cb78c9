package io.millrace.spi;

import io.vertx.core.buffer.Buffer;

/**
 * Where the bytes for one client go. Used on one event loop only.
 *
 * <p>The engine sets both handlers before it writes anything, so it notices a connection that is
 * closed already.
 */
public interface Outlet {

  /** {@return whether the client keeps up: false once the connection's write queue is full} */
  boolean writable();

  /**
   * Writes whole frames in a single write. The buffer is shared with other clients: it must be
   * neither changed nor copied.
   *
   * @param frames what {@link Framing} made
   */
  void write(Buffer frames);

  /**
   * Returns whether the client has shown that it is there since the last call. Called once in a
   * while, at most as often as heartbeats; may also ask the client. An outlet of which this is
   * false for {@link io.millrace.MillraceOptions#stallTimeout} is ended.
   *
   * @return whether anything has arrived from the client; true, if the technique cannot tell
   */
  default boolean hasHeard() {
    return true;
  }

  /**
   * Sets what is called when the outlet has become writable again.
   *
   * @param handler called on the event loop
   */
  void onDrain(Runnable handler);

  /**
   * Sets what is called when the connection is closed, for whatever reason and at most once. If it
   * is closed already, the handler must still be called, at once or soon.
   *
   * @param handler called on the event loop
   */
  void onClose(Runnable handler);

  /**
   * Ends the connection, after what was written has been sent.
   *
   * @param ending why, and whether the client should reconnect
   */
  void end(Ending ending);
}
