package io.millrace.spi.support;

import io.millrace.Entry;
import io.millrace.Message;
import io.millrace.spi.Signal;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** The JSON forms of entries and signals that the wire protocol defines, for framings to wrap. */
public final class JsonFrames {

  private JsonFrames() {}

  /**
   * The envelope of an entry: <code>{"channel":…,"cursor":…,"event":…,"time":…,"data":…}</code>.
   * The event is omitted if it is the default; bytes are in {@code base64} instead of {@code data};
   * {@code from} follows the time if it is known who published the message.
   *
   * @param entry the entry
   * @return JSON in UTF-8
   */
  public static Buffer envelope(Entry entry) {
    return envelope("{", entry, "");
  }

  /**
   * The frame of an entry: its envelope with {@code "type":"message"}.
   *
   * @param entry the entry
   * @return JSON in UTF-8
   */
  public static Buffer message(Entry entry) {
    return envelope("{\"type\":\"message\",", entry, "");
  }

  /**
   * The frame of an entry that is replayed for a subscribe command.
   *
   * @param entry the entry
   * @param subscribe the JSON text of the command's id; empty for an ordinary frame
   * @return JSON in UTF-8
   */
  public static Buffer replayed(Entry entry, Optional<String> subscribe) {
    return envelope(
        "{\"type\":\"message\",", entry, subscribe.map(id -> ",\"replay\":" + id).orElse(""));
  }

  private static Buffer envelope(String opening, Entry entry, String addition) {
    Message message = entry.message();
    StringBuilder head = new StringBuilder(160).append(opening);
    // Channels and cursors have no character that JSON escapes.
    head.append("\"channel\":\"")
        .append(entry.channel())
        .append("\",\"cursor\":\"")
        .append(entry.cursor())
        .append('"');
    if (!message.event().equals(Message.DEFAULT_EVENT)) {
      head.append(",\"event\":").append(Json.encode(message.event()));
    }
    message.time().ifPresent(time -> head.append(",\"time\":").append(time.toEpochMilli()));
    message.from().ifPresent(user -> head.append(",\"from\":").append(Json.encode(user)));
    head.append(addition);
    Buffer data = message.data();
    if (message.isJson()) {
      byte[] start = head.append(",\"data\":").toString().getBytes(StandardCharsets.UTF_8);
      return Buffer.buffer(start.length + data.length() + 1)
          .appendBytes(start)
          .appendBuffer(data)
          .appendByte((byte) '}');
    }
    head.append(",\"base64\":\"").append(base64(data)).append("\"}");
    return Buffer.buffer(head.toString());
  }

  /**
   * Only the payload of a message: a JSON string as its text, other JSON compact, bytes as they
   * are.
   *
   * @param message the message
   * @return text in UTF-8, or the bytes
   */
  public static Buffer payload(Message message) {
    Buffer data = message.data();
    boolean string = message.isJson() && data.length() > 0 && data.getByte(0) == '"';
    return string ? text(data) : data;
  }

  private static Buffer text(Buffer string) {
    byte[] bytes = string.getBytes(); // Reading each from a Buffer takes longer than this copy.
    int end = bytes.length - 1;
    for (int i = 1; i < end; i++) {
      if (bytes[i] < 0 || bytes[i] == '\\') {
        return Buffer.buffer((String) Json.decodeValue(string));
      }
    }
    return string.slice(1, end); // ASCII without escapes is the text itself, in quotes.
  }

  /**
   * Bytes as text (RFC 4648, section 4).
   *
   * @param bytes the bytes
   * @return base64 with padding
   */
  public static String base64(Buffer bytes) {
    return Base64.getEncoder().encodeToString(bytes.getBytes());
  }

  /**
   * The JSON form of a signal, with its {@code type}.
   *
   * @param signal the signal
   * @return the frame
   */
  public static JsonObject signal(Signal signal) {
    return new JsonObject().put("type", signal.type()).mergeIn(signal.fields());
  }
}
