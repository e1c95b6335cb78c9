package io.millrace.transport.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.Message;
import io.millrace.spi.Ending;
import io.millrace.spi.Signal;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamFramingTest {

  private record Held(Cursor cursor, String channel, Message message) implements Entry {}

  private static final Cursor CURSOR = new Cursor("k3", 91);

  private final StreamFraming framing = new StreamFraming();

  @Test
  void aMessageIsALine() {
    Entry entry = entry(Message.json("vote", new JsonObject().put("yeas", 217)));

    assertThat(framing.entry(entry))
        .hasToString(
            "{\"type\":\"message\",\"channel\":\"a\",\"cursor\":\"k3-91\",\"event\":\"vote\","
                + "\"time\":1764000000000,\"data\":{\"yeas\":217}}\n");
    assertThat(framing.entry(entry(Message.bytes(Buffer.buffer(new byte[] {0, 10})))))
        .hasToString(
            "{\"type\":\"message\",\"channel\":\"a\",\"cursor\":\"k3-91\","
                + "\"time\":1764000000000,\"base64\":\"AAo=\"}\n");
  }

  @Test
  void whatIsReplayedForASubscriptionSaysSo() {
    Entry entry = entry(Message.json(1));

    assertThat(framing.replayed(entry, Optional.of("7")).toString())
        .contains(",\"replay\":7,")
        .endsWith("}\n");
    assertThat(framing.replayed(entry, Optional.empty()).toString()).contains(",\"replay\":true,");
  }

  @Test
  void paddingIsWhiteSpaceBeforeTheFirstObject() {
    Signal welcome =
        new Signal.Welcome(
            Optional.of(CURSOR),
            Duration.ofSeconds(15),
            Duration.ofSeconds(3),
            2048,
            new JsonObject(),
            Optional.empty(),
            Optional.empty());
    String line = framing.signal(welcome).toString();
    assertThat(line).startsWith(" ".repeat(2048) + "{").endsWith("}\n");
    assertThat(new JsonObject(line).getString("type")).isEqualTo("welcome");
  }

  @Test
  void aSignalIsALine() {
    JsonObject limits = new JsonObject().put("channels", 100);
    Duration heartbeat = Duration.ofSeconds(15);

    assertThat(
            framing.signal(
                new Signal.Welcome(
                    Optional.of(CURSOR),
                    heartbeat,
                    Duration.ofSeconds(3),
                    0,
                    limits,
                    Optional.empty(),
                    Optional.empty())))
        .hasToString(
            "{\"type\":\"welcome\",\"version\":1,\"cursor\":\"k3-91\",\"heartbeat\":15000,"
                + "\"limits\":{\"channels\":100}}\n");
    assertThat(
            framing.signal(
                new Signal.Missed(
                    new Gap(List.of("a", "b"), Gap.Reason.SLOW), Optional.of(CURSOR))))
        .hasToString(
            "{\"type\":\"gap\",\"channels\":[\"a\",\"b\"],\"reason\":\"slow\","
                + "\"cursor\":\"k3-91\"}\n");
    assertThat(framing.signal(new Signal.Heartbeat(CURSOR, false)))
        .hasToString("{\"type\":\"heartbeat\",\"cursor\":\"k3-91\"}\n");
    assertThat(framing.signal(new Signal.Degraded())).hasToString("{\"type\":\"degraded\"}\n");
    assertThat(framing.signal(new Signal.Restored())).hasToString("{\"type\":\"restored\"}\n");
    assertThat(framing.signal(new Signal.Goodbye(Ending.goingAway(Duration.ofMillis(1200)))))
        .hasToString("{\"type\":\"goodbye\",\"reason\":\"going away\",\"after\":1200}\n");
  }

  @Test
  void whateverIsInAMessageItStaysOneLine() {
    String[] parts = {
      "\n", "\r", "\0", "\u2028", "\u0085", "한국", "🎉", "\"", "\\", "}\n{", "\uFEFF"
    };
    Random random = new Random(34);
    for (int i = 0; i < 2_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      byte[] bytes = text.toString().getBytes(UTF_8);

      assertThat(read(Message.json(text.toString())).getString("data")).isEqualTo(text.toString());
      String base64 = read(Message.bytes(Buffer.buffer(bytes))).getString("base64");
      assertThat(Base64.getDecoder().decode(base64)).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1 << 20})
  void payloadsOfAnySizeArriveWhole(int size) {
    String text = "한\n".repeat(size / 4);
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);

    assertThat(read(Message.json(text)).getString("data")).isEqualTo(text);
    String base64 = read(Message.bytes(Buffer.buffer(bytes))).getString("base64");
    assertThat(Base64.getDecoder().decode(base64)).isEqualTo(bytes);
  }

  private JsonObject read(Message message) {
    String line = framing.entry(entry(message)).toString();
    assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
    return new JsonObject(line);
  }

  private static Entry entry(Message message) {
    return new Held(CURSOR, "a", message.withTime(Instant.ofEpochMilli(1_764_000_000_000L)));
  }
}
