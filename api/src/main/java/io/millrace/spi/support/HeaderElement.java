package io.millrace.spi.support;

import io.millrace.spi.Transport;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One element of a header field that is a list of names with parameters, such as {@code Accept} and
 * {@code Prefer} (RFC 9110, sections 5.6.1 and 5.6.6; RFC 7240, section 2): {@code
 * text/html;q=0.5}, {@code wait=10}. It exists for {@link Transport#accepts}, which has no routing
 * context.
 *
 * @param name the media range or token, in lower case
 * @param value what follows its {@code =}, without quotes; without a value it is empty, which means
 *     the same (RFC 7240, section 2)
 * @param parameters the values of the parameters, without quotes, by their names in lower case; if
 *     a name occurs several times, its first value
 */
public record HeaderElement(String name, String value, Map<String, String> parameters) {

  /** The characters of a token that are neither letters nor digits. */
  private static final String MARKS = "!#$%&'*+.^_`|~-";

  private static final Pattern ZERO = Pattern.compile("0(\\.0*)?");

  /**
   * Copies the parameters.
   *
   * @param name the name
   * @param value the value
   * @param parameters the parameters
   */
  public HeaderElement {
    parameters = Map.copyOf(parameters);
  }

  /**
   * Reads a header field.
   *
   * @param lines the values of all lines with the field's name, see {@link MultiMap#getAll(String)}
   * @return its elements in order; those that cannot be read are omitted
   */
  public static List<HeaderElement> parse(Collection<String> lines) {
    List<HeaderElement> elements = new ArrayList<>(lines.size());
    for (String line : lines) {
      for (int from = 0, end; from <= line.length(); from = end + 1) {
        end = end(line, from, ',');
        read(line.substring(from, end)).ifPresent(elements::add);
      }
    }
    return List.copyOf(elements);
  }

  /**
   * Returns whether a request asks for a media type by {@code Accept} (RFC 9110, section 12.5.1).
   * The most specific range that matches decides; a weight of 0 refuses. <code>*&#47;*</code> does
   * not count as asking: every request that a script makes has it.
   *
   * @param headers the request's headers
   * @param type the media type, in lower case and without parameters
   * @return whether it does
   */
  public static boolean accepts(MultiMap headers, String type) {
    List<HeaderElement> ranges = parse(headers.getAll(HttpHeaders.ACCEPT));
    String family = type.substring(0, type.indexOf('/')) + "/*";
    return accepts(ranges, type).or(() -> accepts(ranges, family)).orElse(false);
  }

  private static Optional<Boolean> accepts(List<HeaderElement> ranges, String name) {
    return ranges.stream()
        .filter(range -> range.name.equals(name))
        .findFirst()
        .map(range -> !range.isRefused());
  }

  /** {@return whether it has a weight of 0, which means "not this" (RFC 9110, section 12.4.2)} */
  public boolean isRefused() {
    return ZERO.matcher(parameters.getOrDefault("q", "1")).matches();
  }

  private static Optional<HeaderElement> read(String text) {
    int end = end(text, 0, ';');
    Optional<HeaderElement> first = pair(text.substring(0, end).strip());
    if (first.isEmpty() || end == text.length()) {
      return first;
    }
    Map<String, String> parameters = new HashMap<>();
    while (end < text.length()) {
      int from = end + 1;
      end = end(text, from, ';');
      String part = text.substring(from, end).strip();
      if (!part.isEmpty()) {
        Optional<HeaderElement> parameter = pair(part);
        if (parameter.isEmpty()) {
          return Optional.empty();
        }
        parameters.putIfAbsent(parameter.get().name, parameter.get().value);
      }
    }
    return first.map(it -> new HeaderElement(it.name, it.value, parameters));
  }

  /** Reads a part without parameters. */
  private static Optional<HeaderElement> pair(String part) {
    int equals = part.indexOf('=');
    String name = equals < 0 ? part : part.substring(0, equals).strip();
    if (!isName(name)) {
      return Optional.empty();
    }
    Optional<String> value =
        equals < 0 ? Optional.of("") : unquote(part.substring(equals + 1).strip());
    return value.map(it -> new HeaderElement(name.toLowerCase(Locale.ROOT), it, Map.of()));
  }

  /** Returns whether it is a token (RFC 9110, section 5.6.2), or two with a slash between them. */
  private static boolean isName(String text) {
    int slash = text.indexOf('/');
    return slash < 0
        ? isToken(text, 0, text.length())
        : isToken(text, 0, slash) && isToken(text, slash + 1, text.length());
  }

  private static boolean isToken(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      boolean alphanumeric =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!alphanumeric && MARKS.indexOf(c) < 0) {
        return false;
      }
    }
    return from < to;
  }

  private static Optional<String> unquote(String word) {
    if (!word.startsWith("\"")) {
      return word.isEmpty() || isName(word) ? Optional.of(word) : Optional.empty();
    }
    StringBuilder text = new StringBuilder(word.length());
    for (int i = 1; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c == '"') {
        return i == word.length() - 1 ? Optional.of(text.toString()) : Optional.empty();
      }
      if (c == '\\' && ++i < word.length()) {
        c = word.charAt(i);
      }
      text.append(c);
    }
    return Optional.empty();
  }

  /** Returns the position of the next separator that is not quoted, or the end of the text. */
  private static int end(String text, int from, char separator) {
    boolean quoted = false;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == separator) {
        return i;
      }
    }
    return text.length();
  }
}
