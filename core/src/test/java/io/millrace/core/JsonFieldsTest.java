package io.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.MillraceException;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFieldsTest {

  private static JsonFields object(String json) {
    List<JsonFields> objects = JsonFields.objects(Buffer.buffer(json));
    assertThat(objects).hasSize(1);
    return objects.get(0);
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
    for (String json : List.of("{\"x\":%s}", " { \"w\" : [1,\"}\"] , \"x\" : %s , \"y\" : 2 } ")) {
      assertThat(object(String.format(json, value)).raw("x")).contains(value);
    }
  }

  @Test
  void namesMayHaveEscapesAndAnyCharacter() {
    JsonFields fields = object("{\"a\\u0062\\\"\\\\\":1,\"\":2,\"한\":\"글\",\":,\":3}");
    assertThat(fields.integer("ab\"\\")).contains(1L);
    assertThat(fields.integer("")).contains(2L);
    assertThat(fields.string("한")).contains("글");
    assertThat(fields.integer(":,")).contains(3L);
  }

  @Test
  void ofMembersWithOneNameTheLastCounts() {
    assertThat(object("{\"a\":1,\"a\":2,\"\\u0061\":3}").integer("a")).contains(3L);
  }

  @Test
  void nullIsAsGoodAsNothingButForWhoAsks() {
    JsonFields fields = object("{\"a\":null}");
    assertThat(fields.raw("a")).isEmpty();
    assertThat(fields.string("a")).isEmpty();
    assertThat(fields.integer("a")).isEmpty();
    assertThat(fields.strings("a")).isEmpty();
    assertThat(fields.has("a")).isTrue();
    assertThat(fields.has("b")).isFalse();
    assertThat(object("{}").has("a")).isFalse();
  }

  @Test
  void anArrayOfObjectsIsRead() {
    List<JsonFields> objects =
        JsonFields.objects(Buffer.buffer("[{\"a\":\"],[\"},{},{\"a\":\"\\\"\"}]"));
    assertThat(objects).hasSize(3);
    assertThat(objects.get(0).string("a")).contains("],[");
    assertThat(objects.get(2).string("a")).contains("\"");
    assertThat(JsonFields.objects(Buffer.buffer("[ ]"))).isEmpty();
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
    refused(() -> object("{\"a\":" + value + "}").string("a"));
  }

  private static final String LONG =
      "11111111111111111111111111111111111111111111111111111111111111111111111111111111111111";

  @ParameterizedTest
  @ValueSource(strings = {"1.0", "1e2", "\"1\"", "true", "[1]", "{}", "1234567890123456789", LONG})
  void anIntegerIsNothingElse(String value) {
    refused(() -> object("{\"a\":" + value + "}").integer("a"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"a\"", "[1]", "[null]", "[\"a\",[]]", "{}", "[1e9999]"})
  void anArrayOfStringsIsNothingElse(String value) {
    refused(() -> object("{\"a\":" + value + "}").strings("a"));
  }

  @Test
  void numbersThatAreTooLongToBeReadAreRefused() {
    refused(() -> object("{\"a\":" + "1".repeat(2000) + "}"));
    refused(() -> object("{\"a\":[" + "1".repeat(2000) + ".5]}"));
  }

  @Test
  void deepNestingIsReadAsFarAsJsonTextAllowsIt() {
    String deep = "[".repeat(900) + "]".repeat(900);
    assertThat(object("{\"a\":" + deep + "}").raw("a")).contains(deep);
    refused(() -> object("{\"a\":" + deep + "}").strings("a"));
    refused(() -> object("{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}"));
  }
}
