package io.millrace.spi;

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
 * One element of a header field that is a list of names with parameters, as {@code Accept} and
 * {@code Prefer} are (RFC 9110, sections 5.6.1 and 5.6.6; RFC 7240, section 2): {@code
 * text/html;q=0.5}, {@code wait=10}. It is here for {@link Transport#accepts}, which has no routing
 * context.
 *
 * @param name the media range or token, in lower case
 * @param value what follows its {@code =}, without quotes; empty if there is nothing
 * @param parameters their values, without quotes, by their names in lower case; of several with one
 *     name the first
 */
public record HeaderElement(String name, String value, Map<String, String> parameters) {

  // A token (RFC 9110, section 5.6.2), or two with a slash between them.
  private static final Pattern NAME =
      Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]++(/[!#$%&'*+.^_`|~0-9A-Za-z-]++)?");
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
   * @return its elements in order; those that cannot be read are left out
   */
  public static List<HeaderElement> parse(Collection<String> lines) {
    List<HeaderElement> elements = new ArrayList<>();
    for (String line : lines) {
      for (String element : split(line, ',')) {
        read(element).ifPresent(elements::add);
      }
    }
    return List.copyOf(elements);
  }

  /**
   * Returns whether a request asks for a media type by {@code Accept} (RFC 9110, section 12.5.1).
   * The most specific range that matches decides; a weight of 0 refuses. <code>*&#47;*</code> does
   * not ask for anything: every request that a script makes has it.
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

  /** {@return whether it has a weight of 0, which says "not this" (RFC 9110, section 12.4.2)} */
  public boolean isRefused() {
    return ZERO.matcher(parameters.getOrDefault("q", "1")).matches();
  }

  private static Optional<HeaderElement> read(String text) {
    Optional<Map.Entry<String, String>> first = Optional.empty();
    Map<String, String> parameters = new HashMap<>();
    for (String part : split(text, ';')) {
      Optional<Map.Entry<String, String>> pair = pair(part.strip());
      if (pair.isEmpty() && (first.isEmpty() || !part.isBlank())) {
        return Optional.empty();
      } else if (first.isEmpty()) {
        first = pair;
      } else {
        pair.ifPresent(it -> parameters.putIfAbsent(it.getKey(), it.getValue()));
      }
    }
    return first.map(it -> new HeaderElement(it.getKey(), it.getValue(), parameters));
  }

  private static Optional<Map.Entry<String, String>> pair(String part) {
    int equals = part.indexOf('=');
    String name = equals < 0 ? part : part.substring(0, equals).strip();
    if (!NAME.matcher(name).matches()) {
      return Optional.empty();
    }
    Optional<String> value =
        equals < 0 ? Optional.of("") : unquote(part.substring(equals + 1).strip());
    return value.map(it -> Map.entry(name.toLowerCase(Locale.ROOT), it));
  }

  private static Optional<String> unquote(String word) {
    if (!word.startsWith("\"")) {
      return word.isEmpty() || NAME.matcher(word).matches() ? Optional.of(word) : Optional.empty();
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

  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == separator) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(text.substring(start));
    return parts;
  }
}
