package io.millrace.spi;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;

/**
 * What a client asked for: channels and a cursor. The engine has read, authorized and counted it. A
 * transport calls {@link #attach} or {@link #take} once, on the request's event loop.
 */
public interface Attachment {

  /** {@return the format to use} */
  Format format();

  /**
   * Attaches a reader that stays.
   *
   * @param framing how messages look on the wire
   * @param outlet where they are written; the engine first sets its handlers, then writes
   */
  void attach(Framing framing, Outlet outlet);

  /**
   * Attaches a reader that takes one batch and leaves.
   *
   * @param framing how messages look on the wire
   * @param outlet gets one buffer with the whole answer, and is then forgotten
   * @param hold how long to wait for a message; the engine limits it. Zero is a poll
   */
  void take(Framing framing, Outlet outlet, Duration hold);

  /**
   * Accepts a frame from the client, after {@link #attach}. Only for a transport that is {@link
   * Transport.Trait#DUPLEX}.
   *
   * @param json a JSON object or an array of them, in UTF-8
   * @return completes when the next frame may be passed; until then the transport must not read
   */
  Future<Void> receive(Buffer json);

  /**
   * Reports how much of the client's data the transport holds and has not passed to {@link
   * #receive} yet. The incoming data of all clients together is limited ({@link
   * io.millrace.MillraceOptions#bodyBytes}), and so is the time that a message may take to arrive
   * ({@link io.millrace.MillraceOptions#bodyTimeout}): if a client exceeds either, its outlet is
   * ended. A message that arrives whole need not be reported.
   *
   * @param bytes how much memory that takes
   * @param begun whether a message has begun and the client has not sent all of it. Its time runs
   *     from the first call with true to the next call with false. Pass false when the message has
   *     arrived, before the next one begins, and while the transport itself does not read
   */
  default void holds(int bytes, boolean begun) {}

  /** {@return the largest frame that a client may send, in bytes} */
  int maxReceiveBytes();
}
