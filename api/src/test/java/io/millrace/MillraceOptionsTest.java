package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MillraceOptionsTest {

  private static final HistoryOptions SOME = new HistoryOptions(1, 2, Duration.ofSeconds(3));

  /** Options of which none with a setter is what it is by default. */
  private static MillraceOptions others() throws ReflectiveOperationException {
    MillraceOptions options = new MillraceOptions();
    for (Method setter : MillraceOptions.class.getMethods()) {
      if (setter.getName().startsWith("set") && setter.getParameterCount() == 1) {
        setter.invoke(options, other(setter.getParameterTypes()[0]));
      }
    }
    return options;
  }

  private static Object other(Class<?> type) {
    return Map.<Class<?>, Object>of(
            int.class,
            12_345,
            long.class,
            12_345L,
            boolean.class,
            true,
            Duration.class,
            Duration.ofMillis(12_345),
            HistoryOptions.class,
            SOME,
            String.class,
            "x".repeat(AccessOptions.MIN_SECRET_LENGTH))
        .get(type);
  }

  @Test
  void everySetterIsReadByTheAccessorOfItsName() throws ReflectiveOperationException {
    MillraceOptions options = others();
    for (Method setter : MillraceOptions.class.getMethods()) {
      if (setter.getName().startsWith("set") && setter.getParameterCount() == 1) {
        String name =
            Character.toLowerCase(setter.getName().charAt(3)) + setter.getName().substring(4);
        Object value = MillraceOptions.class.getMethod(name).invoke(options);
        Object expected = other(setter.getParameterTypes()[0]);
        assertThat(value).as(name).isIn(expected, Optional.of(expected));
      }
    }
  }

  @Test
  void whatIsBelowItsBoundIsRefused() throws ReflectiveOperationException {
    for (Method setter : MillraceOptions.class.getMethods()) {
      if (setter.getName().startsWith("set") && setter.getParameterCount() == 1) {
        Class<?> type = setter.getParameterTypes()[0];
        Object low =
            Map.<Class<?>, Object>of(
                    int.class, -1, long.class, -1L, Duration.class, Duration.ofMillis(-1))
                .getOrDefault(type, "");
        if (!low.equals("")) {
          assertThatThrownBy(() -> setter.invoke(new MillraceOptions(), low))
              .as(setter.getName())
              .hasCauseInstanceOf(IllegalArgumentException.class)
              .cause()
              .hasMessageContaining("must be at least");
        }
      }
    }
  }

  @Test
  void jsonSetsWhatItHas() {
    JsonObject chat = new JsonObject().put("pattern", "chat.**").put("count", 1);
    MillraceOptions options =
        new MillraceOptions(
            new JsonObject()
                .put(
                    "retention",
                    new JsonObject()
                        .put("ringAge", 2000)
                        .put("history", new JsonObject().put("bytes", 3).put("age", 4000))
                        .put("histories", new JsonArray().add(chat)))
                .put("limits", new JsonObject().put("maxChannels", 5).putNull("maxReaders"))
                .putNull("times")
                .put(
                    "access", new JsonObject().put("allowedOrigins", new JsonArray().add("null"))));

    assertThat(options.ringAge()).isEqualTo(Duration.ofSeconds(2));
    assertThat(options.history()).isEqualTo(new HistoryOptions(100, 3, Duration.ofSeconds(4)));
    assertThat(options.historyOf("chat.a"))
        .isEqualTo(new HistoryOptions(1, 1 << 20, Duration.ofHours(1)));
    assertThat(options.maxChannels()).isEqualTo(5);
    assertThat(options.maxReaders()).isEqualTo(100_000);
    assertThat(options.allowedOrigins()).containsExactly("null");
    assertThat(new MillraceOptions(options.toJson()).toJson()).isEqualTo(options.toJson());
  }

  @Test
  void jsonKeepsTheOrderOfHistories() {
    MillraceOptions options = new MillraceOptions();
    for (int i = 0; i < 50; i++) {
      options.setHistory("a" + (i * 7919 % 50), SOME);
    }
    assertThat(new MillraceOptions(new JsonObject(options.toJson().encode())).histories().keySet())
        .containsExactlyElementsOf(options.histories().keySet());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'limit': {}} | MillraceOptions has no option limit; it has access, limits, retention, times",
        "{'limits': []} | limits must be an object",
        "{'limits': {'maxChanels': 1}} | limits has no option maxChanels; it has attachesPerS",
        "{'limits': {'maxChannels': 0}} | maxChannels must be at least 1, not 0",
        "{'limits': {'maxChannels': '9'}} | maxChannels must be a whole number, at most 2147483647,"
            + " not \"9\"",
        "{'limits': {'maxChannels': 2147483648}} | maxChannels must be a whole number, at most"
            + " 2147483647, not 2147483648",
        "{'limits': {'bodyBytes': 0.5}} | bodyBytes must be a whole number, not 0.5",
        "{'retention': {'slowReaders': {}}} | slowReaders must be an array of objects",
        "{'retention': {'slowReaders': [{'policy': 'skip'}]}} | slowReaders: every policy needs a pattern",
        "{'retention': {'slowReaders': [{'pattern': 'a', 'policy': 'fast'}]}} | slowReaders: policy must"
            + " be one of skip, latest, disconnect",
        "{'retention': {'slowReaders': [{'pattern': 'a'}, {'pattern': 'a'}]}} | slowReaders: two"
            + " policies have the pattern a",
        "{'times': {'retry': '3 s'}} | retry must be a time, a whole number of milliseconds, not"
            + " \"3 s\"",
        "{'retention': {'history': 100}} | history must be an object, not 100",
        "{'retention': {'history': {'count': -1}}} | history: count must be at least 0, not -1",
        "{'retention': {'history': {'pattern': 'a'}}} | history: A history has no option pattern",
        "{'retention': {'histories': {}}} | histories must be an array of objects",
        "{'retention': {'histories': [{'age': 1}]}} | histories: every history needs a pattern",
        "{'retention': {'histories': [{'pattern': 1}]}} | histories: pattern must be a channel"
            + " pattern, not 1",
        "{'access': {'publishablePatterns': 'a'}} | publishablePatterns must be an array of channel"
            + " patterns",
        "{'access': {'publishablePatterns': ['a', null]}} | publishablePatterns must be an array of"
            + " channel patterns",
        "{'retention': {'histories': [null]}} | histories must be an array of objects",
        "{'retention': {'histories': [{'pattern': 'a'}, {'pattern': 'a'}]}} | histories: two"
            + " histories have the pattern a",
        "{'access': {'publishablePatterns': ['a b']}} | publishablePatterns: ",
        "{'access': {'allowedOrigins': ['a']}} | allowedOrigins: An origin must be scheme://host",
      })
  void jsonThatIsNotUnderstoodIsRefused(String json, String message) {
    JsonObject options = new JsonObject(json.replace('\'', '"'));
    assertThatThrownBy(() -> new MillraceOptions(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message.strip());
  }

  @Test
  void aTimeThatIsTooLongToBeCountedInMillisecondsIsRefusedWhenItIsSet() {
    Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
    assertThatThrownBy(() -> new HistoryOptions(1, 1, forever))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new MillraceOptions().setRingAge(forever))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({"-1, 0, 0", "0, -1, 0", "0, 0, -1"})
  void historyBoundsAreNotNegative(int count, long bytes, long seconds) {
    assertThatThrownBy(() -> new HistoryOptions(count, bytes, Duration.ofSeconds(seconds)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theFirstHistoryWhosePatternMatchesCounts() {
    MillraceOptions options =
        new MillraceOptions()
            .setHistory("a.b", HistoryOptions.NONE)
            .setHistory("a.**", SOME)
            .setHistory("a.c", HistoryOptions.NONE);
    assertThat(options.historyOf("a.b")).isEqualTo(HistoryOptions.NONE);
    assertThat(options.historyOf("a.c")).isEqualTo(SOME);
    assertThat(options.historyOf("a")).isEqualTo(HistoryOptions.DEFAULT);
  }

  @Test
  void thePolicyForAChannelIsItsOwnOrElseThatOfTheFirstPatternThatMatches() {
    MillraceOptions options =
        new MillraceOptions()
            .setSlowReaders("a.**", SlowPolicy.LATEST)
            .setSlowReaders("**", SlowPolicy.DISCONNECT)
            .setSlowReaders("a.b", SlowPolicy.SKIP)
            .setSlowReaders("a.c.*", SlowPolicy.SKIP);
    assertThat(policyOf(options, "a.b")).isEqualTo(SlowPolicy.SKIP);
    assertThat(policyOf(options, "a.c.d")).isEqualTo(SlowPolicy.LATEST);
    assertThat(policyOf(options, "a.*")).isEqualTo(SlowPolicy.LATEST);
    assertThat(policyOf(options, "*.b")).isEqualTo(SlowPolicy.DISCONNECT);
    assertThat(policyOf(new MillraceOptions(), "a.b")).isEqualTo(SlowPolicy.SKIP);
  }

  private static SlowPolicy policyOf(MillraceOptions options, String channel) {
    return options.slowPolicyOf(ChannelPattern.of(channel));
  }

  @Test
  void historiesAreInTheOrderInWhichTheyWereSet() {
    MillraceOptions options = new MillraceOptions();
    for (int i = 0; i < 50; i++) {
      options.setHistory("a" + (i * 7919 % 50), SOME);
    }
    assertThat(options.histories().keySet().stream().map(ChannelPattern::toString).limit(3))
        .containsExactly("a0", "a19", "a38");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "https://a.example",
        "http://a.example:8080",
        "http://[::1]:80",
        "http://localhost",
        "HTTPS://A.example",
        "http://my_app:8080",
        "https://münchen.example",
        "https://straße.example",
        "http://[2001:db8:0:0:0:0:0:1]",
        "null",
        "file://",
        "app://shell"
      })
  void anOriginIsTaken(String origin) {
    assertThat(new MillraceOptions().addAllowedOrigin(origin).allowedOrigins())
        .containsExactly(origin);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a.example",
        "//a.example",
        "https://a.example/",
        "https://a.example/x",
        "https://",
        "https://a.example?x",
        "https://a.example#x",
        "https://a.example:port",
        "https://a.example:65536",
        "https://a b",
        "mailto:a@b",
        "https://*.a.example",
        "https://user@a.example",
        "https://a.example, https://b.example"
      })
  void whatCanBeNoBrowsersOriginIsRefused(String origin) {
    assertThatThrownBy(() -> new MillraceOptions().addAllowedOrigin(origin))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({"10, 100", "1, 10", "0, 0", "2147483647, 2147483647"})
  void anAddressPublishesAsOftenAsTenClients(int client, int address) {
    MillraceOptions options = new MillraceOptions().setPublishesPerSecond(client);
    assertThat(options.publishesPerSecondPerAddress()).isEqualTo(address);
    assertThat(new MillraceOptions(options).publishesPerSecondPerAddress()).isEqualTo(address);
    assertThat(options.setPublishesPerSecondPerAddress(7).publishesPerSecondPerAddress())
        .isEqualTo(7);
  }
}
