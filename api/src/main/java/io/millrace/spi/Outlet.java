package io.millrace.spi;

import io.vertx.core.buffer.Buffer;

/**
 * Where the bytes for one client go. Used on one event loop only.
 *
 * <p>The engine sets both handlers before it writes anything, so a connection that is dead already
 * is noticed.
 */
public interface Outlet {

  /**
   * {@return whether the client keeps up: false once more than the connection's write queue is
   * waiting to be sent}
   */
  boolean writable();

  /**
   * Writes whole frames, as one write. The buffer is shared with other clients: it must be neither
   * changed nor copied.
   *
   * @param frames what {@link Framing} made
   */
  void write(Buffer frames);

  /**
   * Sets what is called when the outlet has become writable again.
   *
   * @param handler called on the event loop
   */
  void onDrain(Runnable handler);

  /**
   * Sets what is called when the connection is gone, for whatever reason and at most once. If it is
   * gone already, the handler must be called all the same, at once or soon.
   *
   * @param handler called on the event loop
   */
  void onClose(Runnable handler);

  /**
   * Ends the connection, after what was written has been sent.
   *
   * @param ending why, and whether the client shall come back
   */
  void end(Ending ending);
}
