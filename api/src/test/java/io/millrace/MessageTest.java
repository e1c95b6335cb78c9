package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.EncodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTest {

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.BAD_REQUEST));
  }

  @Test
  void aValueIsEncodedAsJson() {
    assertThat(Message.json(new JsonObject().put("b", 1).put("a", "한")).data())
        .isEqualTo(Buffer.buffer("{\"b\":1,\"a\":\"한\"}"));
    assertThat(Message.json("a\"b").data()).isEqualTo(Buffer.buffer("\"a\\\"b\""));
    assertThat(Message.json(1.5).json()).contains(1.5);
    assertThat(Message.json(new JsonArray().add(1)).json()).contains(new JsonArray().add(1));
    assertThat(Message.json(true).isJson()).isTrue();
    assertThatThrownBy(() -> Message.json(new Object())).isInstanceOf(EncodeException.class);
  }

  @Test
  void jsonTextKeepsItsLiteralsAndLosesItsWhiteSpace() {
    Message message =
        Message.jsonText(Buffer.buffer(" { \"b\" : 1.50e+2 ,\n\"a\" : \" \\u0020\" } "));
    assertThat(message.data()).isEqualTo(Buffer.buffer("{\"b\":1.50e+2,\"a\":\" \\u0020\"}"));
    assertThat(Message.jsonText(Buffer.buffer("null")).json()).isEmpty();
    refused(() -> Message.jsonText(Buffer.buffer("{")));
  }

  @Test
  void bytesAreCopied() {
    Buffer bytes = Buffer.buffer(new byte[] {1, 2});
    Message message = Message.bytes(bytes);
    bytes.setByte(0, (byte) 9);
    assertThat(message.data().getByte(0)).isEqualTo((byte) 1);
    assertThat(message.isJson()).isFalse();
    assertThatThrownBy(message::json).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void hasDefaultsAndKeepsWhatIsSet() {
    Message plain = Message.json(1);
    assertThat(plain.event()).isEqualTo("message");
    assertThat(plain.priority()).isEqualTo(Priority.NORMAL);
    assertThat(plain.time()).isEmpty();
    assertThat(plain.key()).isEmpty();
    Message full =
        plain
            .withEvent("vote")
            .withPriority(Priority.LOW)
            .withKey("k-1_A")
            .withTime(Instant.ofEpochSecond(1, 999_999));
    assertThat(full.event()).isEqualTo("vote");
    assertThat(full.priority()).isEqualTo(Priority.LOW);
    assertThat(full.key()).contains("k-1_A");
    assertThat(full.time()).contains(Instant.ofEpochMilli(1000));
    assertThat(full.data()).isEqualTo(plain.data());
    assertThat(plain.event()).isEqualTo("message");
  }

  @Test
  void doesNotChangeWithWhatItIsMadeOfOrGives() {
    Buffer payload = Buffer.buffer("abc");
    Message message = Message.bytes(payload);
    payload.setByte(0, (byte) 'x');
    message.data().setByte(0, (byte) 'x').appendByte((byte) 'y');
    assertThat(message.data()).isEqualTo(Buffer.buffer("abc"));
    assertThat(message.length()).isEqualTo(3);
  }

  @Test
  void doesNotShowItsPayload() {
    assertThat(Message.json("x", "secret")).hasToString("Message[x, 8 bytes of JSON]");
    assertThat(Message.bytes(Buffer.buffer("secret")).toString()).doesNotContain("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "open",
        "error",
        "millrace.",
        "millrace.gap",
        "a\nb",
        "a\rb",
        "a\0b",
        "\n",
        "\ud83d",
        "a\ude00b"
      })
  void someEventsAreRefused(String event) {
    refused(() -> Message.json(1).withEvent(event));
    refused(() -> Message.checkEvent(event));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"message", "vote", "Open", "errors", "millrace", "a b", "한", "a:b", "☃", "😀"})
  void otherEventsAreNot(String event) {
    assertThat(Message.json(1).withEvent(event).event()).isEqualTo(event);
  }

  @Test
  void anEventHasSixtyFourCharactersAtTheMost() {
    assertThat(Message.checkEvent("x".repeat(64))).hasSize(64);
    refused(() -> Message.checkEvent("x".repeat(65)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a.b", "é", "a\n"})
  void someKeysAreRefused(String key) {
    refused(() -> Message.json(1).withKey(key));
  }

  @Test
  void aKeyHasSixtyFourCharactersAtTheMost() {
    assertThat(Message.json(1).withKey("x".repeat(64)).key()).isPresent();
    refused(() -> Message.json(1).withKey("x".repeat(65)));
  }

  @Test
  void prioritiesAreReadAndWritten() {
    for (Priority priority : Priority.values()) {
      assertThat(Priority.of(priority.toString())).isSameAs(priority);
    }
    refused(() -> Priority.of("LOW"));
  }

  @Test
  void aTimeIsOfAYearWithFourDigits() {
    for (String time : List.of("0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z")) {
      assertThat(Message.json(1).withTime(Instant.parse(time)).time())
          .contains(Instant.parse(time));
    }
    for (Instant time :
        List.of(
            Instant.ofEpochMilli(1_800_000_000_000_000L),
            Instant.parse("+10000-01-01T00:00:00Z"),
            Instant.parse("-0001-12-31T23:59:59.999Z"),
            Instant.MAX,
            Instant.MIN)) {
      assertThatThrownBy(() -> Message.json(1).withTime(time))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(MillraceException.Code.BAD_REQUEST));
    }
  }
}
