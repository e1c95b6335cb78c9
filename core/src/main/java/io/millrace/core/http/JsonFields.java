package io.millrace.core.http;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * The members of a JSON object from a client, each as JSON text, so that what is passed on, such as
 * a payload, keeps its number literals and key order. Members that nobody asks for are not parsed,
 * because clients choose how many there are.
 */
final class JsonFields {

  /** The members of a command or a body. All others are ignored. */
  private static final Set<String> KNOWN =
      Set.of(
          "type",
          "id",
          "channels",
          "cursor",
          "last",
          "events",
          "format",
          "maxRate",
          "channel",
          "event",
          "data",
          "base64",
          "key",
          "priority",
          "token",
          "presence",
          "client",
          "replaces");

  /** The length of the longest known name in quotes, with each character written as an escape. */
  private static final int LONGEST_NAME = "channels".length() * 6 + 2;

  private record Range(int start, int end) {}

  private final byte[] text;
  private final Map<String, Range> fields = new HashMap<>();

  private JsonFields(byte[] text) {
    this.text = text;
  }

  /**
   * Reads an object, or an array of objects. They are read from the text one by one, so those that
   * wait cost no more than the text.
   *
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the text is neither
   */
  static Iterator<JsonFields> objects(Buffer json) {
    byte[] text = compact(json);
    if (text[0] != '[') {
      return Collections.singletonList(object(text, 0)).iterator();
    }
    for (int next = 1; text[next] != ']'; next = afterComma(text, endOfValue(text, next))) {
      requireObject(text, next);
    }
    return new Elements(text);
  }

  /**
   * Reads the body of a request, which must be one object.
   *
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is anything else
   */
  static JsonFields object(RoutingContext context) {
    return object(compact(Bodies.take(context)), 0);
  }

  /** Checks JSON text and removes the white space, as from the payload of a message. */
  private static byte[] compact(Buffer json) {
    return Message.jsonText(json).data().getBytes();
  }

  private static JsonFields object(byte[] text, int start) {
    requireObject(text, start);
    JsonFields object = new JsonFields(text);
    int next = start + 1;
    while (text[next] != '}') {
      int endOfName = endOfString(text, next);
      int end = endOfValue(text, endOfName + 1);
      String name = name(text, next, endOfName);
      if (KNOWN.contains(name)) {
        object.fields.put(name, new Range(endOfName + 1, end));
      }
      next = afterComma(text, end);
    }
    return object;
  }

  /** The objects of an array, each read in its turn. */
  private static final class Elements implements Iterator<JsonFields> {
    private final byte[] text;
    private int next = 1;

    Elements(byte[] text) {
      this.text = text;
    }

    @Override
    public boolean hasNext() {
      return text[next] != ']';
    }

    @Override
    public JsonFields next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      JsonFields element = object(text, next);
      next = afterComma(text, endOfValue(text, next));
      return element;
    }
  }

  private static void requireObject(byte[] text, int start) {
    if (text[start] != '{') {
      throw bad("A JSON object is required.");
    }
  }

  /**
   * Returns a name if it can be a known one; in known names, the only possible escapes are those of
   * code units.
   */
  private static String name(byte[] text, int start, int end) {
    if (end - start > LONGEST_NAME) {
      return "";
    }
    StringBuilder name = new StringBuilder(end - start);
    for (int i = start + 1; i < end - 1; i++) {
      if (text[i] != '\\') {
        name.append((char) text[i]);
      } else if (text[i + 1] == 'u') {
        String digits = new String(text, i + 2, 4, StandardCharsets.US_ASCII);
        name.append((char) HexFormat.fromHexDigits(digits));
        i += 5;
      } else {
        return "";
      }
    }
    return name.toString();
  }

  private static int afterComma(byte[] text, int end) {
    return text[end] == ',' ? end + 1 : end;
  }

  private static int endOfValue(byte[] text, int start) {
    int depth = 0;
    for (int i = start; i < text.length; i++) {
      switch (text[i]) {
        case '"' -> i = endOfString(text, i) - 1;
        case '{', '[' -> depth++;
        case '}', ']' -> {
          if (depth-- == 0) {
            return i;
          }
        }
        case ',' -> {
          if (depth == 0) {
            return i;
          }
        }
        default -> {}
      }
    }
    return text.length;
  }

  private static int endOfString(byte[] text, int start) {
    int i = start + 1;
    while (text[i] != '"') {
      i += text[i] == '\\' ? 2 : 1;
    }
    return i + 1;
  }

  /** Returns the JSON text of a member that exists and is not {@code null}. */
  Optional<String> raw(String name) {
    return Optional.ofNullable(fields.get(name))
        .map(range -> text(range.start, range.end))
        .filter(text -> !text.equals("null"));
  }

  private String text(int start, int end) {
    return new String(text, start, end - start, StandardCharsets.UTF_8);
  }

  /** Returns whether a member exists, even if it is {@code null}. */
  boolean has(String name) {
    return fields.containsKey(name);
  }

  /**
   * Returns a string.
   *
   * @throws MillraceException if the member exists and is not a string
   */
  Optional<String> string(String name) {
    return raw(name)
        .map(
            text -> {
              if (!text.startsWith("\"")) {
                throw bad(name + " must be a string.");
              }
              return (String) Json.decodeValue(text);
            });
  }

  /**
   * Returns an integer.
   *
   * @throws MillraceException if the member exists and is not an integer
   */
  Optional<Long> integer(String name) {
    return raw(name)
        .map(
            text -> {
              if (!text.matches("-?[0-9]{1,18}")) {
                throw bad(name + " must be an integer.");
              }
              return Long.valueOf(text);
            });
  }

  /**
   * Returns an array of strings; an empty one if the member does not exist.
   *
   * @param most the maximum number of strings
   * @throws MillraceException if the member exists and is not such an array, or if there are more
   */
  List<String> strings(String name, int most) {
    Range range = fields.get(name);
    if (range == null || text[range.start] == 'n') {
      return List.of(); // Only the JSON text null begins like this.
    }
    if (text[range.start] != '[') {
      throw bad(name + " must be an array of strings.");
    }
    List<String> strings = new ArrayList<>();
    int next = range.start + 1;
    while (text[next] != ']') {
      if (text[next] != '"') {
        throw bad(name + " must be an array of strings.");
      }
      if (strings.size() == most) {
        throw bad(name + " may have at most " + most + " strings.");
      }
      int end = endOfString(text, next);
      strings.add((String) Json.decodeValue(text(next, end)));
      next = afterComma(text, end);
    }
    return strings;
  }

  private static MillraceException bad(String why) {
    return new MillraceException(MillraceException.Code.BAD_REQUEST, why);
  }
}
