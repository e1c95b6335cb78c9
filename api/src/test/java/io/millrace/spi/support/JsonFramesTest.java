package io.millrace.spi.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.spi.Ending;
import io.millrace.spi.Signal;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonFramesTest {

  private static final Cursor CURSOR = new Cursor("k3", 91);

  private record At(Message message) implements Entry {
    @Override
    public Cursor cursor() {
      return CURSOR;
    }

    @Override
    public String channel() {
      return "a.b";
    }
  }

  private static Entry entry(Message message) {
    return new At(message.withTime(Instant.ofEpochMilli(1_764_000_000_000L)));
  }

  private static final Entry VOTE =
      entry(Message.jsonText(Buffer.buffer("{\"n\":1.0,\"한\":\"글\"}")).withEvent("vote"));

  private static void signal(Signal signal, String expected) {
    assertThat(JsonFrames.signal(signal).encode()).isEqualTo(expected);
  }

  @Test
  void anEnvelopeKeepsThePayloadsText() {
    assertThat(JsonFrames.envelope(VOTE))
        .hasToString(
            "{\"channel\":\"a.b\",\"cursor\":\"k3-91\",\"event\":\"vote\",\"time\":1764000000000,"
                + "\"data\":{\"n\":1.0,\"한\":\"글\"}}");
  }

  @Test
  void theDefaultEventIsLeftOutAndBytesAreInBase64() {
    assertThat(JsonFrames.envelope(entry(Message.json(1))))
        .hasToString(
            "{\"channel\":\"a.b\",\"cursor\":\"k3-91\",\"time\":1764000000000,\"data\":1}");
    assertThat(JsonFrames.envelope(entry(Message.bytes(Buffer.buffer(new byte[] {-1, 0, 62})))))
        .hasToString(
            "{\"channel\":\"a.b\",\"cursor\":\"k3-91\",\"time\":1764000000000,\"base64\":\"/wA+\"}");
  }

  @Test
  void anEventIsEscaped() {
    Entry odd = entry(Message.json(1).withEvent("a\"\\\t한"));
    assertThat(JsonFrames.envelope(odd).toJsonObject().getString("event")).isEqualTo("a\"\\\t한");
  }

  @Test
  void aMessageFrameHasItsTypeAndAReplayedOneTheIdOfItsCommand() {
    String envelope = JsonFrames.envelope(VOTE).toString().substring(1);
    assertThat(JsonFrames.message(VOTE)).hasToString("{\"type\":\"message\"," + envelope);
    assertThat(JsonFrames.replayed(VOTE, Optional.empty()))
        .hasToString("{\"type\":\"message\"," + envelope);
    assertThat(JsonFrames.replayed(VOTE, Optional.of("7")))
        .hasToString(
            "{\"type\":\"message\"," + envelope.replace(",\"data\"", ",\"replay\":7,\"data\""));
    assertThat(JsonFrames.replayed(VOTE, Optional.of("\"x\"")).toJsonObject().getString("replay"))
        .isEqualTo("x");
  }

  @Test
  void aPlainPayloadIsTextJsonOrBytes() {
    assertThat(JsonFrames.payload(Message.json("한 \"a\"\n"))).hasToString("한 \"a\"\n");
    assertThat(JsonFrames.payload(Message.json("a / b"))).hasToString("a / b");
    assertThat(JsonFrames.payload(Message.json("a\\b"))).hasToString("a\\b");
    assertThat(JsonFrames.payload(Message.json(""))).hasToString("");
    assertThat(JsonFrames.payload(Message.json(List.of(1, "a")))).hasToString("[1,\"a\"]");
    assertThat(JsonFrames.payload(Message.jsonText(Buffer.buffer("null")))).hasToString("null");
    Buffer quote = Buffer.buffer("\"not JSON");
    assertThat(JsonFrames.payload(Message.bytes(quote))).isEqualTo(quote);
    assertThat(JsonFrames.payload(Message.bytes(Buffer.buffer()))).isEqualTo(Buffer.buffer());
  }

  @Test
  void signalsAreAsTheProtocolHasThem() {
    JsonObject limits = new JsonObject().put("channels", 100);
    signal(
        new Signal.Welcome(
            Optional.of(CURSOR),
            Duration.ofSeconds(25),
            Duration.ofSeconds(3),
            1024,
            limits,
            Optional.of("client-1"),
            Optional.empty()),
        "{\"type\":\"welcome\",\"version\":1,\"cursor\":\"k3-91\",\"client\":\"client-1\",\"heartbeat\":25000,\"limits\":{\"channels\":100}}");
    signal(
        new Signal.Welcome(
            Optional.empty(),
            Duration.ofSeconds(25),
            Duration.ofSeconds(3),
            1024,
            limits,
            Optional.empty(),
            Optional.empty()),
        "{\"type\":\"welcome\",\"version\":1,\"heartbeat\":25000,\"limits\":{\"channels\":100}}");
    signal(
        new Signal.Missed(new Gap(List.of("a", "b.*"), Gap.Reason.EXPIRED), Optional.of(CURSOR)),
        "{\"type\":\"gap\",\"channels\":[\"a\",\"b.*\"],\"reason\":\"expired\",\"cursor\":\"k3-91\"}");
    Gap counted = new Gap(List.of("a", "b"), Gap.Reason.SLOW, Map.of("a", 17L));
    signal(
        new Signal.Missed(counted, Optional.empty()),
        "{\"type\":\"gap\",\"channels\":[\"a\",\"b\"],\"reason\":\"slow\",\"missed\":{\"a\":17}}");
    signal(new Signal.Heartbeat(CURSOR, true), "{\"type\":\"heartbeat\",\"cursor\":\"k3-91\"}");
    signal(
        new Signal.Goodbye(Ending.goingAway(Duration.ofMillis(1200))),
        "{\"type\":\"goodbye\",\"reason\":\"going away\",\"after\":1200}");
    signal(new Signal.Degraded(), "{\"type\":\"degraded\"}");
    signal(new Signal.Restored(), "{\"type\":\"restored\"}");
    signal(new Signal.Done("1", CURSOR), "{\"type\":\"ok\",\"id\":1,\"cursor\":\"k3-91\"}");
    signal(
        new Signal.Published("\"x\"", Optional.of("k3-92")),
        "{\"type\":\"ok\",\"id\":\"x\",\"published\":\"k3-92\"}");
    signal(new Signal.Published("3", Optional.empty()), "{\"type\":\"ok\",\"id\":3}");
    signal(
        new Signal.Failed(Optional.of("3"), MillraceException.Code.FORBIDDEN, "No."),
        "{\"type\":\"error\",\"id\":3,\"code\":\"forbidden\",\"message\":\"No.\"}");
    signal(
        new Signal.Failed(Optional.empty(), MillraceException.Code.BAD_REQUEST, "No."),
        "{\"type\":\"error\",\"code\":\"bad-request\",\"message\":\"No.\"}");
  }

  @Test
  void gapReasonsAndEndingsAreThoseOfTheProtocol() {
    assertThat(Gap.Reason.values())
        .extracting(Gap.Reason::toString)
        .containsExactly("expired", "epoch", "interrupted", "slow", "unknown");
    assertThat(Ending.DONE.mayReconnect()).isFalse();
    assertThat(Ending.DISCONNECTED.mayReconnect()).isFalse();
    assertThat(
            List.of(
                Ending.SLOW,
                Ending.STALLED,
                Ending.TRANSPORT_OFF,
                Ending.EXPIRED,
                Ending.UNFINISHED,
                Ending.REVOKED,
                Ending.GAP,
                Ending.RECYCLE,
                Ending.goingAway(Duration.ZERO)))
        .allMatch(Ending::mayReconnect);
  }
}
