package io.millrace.checks;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.HistoryOptions;
import io.millrace.MillraceOptions;
import io.millrace.auth.HookOptions;
import io.millrace.auth.JwtOptions;
import io.millrace.broker.amqp.AmqpBrokerOptions;
import io.millrace.broker.stomp.StompBrokerOptions;
import io.vertx.amqp.AmqpClientOptions;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetClientOptions;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Finds an option that is missing in copies, in JSON or in the documents. An option is whatever has
 * an accessor.
 */
class OptionsTest {

  private static final Pattern ROW =
      Pattern.compile("^\\| (`\\w+`(?:, `\\w+`)*) \\|", Pattern.MULTILINE);

  /** Options that are objects, and no groups. */
  private static final Set<String> CONNECTIONS = Set.of("net", "http");

  static List<Class<?>> types() {
    return List.of(
        MillraceOptions.class,
        StompBrokerOptions.class,
        AmqpBrokerOptions.class,
        JwtOptions.class,
        HookOptions.class);
  }

  @ParameterizedTest
  @MethodSource("types")
  void everyOptionCanBeSet(Class<?> type) throws Exception {
    Map<String, Object> defaults = values(type.getConstructor().newInstance());
    values(others(type, 1))
        .forEach((key, value) -> assertThat(value).as(key).isNotEqualTo(defaults.get(key)));
  }

