package io.millrace.spi;

import io.millrace.Cursor;
import io.millrace.Gap;
import io.millrace.MillraceException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;

/**
 * What the engine sends to a reader besides entries. {@link
 * io.millrace.spi.support.JsonFrames#signal} is the JSON form of each.
 */
public sealed interface Signal {

  /**
   * The first signal.
   *
   * @param cursor where the reader begins; empty if a client must not resume from there
   * @param heartbeat after how much silence heartbeats are sent
   * @param retry when to reconnect, varied for each connection
   * @param limits as in the negotiate document
   */
  record Welcome(Optional<Cursor> cursor, Duration heartbeat, Duration retry, JsonObject limits)
      implements Signal {}

  /**
   * Messages may have been missed.
   *
   * @param gap where and why
   * @param cursor where the reader continues; absent while a replay is under way
   */
  record Missed(Gap gap, Optional<Cursor> cursor) implements Signal {}

  /**
   * Nothing was sent for a while.
   *
   * @param cursor where the reader is
   * @param moved whether that has changed since the last cursor was sent
   */
  record Heartbeat(Cursor cursor, boolean moved) implements Signal {}

  /**
   * The connection is about to end.
   *
   * @param ending why
   */
  record Goodbye(Ending ending) implements Signal {}

  /** The broker is out of reach: no messages arrive until {@link Restored}. */
  record Degraded() implements Signal {}

  /** The broker can be reached again. */
  record Restored() implements Signal {}

  /**
   * A subscribe, unsubscribe or auth command was carried out.
   *
   * @param id the JSON text of the command's id
   * @param cursor where the reader is
   */
  record Done(String id, Cursor cursor) implements Signal {}

  /**
   * A publish command was carried out.
   *
   * @param id the JSON text of the command's id
   * @param name the message's name, if the broker gives it one
   */
  record Published(String id, Optional<String> name) implements Signal {}

  /**
   * A command failed. The connection stays open.
   *
   * @param id the JSON text of the command's id, or empty if it had none that could be read
   * @param code the kind of failure
   * @param message what is wrong and what to do
   */
  record Failed(String id, MillraceException.Code code, String message) implements Signal {}
}
