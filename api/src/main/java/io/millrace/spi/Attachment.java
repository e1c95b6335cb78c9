package io.millrace.spi;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;

/**
 * What a client asked for: channels and a cursor, read, authorised and counted. A transport calls
 * {@link #attach} or {@link #take}, once, on the request's event loop.
 */
public interface Attachment {

  /** {@return the format to use} */
  Format format();

  /**
   * Attaches a reader that stays.
   *
   * @param framing how it is written
   * @param outlet where to; the engine sets its handlers, then writes
   */
  void attach(Framing framing, Outlet outlet);

  /**
   * Attaches a reader that takes one batch and leaves.
   *
   * @param framing how it is written
   * @param outlet gets one buffer, the whole answer, and is then forgotten
   * @param hold how long to wait for a message; the engine's own bound applies. Zero is a poll
   */
  void take(Framing framing, Outlet outlet, Duration hold);

  /**
   * Takes a frame that the client sent, after {@link #attach}; only from a transport that is {@link
   * Transport.Trait#DUPLEX}.
   *
   * @param json a JSON object or an array of them, in UTF-8
   * @return completes when the next may be given; until then the transport shall stop reading
   */
  Future<Void> receive(Buffer json);

  /**
   * Says what the transport holds of what the client sent and {@link #receive} was not given yet.
   * All that arrives from clients is bounded together ({@link
   * io.millrace.MillraceOptions#bodyBytes}), and a message has its time to arrive ({@link
   * io.millrace.MillraceOptions#bodyTimeout}): the outlet of a client beyond either is ended. A
   * message that arrives whole need not be told.
   *
   * @param bytes what it takes of memory
   * @param begun whether a message has begun whose rest the client has still to send. Its time runs
   *     from the first call with true to the next with false: when it has arrived, before the next
   *     begins, and while the transport itself does not read
   */
  default void holds(int bytes, boolean begun) {}

  /** {@return the largest frame that a client may send, in bytes} */
  int maxReceiveBytes();
}