  @ParameterizedTest
  @MethodSource("types")
  void everyOptionIsInACopyAndTheCopyIsOnItsOwn(Class<?> type) throws Exception {
    Map<String, Object> expected = values(others(type, 1));
    Object options = others(type, 1);
    Object copy = type.getConstructor(type).newInstance(options);
    assertThat(values(copy)).isEqualTo(expected);

    setAll(options, 2);
    assertThat(values(copy)).as("a copy of what has changed since").isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("types")
  void everyOptionIsWrittenToJsonAndRead(Class<?> type) throws Exception {
    Map<String, Object> expected = values(others(type, 1));
    JsonObject json = json(others(type, 1));
    assertThat(keys(json)).isEqualTo(expected.keySet());

    Object read = type.getConstructor(JsonObject.class).newInstance(new JsonObject(json.encode()));
    assertThat(values(read)).isEqualTo(expected);
  }

  @Test
  void everyOptionOfANodeIsInTheTableOfItsGroup() throws Exception {
    String chapter = chapter("operating.md");
    JsonObject json = json(others(MillraceOptions.class, 1));
    for (String group : json.fieldNames()) {
      String[] parts = chapter.split("\nThe group `" + group + "`\\.\n", -1);
      assertThat(parts).as("docs/operating.md, split at the group " + group).hasSize(2);
      assertThat(documented(parts[1].split("\nThe group ", -1)[0]))
          .as("the table in docs/operating.md for the group " + group)
          .isEqualTo(new TreeSet<>(json.getJsonObject(group).fieldNames()));
    }
  }

  @Test
  void everyOptionOfABrokerIsInTheTable() throws Exception {
    Set<String> expected = new TreeSet<>(Set.of("uri"));
    expected.addAll(keys(json(others(StompBrokerOptions.class, 1))));
    expected.addAll(keys(json(others(AmqpBrokerOptions.class, 1))));
    assertThat(documented(chapter("brokers.md")))
        .as("the table in docs/brokers.md")
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(classes = {JwtOptions.class, HookOptions.class})
  void everyOptionOfAnAuthenticatorIsInItsTable(Class<?> type) throws Exception {
    String begin = "\n| option of `" + type.getSimpleName() + "` |";
    String[] parts =
        Files.readString(Path.of("../docs/authentication.md")).split(Pattern.quote(begin), -1);
    assertThat(parts).as("docs/authentication.md, split at" + begin).hasSize(2);
    assertThat(documented(parts[1].split("\n\n", -1)[0]))
        .as("the table that begins with" + begin)
        .isEqualTo(keys(json(others(type, 1))));
  }

  /** Returns options of which none is what it is by default, and none is as with another number. */
  private static Object others(Class<?> type, int number) throws Exception {
    Object options = type.getConstructor().newInstance();
    setAll(options, number);
    return options;
  }

  private static void setAll(Object options, int number) throws Exception {
    for (Method method : options.getClass().getMethods()) {
      String name = method.getName();
      if (name.matches("(set|add)[A-Z].*") && !name.equals("setUri") && !method.isBridge()) {
        method.invoke(options, arguments(method, number));
      }
    }
  }

  private static Object[] arguments(Method setter, int number) {
    String text = text(setter.getName(), number);
    return switch (setter.getName()) {
      case "addSecret" -> key(setter, "HS256", "s".repeat(32), text);
      case "addPublicKey" -> key(setter, "ES256", "PEM", text);
      default ->
          Arrays.stream(setter.getParameterTypes())
              .map(type -> other(type, number, text))
              .toArray();
    };
  }

  private static Object[] key(Method setter, String algorithm, String key, String id) {
    return Arrays.copyOf(new Object[] {algorithm, key + id, id}, setter.getParameterCount());
  }

  private static String text(String setter, int number) {
    return switch (setter) {
      case "addAllowedOrigin" -> "https://a" + number + ".example";
      case "setPrefix" -> "a" + number + ".";
      case "addTrustedProxy" -> "10.0.0." + number;
      case "setTicketSecret" -> "a".repeat(40) + number;
      case "setJwks" -> "https://a" + number + ".example/keys";
      case "setAlgorithms" -> number == 1 ? "RS256" : "ES256";
      default -> "a" + number;
    };
  }

  private static Object other(Class<?> type, int number, String text) {
    if (type.isEnum()) {
      return type.getEnumConstants()[number % type.getEnumConstants().length];
    }
    Duration time = Duration.ofMillis(12_345 + number);
    return Map.<Class<?>, Object>ofEntries(
            entry(int.class, 12_345 + number),
            entry(long.class, 12_345L + number),
            entry(boolean.class, number == 1),
            entry(Duration.class, time),
            entry(HistoryOptions.class, new HistoryOptions(number, number, time)),
            entry(String.class, text),
            entry(String[].class, new String[] {text}),
            entry(List.class, List.of(text + ":1")),
            entry(NetClientOptions.class, new NetClientOptions().setSsl(number == 1)),
            entry(HttpClientOptions.class, new HttpClientOptions().setSsl(number == 1)),
            entry(
                AmqpClientOptions.class,
                new AmqpClientOptions().setContainerId(text).setSsl(number == 1)))
        .get(type);
  }

  /** Returns what the accessors return, by their names. */
  private static Map<String, Object> values(Object options) throws Exception {
    Map<String, Object> values = new TreeMap<>();
    for (Method method : options.getClass().getMethods()) {
      if (method.getParameterCount() == 0
          && !method.isBridge()
          && method.getDeclaringClass() != Object.class
          && !method.getName().equals("toJson")) {
        Object value = method.invoke(options);
        values.put(method.getName(), value instanceof ClientOptionsBase net ? net.toJson() : value);
      }
    }
    return values;
  }

  private static JsonObject json(Object options) throws Exception {
    return (JsonObject) options.getClass().getMethod("toJson").invoke(options);
  }

  /** Returns the keys of the options; those of a node are in groups. */
  private static Set<String> keys(JsonObject json) {
    Set<String> keys = new TreeSet<>();
    for (String key : json.fieldNames()) {
      if (json.getValue(key) instanceof JsonObject group && !CONNECTIONS.contains(key)) {
        keys.addAll(group.fieldNames());
      } else {
        keys.add(key);
      }
    }
    return keys;
  }

  /** Returns the chapter about options. */
  private static String chapter(String document) throws IOException {
    String text = Files.readString(Path.of("../docs", document));
    return text.split("\n## Options\n", -1)[1].split("\n## ", -1)[0];
  }

  /** Returns the options in the first column of tables. */
  private static Set<String> documented(String text) {
    Set<String> keys = new TreeSet<>();
    ROW.matcher(text)
        .results()
        .forEach(row -> keys.addAll(List.of(row.group(1).replace("`", "").split(", ", -1))));
    return keys;
  }
}
