package io.millrace.spi.options;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the values of an option look like in JSON. Immutable.
 *
 * @param <V> the type of the values
 */
public final class Form<V> {

  /** A whole number that fits an int. */
  public static final Form<Integer> INT =
      plain(
          "a whole number, at most " + Integer.MAX_VALUE,
          json -> Math.toIntExact(whole(json)),
          value -> value);

  /** A whole number that fits a long. */
  public static final Form<Long> LONG = plain("a whole number", Form::whole, value -> value);

  /** A time, a whole number of milliseconds. */
  public static final Form<Duration> TIME =
      plain(
          "a time, a whole number of milliseconds",
          json -> Duration.ofMillis(whole(json)),
          Duration::toMillis);

  /** True or false. */
  public static final Form<Boolean> FLAG =
      plain("true or false", Boolean.class::cast, value -> value);

  /** A text. */
  public static final Form<String> TEXT = of("a text", String.class::cast, value -> value);

  private final String expected;
  private final boolean plain;
  private final Function<Object, V> reader;
  private final Function<V, Object> writer;
  private final UnaryOperator<V> copier;

  private Form(
      String expected,
      boolean plain,
      Function<Object, V> reader,
      Function<V, Object> writer,
      UnaryOperator<V> copier) {
    this.expected = expected;
    this.plain = plain;
    this.reader = reader;
    this.writer = writer;
    this.copier = copier;
  }

  /**
   * Makes a form of one's own.
   *
   * @param <V> the type of the values, which are immutable
   * @param expected what is allowed, for messages: {@code a whole number}
   * @param reader makes a value from what {@link JsonObject#getValue} returns. It throws a {@link
   *     ClassCastException}, an {@link ArithmeticException} or a {@link NumberFormatException} if
   *     that is not what is expected. The message of any other exception is shown as it is
   * @param writer makes what {@link JsonObject#put} takes
   * @return the form
   */
  public static <V> Form<V> of(
      String expected, Function<Object, V> reader, Function<V, Object> writer) {
    return new Form<>(expected, false, reader, writer, value -> value);
  }

  private static <V> Form<V> plain(
      String expected, Function<Object, V> reader, Function<V, Object> writer) {
    return new Form<>(expected, true, reader, writer, value -> value);
  }

  /**
   * A constant, in lower case; read in any case.
   *
   * @param <E> the type of the constants
   * @param type the class of the constants
   * @return the form
   */
  public static <E extends Enum<E>> Form<E> oneOf(Class<E> type) {
    List<String> names =
        Arrays.stream(type.getEnumConstants()).map(each -> lowerCase(each.name())).toList();
    return plain(
        "one of " + String.join(", ", names),
        json -> constant(type, (String) json),
        value -> lowerCase(value.name()));
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String name) {
    return Arrays.stream(type.getEnumConstants())
        .filter(each -> each.name().equals(name.toUpperCase(Locale.ROOT)))
        .findAny()
        .orElseThrow(() -> new ClassCastException(name));
  }

  private static String lowerCase(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /**
   * An array of strings, in order.
   *
   * @param <V> the type of the elements
   * @param elements what they are, for messages: {@code hosts}
   * @param reader makes an element; throws an exception whose message says what is wrong
   * @param writer makes a text
   * @return the form; its values cannot be modified
   */
  public static <V> Form<List<V>> list(
      String elements, Function<String, V> reader, Function<V, String> writer) {
    return of(
        "an array of " + elements,
        json -> texts(json).map(reader).toList(),
        value -> array(value, writer));
  }

  /**
   * An array of strings, in order, of which each counts once.
   *
   * @param <V> the type of the elements
   * @param elements what they are, for messages: {@code channel patterns}
   * @param reader makes an element; throws an exception whose message says what is wrong
   * @param writer makes a text
   * @return the form; its values cannot be modified
   */
  public static <V> Form<Set<V>> set(
      String elements, Function<String, V> reader, Function<V, String> writer) {
    return of(
        "an array of " + elements,
        json -> distinct(texts(json).map(reader).toList()),
        value -> array(value, writer));
  }

  private static <V> Set<V> distinct(List<V> values) {
    return Collections.unmodifiableSet(new LinkedHashSet<>(values));
  }

  private static Stream<String> texts(Object json) {
    return ((JsonArray) json).stream().map(Form::text);
  }

  private static String text(@Nullable Object element) {
    if (element instanceof String text) {
      return text;
    }
    throw new ClassCastException("no text");
  }

  private static <V> JsonArray array(Collection<V> values, Function<V, String> writer) {
    return new JsonArray(values.stream().map(writer).toList());
  }

  /**
   * An object that reads and writes its own JSON, as the options of Vert.x do.
   *
   * @param <V> the type of the values
   * @param reader makes one from JSON
   * @param writer writes one
   * @param copier copies one, so that nobody else can change the option's value
   * @return the form
   */
  public static <V> Form<V> object(
      Function<JsonObject, V> reader, Function<V, JsonObject> writer, UnaryOperator<V> copier) {
    return new Form<>(
        "an object", false, json -> reader.apply((JsonObject) json), writer::apply, copier);
  }

  /**
   * Reads a value.
   *
   * @param key the key that it has, for the message
   * @param json what {@link JsonObject#getValue} returns, not null
   * @return the value
   * @throws IllegalArgumentException if it has another form; the message has the key, what is
   *     expected and, unless it may be a secret, what is there
   */
  public V read(String key, Object json) {
    try {
      return reader.apply(json);
    } catch (ClassCastException | ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException(key + " must be " + expected + shown(json), e);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
    }
  }

  /** What is there instead. A text may be a password, unless it is where none can be meant. */
  private String shown(Object json) {
    if (equals(TEXT)) {
      return "";
    }
    if (json instanceof Number || json instanceof Boolean || (plain && json instanceof String)) {
      return ", not " + Json.encode(json);
    }
    boolean known =
        json instanceof String || json instanceof JsonObject || json instanceof JsonArray;
    return known ? "" : ", not a Java object of " + json.getClass();
  }

  private static long whole(Object json) {
    return new BigDecimal(((Number) json).toString()).longValueExact();
  }

  Object write(V value) {
    return writer.apply(value);
  }

  V copy(V value) {
    return copier.apply(value);
  }

  /** What bounds apply to: a number, or the milliseconds of a time; nothing else. */
  OptionalLong size(String key, V value) {
    if (value instanceof Duration time) {
      long millis = millis(key, time);
      if (millis == 0 && !time.isZero()) {
        throw new IllegalArgumentException(key + " must be at least 1 ms, or zero, not " + time);
      }
      return OptionalLong.of(millis);
    }
    return value instanceof Number number
        ? OptionalLong.of(number.longValue())
        : OptionalLong.empty();
  }

  private static long millis(String key, Duration time) {
    try {
      return time.toMillis();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(key + " is too long: " + time, e);
    }
  }
}
