package io.millrace.core;

import io.millrace.MillraceException;
import io.millrace.spi.JsonText;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The members of a JSON object that a client sent, each as JSON text: what is passed on, such as a
 * payload, keeps its number literals and key order.
 */
final class JsonFields {

  private final Map<String, String> fields = new LinkedHashMap<>();

  private JsonFields() {}

  /**
   * Reads an object, or an array of objects.
   *
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the text is neither
   */
  static List<JsonFields> objects(Buffer json) {
    String text = JsonText.compact(json).toString();
    if (text.startsWith("{")) {
      return List.of(object(text));
    }
    if (!text.startsWith("[")) {
      throw bad("A JSON object is needed.");
    }
    return members(text).stream().map(JsonFields::object).toList();
  }

  /**
   * Reads the one object that a request's body is.
   *
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is anything else
   */
  static JsonFields object(RoutingContext context) {
    return object(JsonText.compact(Bodies.take(context)).toString());
  }

  private static JsonFields object(String text) {
    if (!text.startsWith("{")) {
      throw bad("A JSON object is needed.");
    }
    JsonFields object = new JsonFields();
    for (String member : members(text)) {
      int end = endOfString(member, 0);
      object.fields.put(
          (String) Json.decodeValue(member.substring(0, end)), member.substring(end + 1));
    }
    return object;
  }

  /** Splits compact JSON between its outer brackets at its outer commas. */
  private static List<String> members(String text) {
    List<String> members = new ArrayList<>();
    int depth = 0;
    int start = 1;
    for (int i = 1; i < text.length() - 1; i++) {
      switch (text.charAt(i)) {
        case '"' -> i = endOfString(text, i) - 1;
        case '{', '[' -> depth++;
        case '}', ']' -> depth--;
        case ',' -> {
          if (depth == 0) {
            members.add(text.substring(start, i));
            start = i + 1;
          }
        }
        default -> {}
      }
    }
    if (start < text.length() - 1) {
      members.add(text.substring(start, text.length() - 1));
    }
    return members;
  }

  private static int endOfString(String text, int start) {
    int i = start + 1;
    while (text.charAt(i) != '"') {
      i += text.charAt(i) == '\\' ? 2 : 1;
    }
    return i + 1;
  }

  /** Returns the JSON text of a member that is there and not {@code null}. */
  Optional<String> raw(String name) {
    return Optional.ofNullable(fields.get(name)).filter(text -> !text.equals("null"));
  }

  /** Returns whether a member is there, be it {@code null}. */
  boolean has(String name) {
    return fields.containsKey(name);
  }

  /**
   * Returns a string.
   *
   * @throws MillraceException if the member is there and no string
   */
  Optional<String> string(String name) {
    return raw(name)
        .map(
            text -> {
              if (!(Json.decodeValue(text) instanceof String string)) {
                throw bad(name + " is a string.");
              }
              return string;
            });
  }

  /**
   * Returns an integer.
   *
   * @throws MillraceException if the member is there and no integer
   */
  Optional<Long> integer(String name) {
    return raw(name)
        .map(
            text -> {
              if (!(Json.decodeValue(text) instanceof Number number)
                  || !text.matches("-?[0-9]{1,18}")) {
                throw bad(name + " is an integer.");
              }
              return number.longValue();
            });
  }

  /**
   * Returns an array of strings, empty if the member is not there.
   *
   * @throws MillraceException if the member is there and not such an array
   */
  List<String> strings(String name) {
    Optional<String> text = raw(name);
    if (text.isEmpty()) {
      return List.of();
    }
    if (!(Json.decodeValue(text.get()) instanceof JsonArray array)
        || !array.stream().allMatch(String.class::isInstance)) {
      throw bad(name + " is an array of strings.");
    }
    return array.stream().map(String.class::cast).toList();
  }

  private static MillraceException bad(String why) {
    return new MillraceException(MillraceException.Code.BAD_REQUEST, why);
  }
}
