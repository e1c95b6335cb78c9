package io.millrace.tck;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;

/** A frame that a client has received from a server, in decoded form. Immutable. */
public sealed interface Frame {

  /** {@return the cursor from which the client may resume after this frame, if it has one} */
  Optional<String> cursor();

  /**
   * A message.
   *
   * @param cursor where to resume; empty if the frame has no cursor, or one that must not be used
   *     to resume
   * @param channel the channel, if the frame names it
   * @param event the event's name
   * @param payload the payload as it was sent, see {@link TestClient#carried}
   * @param replay the JSON text of the id of the subscribe command that it is replayed for, or
   *     empty
   */
  record Delivery(
      Optional<String> cursor,
      Optional<String> channel,
      String event,
      Buffer payload,
      String replay)
      implements Frame {

    /** {@return the payload as text in UTF-8} */
    public String text() {
      return payload.toString();
    }
  }

  /**
   * A gap notice: messages may be missing before the next one.
   *
   * @param cursor where to resume
   * @param channels names and patterns
   * @param reason why
   */
  record Missed(Optional<String> cursor, List<String> channels, String reason) implements Frame {

    /**
     * Copies the list.
     *
     * @param cursor where to resume
     * @param channels names and patterns
     * @param reason why
     */
    public Missed {
      channels = List.copyOf(channels);
    }
  }

  /**
   * The answer to a command.
   *
   * @param cursor where to resume
   * @param id the JSON text of the command's id, or empty
   * @param error the code of the failure; empty if the command succeeded
   */
  record Answer(Optional<String> cursor, String id, String error) implements Frame {}

  /**
   * Any other frame: {@code welcome}, {@code heartbeat}, {@code goodbye}, {@code degraded}, {@code
   * restored}, or {@code batch} for the end of an answer to a poll.
   *
   * @param cursor where to resume
   * @param type its type
   */
  record Note(Optional<String> cursor, String type) implements Frame {}

  /**
   * The connection was closed with a code, as WebSockets are.
   *
   * @param cursor always empty
   * @param code the code
   */
  record Closed(Optional<String> cursor, int code) implements Frame {}
}
