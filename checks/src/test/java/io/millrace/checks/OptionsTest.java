package io.millrace.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.HistoryOptions;
import io.millrace.MillraceOptions;
import io.millrace.broker.amqp.AmqpBrokerOptions;
import io.millrace.broker.stomp.StompBrokerOptions;
import io.vertx.amqp.AmqpClientOptions;
import io.vertx.core.json.JsonObject;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Finds an option that is missing in copies, in JSON or in the documents. An option is whatever has
 * an accessor.
 */
class OptionsTest {

  private static final Pattern ROW =
      Pattern.compile("^\\| (`\\w+`(?:, `\\w+`)*) \\|", Pattern.MULTILINE);

  @ParameterizedTest
  @ValueSource(classes = {MillraceOptions.class, StompBrokerOptions.class, AmqpBrokerOptions.class})
  void everyOptionCanBeSet(Class<?> type) throws Exception {
    Map<String, Object> defaults = values(type.getConstructor().newInstance());
    values(others(type, 1))
        .forEach((key, value) -> assertThat(value).as(key).isNotEqualTo(defaults.get(key)));
  }

  @ParameterizedTest
  @ValueSource(classes = {MillraceOptions.class, StompBrokerOptions.class, AmqpBrokerOptions.class})
  void everyOptionIsInACopyAndTheCopyIsOnItsOwn(Class<?> type) throws Exception {
    Map<String, Object> expected = values(others(type, 1));
    Object options = others(type, 1);
    Object copy = type.getConstructor(type).newInstance(options);
    assertThat(values(copy)).isEqualTo(expected);

    setAll(options, 2);
    assertThat(values(copy)).as("a copy of what has changed since").isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(classes = {MillraceOptions.class, StompBrokerOptions.class, AmqpBrokerOptions.class})
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
        String text = text(name, number);
        method.invoke(
            options,
            Arrays.stream(method.getParameterTypes())
                .map(type -> other(type, number, text))
                .toArray());
      }
    }
  }

  private static String text(String setter, int number) {
    return switch (setter) {
      case "addAllowedOrigin" -> "https://a" + number + ".example";
      case "setPrefix" -> "a" + number + ".";
      default -> "a" + number;
    };
  }

  private static Object other(Class<?> type, int number, String text) {
    if (type.isEnum()) {
      return type.getEnumConstants()[number % type.getEnumConstants().length];
    }
    Duration time = Duration.ofMillis(12_345 + number);
    return Map.<Class<?>, Object>of(
            int.class,
            12_345 + number,
            long.class,
            12_345L + number,
            boolean.class,
            number == 1,
            Duration.class,
            time,
            HistoryOptions.class,
            new HistoryOptions(number, number, time),
            String.class,
            text,
            List.class,
            List.of(text + ":1"),
            NetClientOptions.class,
            new NetClientOptions().setSsl(number == 1),
            AmqpClientOptions.class,
            new AmqpClientOptions().setContainerId(text).setSsl(number == 1))
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
        values.put(method.getName(), value instanceof NetClientOptions net ? net.toJson() : value);
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
      if (json.getValue(key) instanceof JsonObject group && !key.equals("net")) {
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
