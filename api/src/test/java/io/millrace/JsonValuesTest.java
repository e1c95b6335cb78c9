package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.EncodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a Java developer publishes: records, times, optional values, and what holds them. */
class JsonValuesTest {

  private static final Instant AT = Instant.parse("2026-03-01T12:00:00.123Z");

  enum Side {
    YEA
  }

  record Vote(String bill, Side side, Instant at, Optional<String> by, Optional<Integer> count) {}

  record Raw(@JsonRawValue String json) {}

  record Node(List<Object> children) {}

  private static String json(Object value) {
    return Message.json(value).data().toString();
  }

  static Stream<Arguments> values() {
    Vote vote = new Vote("H.R. 1", Side.YEA, AT, Optional.of("한"), Optional.empty());
    String text =
        "{\"bill\":\"H.R. 1\",\"side\":\"YEA\",\"at\":\"2026-03-01T12:00:00.123Z\",\"by\":\"한\",\"count\":null}";
    return Stream.of(
        Arguments.of(vote, text),
        Arguments.of(List.of(vote), "[" + text + "]"),
        Arguments.of(Map.of("vote", vote), "{\"vote\":" + text + "}"),
        Arguments.of(new JsonObject().put("vote", vote), "{\"vote\":" + text + "}"),
        Arguments.of(new JsonArray().add(vote), "[" + text + "]"),
        Arguments.of(Optional.of(vote), text),
        Arguments.of(new Vote[] {vote}, "[" + text + "]"),
        Arguments.of(AT, "\"2026-03-01T12:00:00.123Z\""),
        Arguments.of(LocalDate.of(2026, 3, 1), "\"2026-03-01\""),
        Arguments.of(LocalDateTime.of(2026, 3, 1, 12, 0), "\"2026-03-01T12:00:00\""),
        Arguments.of(OffsetDateTime.ofInstant(AT, ZoneOffset.UTC), "\"2026-03-01T12:00:00.123Z\""),
        Arguments.of(Duration.ofMillis(1500), "\"PT1.5S\""),
        Arguments.of(
            new JsonObject().put("at", LocalDate.of(2026, 3, 1)), "{\"at\":\"2026-03-01\"}"),
        Arguments.of(Optional.empty(), "null"),
        Arguments.of(Optional.of(AT), "\"2026-03-01T12:00:00.123Z\""),
        Arguments.of(OptionalInt.of(3), "3"),
        Arguments.of(Side.YEA, "\"YEA\""),
        Arguments.of('c', "\"c\""),
        Arguments.of(Buffer.buffer("ab"), "\"YWI\""));
  }

  @ParameterizedTest
  @MethodSource("values")
  void isEncoded(Object value, String json) {
    assertThat(json(value)).isEqualTo(json);
  }

  @Test
  void whatAValueWritesItselfIsOneLineOfJson() {
    assertThat(json(new Raw("{ \"a\" :\n 1 }"))).isEqualTo("{\"json\":{\"a\":1}}");
    assertThatThrownBy(() -> json(new Raw("}\n{"))).isInstanceOf(MillraceException.class);
  }

  @Test
  void whatCannotBeEncodedIsNamed() {
    assertThatThrownBy(() -> json(new Object()))
        .isInstanceOf(EncodeException.class)
        .hasMessageContaining("java.lang.Object");
    List<Object> children = new ArrayList<>();
    Node cycle = new Node(children);
    children.add(cycle);
    assertThatThrownBy(() -> json(cycle))
        .isInstanceOf(EncodeException.class)
        .hasMessageContaining("Node");
  }

  /** On a class path of its own, with everything but what core brings. */
  @Test
  void withoutDatabindTheErrorNamesWhatIsMissing() throws Exception {
    URL[] others =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("jackson-databind"))
            .filter(entry -> !entry.contains("jackson-datatype"))
            .map(JsonValuesTest::url)
            .toArray(URL[]::new);
    try (URLClassLoader loader = new URLClassLoader(others, platform())) {
      Method json = loader.loadClass("io.millrace.Message").getMethod("json", Object.class);
      assertThat(json.invoke(null, Map.of("a", 1)).toString()).contains("7 bytes of JSON");
      assertThatThrownBy(() -> json.invoke(null, AT.atZone(ZoneOffset.UTC)))
          .isInstanceOf(InvocationTargetException.class)
          .cause()
          .hasMessageContaining("java.time.ZonedDateTime")
          .hasMessageContaining("jackson-datatype-jsr310");
    }
  }

  private static ClassLoader platform() {
    return ClassLoader.getPlatformClassLoader();
  }

  private static URL url(String entry) {
    try {
      return Path.of(entry).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new AssertionError(e);
    }
  }
}
