package io.millrace.tck;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;

/** What a server told a client, once the bytes are read. Immutable. */
public sealed interface Frame {

  /** {@return the place that the client may resume from once it has this frame, if it tells one} */
  Optional<String> cursor();

  /**
   * A message.
   *
   * @param cursor where to resume; empty if the frame tells no cursor, or one that must not be
   *     resumed from
   * @param channel the channel, if the frame tells it
   * @param event the event's name
   * @param payload the payload as it travelled, see {@link TestClient#carried}
   * @param replay the JSON text of the id of the subscribe command it is replayed for, or empty
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
   * Messages may be missing before the next one.
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
   * A command was carried out, or was not.
   *
   * @param cursor where to resume
   * @param id the JSON text of the command's id, or empty
   * @param error the code of the failure, or empty if it was carried out
   */
  record Answer(Optional<String> cursor, String id, String error) implements Frame {}

  /**
   * Anything else: {@code welcome}, {@code heartbeat}, {@code goodbye}, {@code degraded}, {@code
   * restored}, or {@code batch} for the end of an answer to a poll.
   *
   * @param cursor where to resume
   * @param type what it is
   */
  record Note(Optional<String> cursor, String type) implements Frame {}

  /**
   * The connection was closed with a code, as WebSocket does.
   *
   * @param cursor never there
   * @param code the code
   */
  record Closed(Optional<String> cursor, int code) implements Frame {}
}
