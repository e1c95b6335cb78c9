package io.millrace.tck;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.Message;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON frames of the wire protocol. The text of every value is kept as it was sent, so
 * that {@code 1.0} stays distinct from {@code 1.00}.
 */
public final class JsonFrame {

  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonFrame() {}

  /**
   * Reads one frame that has a {@code type}.
   *
   * @param json one JSON object in UTF-8
   * @return the frame
   * @throws IllegalArgumentException if it is not a frame
   */
  public static Frame parse(byte[] json) {
    Map<String, Buffer> fields = fields(json);
    return typed(string(fields, "type").orElse(""), fields);
  }

  /**
   * Reads one envelope, which has no {@code type}.
   *
   * @param json one JSON object in UTF-8
   * @return the message
   */
  public static Frame.Delivery envelope(byte[] json) {
    return delivery(fields(json));
  }

  /**
   * Reads the answer to a poll.
   *
   * @param json one JSON object in UTF-8
   * @return the gap notice, if there is one, the messages, and a {@code batch} note with the cursor
   */
  public static List<Frame> batch(byte[] json) {
    Map<String, Buffer> fields = fields(json);
    List<Frame> frames = new ArrayList<>();
    Buffer gap = fields.get("gap");
    if (gap != null) {
      frames.add(missed(fields(gap.getBytes())));
    }
    for (byte[] message : elements(required(fields, "messages").getBytes())) {
      frames.add(envelope(message));
    }
    frames.add(new Frame.Note(Optional.of(string(fields, "cursor").orElseThrow()), "batch"));
    return frames;
  }

  static Frame typed(String type, Map<String, Buffer> fields) {
    Optional<String> cursor = string(fields, "cursor");
    return switch (type) {
      case "message" -> delivery(fields);
      case "gap" -> missed(fields);
      case "ok", "error" ->
          new Frame.Answer(
              cursor,
              Optional.ofNullable(fields.get("id")).map(Buffer::toString).orElse(""),
              string(fields, "code").orElse(""));
      case "welcome", "heartbeat", "goodbye", "degraded", "restored" ->
          new Frame.Note(cursor, type);
      default -> throw new IllegalArgumentException("Not a frame: " + fields);
    };
  }

  private static Frame.Delivery delivery(Map<String, Buffer> fields) {
    Buffer base64 = fields.get("base64");
    Buffer payload =
        base64 == null
            ? required(fields, "data")
            : Buffer.buffer(Base64.getDecoder().decode(text(base64)));
    Buffer replay = fields.get("replay");
    return new Frame.Delivery(
        replay == null ? string(fields, "cursor") : Optional.empty(),
        Optional.of(string(fields, "channel").orElseThrow()),
        string(fields, "event").orElse(Message.DEFAULT_EVENT),
        payload,
        replay == null ? "" : replay.toString());
  }

  private static Frame.Missed missed(Map<String, Buffer> fields) {
    List<String> channels = new ArrayList<>();
    new JsonArray(required(fields, "channels"))
        .forEach(channel -> channels.add(String.valueOf(channel)));
    return new Frame.Missed(
        string(fields, "cursor"), channels, string(fields, "reason").orElseThrow());
  }

  private static Buffer required(Map<String, Buffer> fields, String name) {
    Buffer value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException("There is no \"" + name + "\" in " + fields);
    }
    return value;
  }

  private static Optional<String> string(Map<String, Buffer> fields, String name) {
    return Optional.ofNullable(fields.get(name)).map(JsonFrame::text);
  }

  private static String text(Buffer json) {
    String literal = json.toString();
    if (literal.startsWith("\"") && literal.indexOf('\\') < 0) {
      return literal.substring(1, literal.length() - 1);
    }
    return new JsonObject("{\"text\":" + json + "}").getString("text");
  }

  /** {@return the members of an object, with each value as it was written} */
  static Map<String, Buffer> fields(byte[] json) {
    Map<String, Buffer> fields = new LinkedHashMap<>();
    try (JsonParser parser = FACTORY.createParser(json)) {
      expect(JsonToken.START_OBJECT, parser.nextToken(), json);
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        if (fields.put(name, value(parser, json)) != null) {
          throw new IllegalArgumentException("\"" + name + "\" appears twice.");
        }
      }
      expect(null, parser.nextToken(), json);
    } catch (IOException e) {
      throw new UncheckedIOException("Not JSON: " + Buffer.buffer(json), e);
    }
    return fields;
  }

  private static List<byte[]> elements(byte[] json) {
    List<byte[]> elements = new ArrayList<>();
    try (JsonParser parser = FACTORY.createParser(json)) {
      expect(JsonToken.START_ARRAY, parser.nextToken(), json);
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        elements.add(value(parser, json).getBytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Not JSON: " + Buffer.buffer(json), e);
    }
    return elements;
  }

  private static Buffer value(JsonParser parser, byte[] json) throws IOException {
    int start = (int) parser.currentTokenLocation().getByteOffset();
    parser.finishToken();
    parser.skipChildren();
    int end = (int) parser.currentLocation().getByteOffset();
    return Buffer.buffer(end - start).appendBytes(json, start, end - start);
  }

  private static void expect(@Nullable JsonToken expected, @Nullable JsonToken found, byte[] json) {
    if (expected != found) {
      throw new IllegalArgumentException("Not a frame: " + Buffer.buffer(json));
    }
  }
}
