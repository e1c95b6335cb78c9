package io.millrace.tck;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads an event stream as a browser does (WHATWG HTML, section 9.2.6), from the body of a response
 * in pieces of any size. An event that the end of the stream cuts off is not reported.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class SseParser {

  /**
   * An event as a browser dispatches it.
   *
   * @param type its name; {@code message} if it has none
   * @param data its data; lines are joined by LF
   * @param lastEventId the last id that was committed, by this event or an earlier one; or empty
   */
  public record Event(String type, String data, String lastEventId) {}

  private final Consumer<Event> events;
  private final Consumer<String> comments;
  // The bytes that end lines are part of no other UTF-8 sequence, so each line is decoded alone. A
  // surrogate in UTF-8 becomes one U+FFFD in Java and three in a browser; nothing else differs.
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final StringBuilder data = new StringBuilder();
  private String type = "";
  private String id = "";
  private String lastEventId = "";
  private Optional<Duration> retry = Optional.empty();
  private boolean first = true;
  private boolean afterReturn;

  /**
   * Starts a stream.
   *
   * @param events called for each event, inside {@link #feed}
   */
  public SseParser(Consumer<Event> events) {
    this(events, comment -> {});
  }

  /**
   * Starts a stream and reports comments, too, which a browser drops.
   *
   * @param events called for each event, inside {@link #feed}
   * @param comments called for each comment line with the text after its colon
   */
  public SseParser(Consumer<Event> events, Consumer<String> comments) {
    this.events = events;
    this.comments = comments;
  }

  /**
   * Reads the next bytes.
   *
   * @param piece the next bytes of the stream
   */
  public void feed(Buffer piece) {
    for (int i = 0; i < piece.length(); i++) {
      byte b = piece.getByte(i);
      if (b == '\r' || (b == '\n' && !afterReturn)) {
        endLine();
      } else if (b != '\n') {
        line.write(b);
      }
      afterReturn = b == '\r';
    }
  }

  /** {@return what a browser would send as {@code Last-Event-ID} now; empty if nothing} */
  public String lastEventId() {
    return lastEventId;
  }

  /** {@return the reconnection time, if the stream has set one} */
  public Optional<Duration> retry() {
    return retry;
  }

  private void endLine() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (first && text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    first = false;
    int colon = text.indexOf(':');
    if (text.isEmpty()) {
      dispatch();
    } else if (colon == 0) {
      comments.accept(text.substring(1));
    } else if (colon < 0) {
      field(text, "");
    } else {
      int value = text.startsWith(" ", colon + 1) ? colon + 2 : colon + 1;
      field(text.substring(0, colon), text.substring(value));
    }
  }

  private void field(String name, String value) {
    switch (name) {
      case "event" -> type = value;
      case "data" -> data.append(value).append('\n');
      case "id" -> id = value.indexOf(0) < 0 ? value : id;
      case "retry" -> retry = milliseconds(value).or(() -> retry);
      default -> {
        // Unknown fields are ignored.
      }
    }
  }

  private static Optional<Duration> milliseconds(String digits) {
    if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.empty();
    }
    try {
      return Optional.of(Duration.ofMillis(Long.parseLong(digits)));
    } catch (NumberFormatException tooLarge) {
      return Optional.of(Duration.ofMillis(Long.MAX_VALUE));
    }
  }

  private void dispatch() {
    lastEventId = id;
    if (data.length() > 0) {
      String name = type.isEmpty() ? "message" : type;
      Event event = new Event(name, data.substring(0, data.length() - 1), lastEventId);
      data.setLength(0);
      type = "";
      events.accept(event);
    }
    type = "";
  }
}
