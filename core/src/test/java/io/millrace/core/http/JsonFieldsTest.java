package io.millrace.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.millrace.MillraceException;
import io.millrace.core.testing.EqualHashes;
import io.vertx.core.buffer.Buffer;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFieldsTest {

  private static JsonFields object(String json) {
    List<JsonFields> objects = objects(json);
    assertThat(objects).hasSize(1);
    return objects.get(0);
  }

  private static List<JsonFields> objects(String json) {
    List<JsonFields> objects = new ArrayList<>();
    JsonFields.objects(Buffer.buffer(json)).forEachRemaining(objects::add);
    return objects;
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.BAD_REQUEST));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e400",
        "-0.10",
        "12345678901234567890.00",
        "\"\\ud55c\\u0000\\\"\\\\\"",
        "\"한,]}{[:\\\\\"",
        "{\"b\":1,\"a\":[1,{\"b\":\"}\"},[]],\"a\":2}",
        "[]",
        "{}",
        "[[],{},\"\\\\\",\"\"]",
        "true",
        "\"\""
      })
  void whatIsPassedOnKeepsItsText(String value) {
    for (String json :
        List.of("{\"data\":%s}", " { \"w\" : [1,\"}\"] , \"data\" : %s , \"y\" : 2 } ")) {
      assertThat(object(String.format(json, value)).raw("data")).contains(value);
    }
  }

  @Test
  void namesMayHaveEscapesAndAnyCharacter() {
    JsonFields fields =
        object(
            "{\"i\\u0064\":1,\"\\u006C\\u0061\\u0073\\u0074\":2,\"event\":\"글\",\":,\":3,"
                + "\"ev\\\"ent\":4,\"la\\\\st\":5,\"\":6,\"이d\":7,\"\\u0169d\":8,\"\\n\":9}");
    assertThat(fields.integer("id")).contains(1L);
    assertThat(fields.integer("last")).contains(2L);
    assertThat(fields.string("event")).contains("글");
  }

  @Test
  void everyKnownNameMayBeWrittenInEscapesAlone() {
    for (String name :
        List.of(
            "type",
            "id",
            "channels",
            "cursor",
            "last",
            "events",
            "format",
            "channel",
            "event",
            "data",
            "base64",
            "key",
            "priority")) {
      StringBuilder escaped = new StringBuilder();
      name.chars().forEach(c -> escaped.append(String.format("\\u%04x", c)));
      assertThat(object("{\"" + escaped + "\":1}").raw(name)).as(name).contains("1");
    }
  }

  @Test
  void nothingIsMadeOfMembersThatNobodyAsksFor() {
    String members =
        IntStream.range(0, 30_000)
            .mapToObj(i -> '"' + Integer.toString(i, 36) + "\":1")
            .collect(Collectors.joining(","));
    JsonFields fields = cheap("{" + members + ",\"id\":1}").next();
    assertThat(fields.integer("id")).contains(1L);
    assertThat(fields.has("a")).isFalse();
  }

  @Test
  void nothingIsMadeOfCommandsBeforeTheyAreAskedFor() {
    Iterator<JsonFields> waiting =
        cheap("[" + String.join(",", Collections.nCopies(37_000, "{\"i\":1}")) + "]");
    assertThat(waiting.next().has("id")).isFalse();
    assertThat(waiting.hasNext()).isTrue();
  }

  /** Reads a frame, which must not take many times the memory of its text. */
  private static Iterator<JsonFields> cheap(String json) {
    Buffer frame = Buffer.buffer(json);
    JsonFields.objects(frame);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    Iterator<JsonFields> objects = JsonFields.objects(frame);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(30L * json.length());
    return objects;
  }

  @Test
  void namesOfEqualHashCodesAreReadAsFastAsOthers() {
    List<String> names = EqualHashes.strings(12);
    String members = String.join("\":1,\"", names);
    assertThat(cheap("{\"" + members + "\":1,\"id\":1}").next().integer("id")).contains(1L);
  }

  @Test
  void ofMembersWithOneNameTheLastCounts() {
    assertThat(object("{\"id\":1,\"id\":2,\"\\u0069d\":3}").integer("id")).contains(3L);
  }

  @Test
  void nullIsAsGoodAsNothingButForWhoAsks() {
    JsonFields fields = object("{\"id\":null}");
    assertThat(fields.raw("id")).isEmpty();
    assertThat(fields.string("id")).isEmpty();
    assertThat(fields.integer("id")).isEmpty();
    assertThat(fields.strings("id", 1)).isEmpty();
    assertThat(fields.has("id")).isTrue();
    assertThat(fields.has("data")).isFalse();
    assertThat(object("{}").has("id")).isFalse();
  }

  @Test
  void anArrayOfObjectsIsRead() {
    List<JsonFields> objects = objects("[{\"id\":\"],[\"},{},{\"id\":\"\\\"\"}]");
    assertThat(objects).hasSize(3);
    assertThat(objects.get(0).string("id")).contains("],[");
    assertThat(objects.get(2).string("id")).contains("\"");
    assertThat(objects("[ ]")).isEmpty();
  }

  @Test
  void theObjectsOfAnArrayAreReadWhenTheyAreAskedFor() {
    Iterator<JsonFields> objects = JsonFields.objects(Buffer.buffer("[{\"id\":1},{\"id\":2}]"));
    assertThat(objects.next()).isNotSameAs(objects.next());
    assertThat(objects.hasNext()).isFalse();
    assertThatThrownBy(objects::next).isInstanceOf(NoSuchElementException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "1", "\"a\"", "null", "[1]", "[[]]", "[{},2]", "{", "{\"a\":NaN}", "{}{}"})
  void whatIsNoObjectIsRefused(String json) {
    refused(() -> JsonFields.objects(Buffer.buffer(json)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "true", "[\"a\"]", "{}", LONG})
  void aStringIsNothingElse(String value) {
    refused(() -> object("{\"id\":" + value + "}").string("id"));
  }

  private static final String LONG =
      "11111111111111111111111111111111111111111111111111111111111111111111111111111111111111";

  @ParameterizedTest
  @ValueSource(strings = {"1.0", "1e2", "\"1\"", "true", "[1]", "{}", "1234567890123456789", LONG})
  void anIntegerIsNothingElse(String value) {
    refused(() -> object("{\"id\":" + value + "}").integer("id"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"a\"", "[1]", "[null]", "[\"a\",[]]", "{}", "[1e9999]"})
  void anArrayOfStringsIsNothingElse(String value) {
    refused(() -> object("{\"id\":" + value + "}").strings("id", 10));
  }

  @Test
  void soManyStringsAndNoMoreAreRead() {
    assertThat(object("{\"channels\":[\"a\",\"\\u0062\"]}").strings("channels", 2))
        .containsExactly("a", "b");
    refused(() -> object("{\"channels\":[\"a\",\"b\"]}").strings("channels", 1));
  }

  @Test
  void numbersThatAreTooLongToBeReadAreRefused() {
    refused(() -> object("{\"a\":" + "1".repeat(2000) + "}"));
    refused(() -> object("{\"a\":[" + "1".repeat(2000) + ".5]}"));
  }

  @Test
  void deepNestingIsReadAsFarAsJsonTextAllowsIt() {
    String deep = "[".repeat(900) + "]".repeat(900);
    assertThat(object("{\"data\":" + deep + "}").raw("data")).contains(deep);
    refused(() -> object("{\"data\":" + deep + "}").strings("data", 10));
    refused(() -> object("{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}"));
  }
}
