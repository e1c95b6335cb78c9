package io.millrace.transport.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.Member;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.spi.Batch;
import io.millrace.spi.Ending;
import io.millrace.spi.Format;
import io.millrace.spi.Framing;
import io.millrace.spi.Signal;
import io.millrace.tck.SseParser;
import io.millrace.tck.SseParser.Event;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SseFramingTest {

  private record Held(Cursor cursor, String channel, Message message) implements Entry {}

  private static final Cursor CURSOR = new Cursor("k3", 91);
  private static final Instant TIME = Instant.ofEpochMilli(1_764_000_000_000L);
  private static final Gap GAP = new Gap(List.of("a", "b.*"), Gap.Reason.EXPIRED);
  private static final JsonObject LIMITS = new JsonObject().put("channels", 100);

  private final SseFraming plain = new SseFraming(Format.PLAIN);
  private final SseFraming envelope = new SseFraming(Format.ENVELOPE);

  @Test
  void aStreamBeginsWithReconnectionTimeAndCursor() {
    assertThat(plain.signal(welcome(Optional.of(CURSOR))))
        .hasToString("retry: 3121\nid: k3-91\n\n");
    assertThat(plain.signal(welcome(Optional.empty()))).hasToString("retry: 3121\n\n");
  }

  @Test
  void paddingIsACommentAndNoBlock() {
    String comment = ":" + " ".repeat(2048) + "\n";
    assertThat(plain.signal(welcome(Optional.of(CURSOR), 2048)))
        .hasToString(comment + "retry: 3121\nid: k3-91\n\n");
    assertThat(new SseFraming(Format.PLAIN, false).signal(welcome(Optional.of(CURSOR), 2048)))
        .hasToString(comment + "retry: 3121\nid: k3-91\n");
    assertThat(envelope.signal(welcome(Optional.of(CURSOR), 2048)).toString())
        .isEqualTo(comment + envelope.signal(welcome(Optional.of(CURSOR))));
  }

  @Test
  void anEnvelopeStreamBeginsWithAnEventToo() {
    assertThat(envelope.signal(welcome(Optional.of(CURSOR))))
        .hasToString(
            """
            retry: 3121
            id: k3-91
            event: millrace.welcome
            data: {"version":1,"cursor":"k3-91","heartbeat":15000,"limits":{"channels":100}}

            """);
    assertThat(envelope.signal(welcome(Optional.empty())))
        .hasToString(
            """
            retry: 3121
            event: millrace.welcome
            data: {"version":1,"heartbeat":15000,"limits":{"channels":100}}

            """);
  }

  @Test
  void aMessageHasIdEventAndData() {
    Entry entry = entry(Message.json("vote", new JsonObject().put("yeas", 217)));

    assertThat(plain.entry(entry)).hasToString("id: k3-91\nevent: vote\ndata: {\"yeas\":217}\n\n");
    assertThat(envelope.entry(entry))
        .hasToString(
            """
            id: k3-91
            data: {"channel":"congress.floor","cursor":"k3-91","event":"vote",\
            "time":1764000000000,"data":{"yeas":217}}

            """);
  }

  @Test
  void theDefaultEventIsLeftOut() {
    assertThat(plain.entry(entry(Message.json(1).withEvent("message"))))
        .hasToString("id: k3-91\ndata: 1\n\n");
  }

  @Test
  void everyLineOfAPayloadHasItsField() {
    Message lines = Message.json("firstEvent", "이벤트1,데이터1\r\n이벤트1,데이터2\r\r\n\n x\n");

    assertThat(plain.entry(entry(lines)))
        .hasToString(
            """
            id: k3-91
            event: firstEvent
            data: 이벤트1,데이터1
            data: 이벤트1,데이터2
            data:\s
            data:\s
            data:  x
            data:\s

            """);
  }

  @Test
  void payloadsWithoutContentAreEventsAllTheSame() {
    assertThat(plain.entry(entry(Message.json("")))).hasToString("id: k3-91\ndata: \n\n");
    assertThat(plain.entry(entry(Message.bytes(Buffer.buffer()))))
        .hasToString("id: k3-91\ndata: \n\n");
    assertThat(plain.entry(entry(Message.jsonText(Buffer.buffer("null")))))
        .hasToString("id: k3-91\ndata: null\n\n");
  }

  @Test
  void bytesTravelAsBase64() {
    Message bytes = Message.bytes(Buffer.buffer(new byte[] {0, '\r', '\n', (byte) 0xff}));

    assertThat(plain.entry(entry(bytes))).hasToString("id: k3-91\ndata: AA0K/w==\n\n");
    assertThat(envelope.entry(entry(bytes)).toString()).endsWith(",\"base64\":\"AA0K/w==\"}\n\n");
  }

  @Test
  void whatIsReplayedCannotBeResumedFrom() {
    Entry entry = entry(Message.json("vote", "x"));

    assertThat(plain.replayed(entry, Optional.empty())).hasToString("event: vote\ndata: x\n\n");
    assertThat(envelope.replayed(entry, Optional.empty()))
        .hasToString(envelope.entry(entry).toString().substring("id: k3-91\n".length()));
  }

  @ParameterizedTest
  @EnumSource
  void aGapNamesItsChannelsAndCarriesTheCursor(Format format) {
    assertThat(new SseFraming(format).signal(new Signal.Missed(GAP, Optional.of(CURSOR))))
        .hasToString(
            """
            id: k3-91
            event: millrace.gap
            data: {"channels":["a","b.*"],"reason":"expired"}

            """);
  }

  private static final Signal.Presence PRESENCE =
      new Signal.Presence(
          "a",
          Optional.empty(),
          List.of(new Member("한\n", Optional.of(new JsonObject().put("name", "H")))),
          List.of("u2"),
          1);

  @ParameterizedTest
  @EnumSource
  void whoIsPresentIsAnEventWithoutACursor(Format format) {
    assertThat(new SseFraming(format).signal(PRESENCE))
        .hasToString(
            """
            event: millrace.presence
            data: {"channel":"a","joined":[{"user":"한\\n","info":{"name":"H"}}],"left":["u2"],"count":1}

            """);
    Batch batch =
        new Batch(CURSOR, Optional.empty(), false, false, List.of(PRESENCE), Optional.empty());
    assertThat(new SseFraming(format).prefix(batch).toString())
        .isEqualTo(new SseFraming(format).signal(PRESENCE).toString());
  }

  @Test
  void aHeartbeatIsACommentThatWakesNoHandler() {
    assertThat(plain.signal(new Signal.Heartbeat(CURSOR, false))).hasToString(": hb\n\n");
    assertThat(plain.signal(new Signal.Heartbeat(CURSOR, true))).hasToString(": hb\nid: k3-91\n\n");

    List<Event> events = new ArrayList<>();
    SseParser parser = new SseParser(events::add);
    parser.feed(plain.signal(new Signal.Heartbeat(CURSOR, true)));
    assertThat(events).isEmpty();
    assertThat(parser.lastEventId()).isEqualTo("k3-91");
  }

  /** For fetch-event-source, Jersey and others, everything before a blank line is an event. */
  @Test
  void forWhoTakesEveryBlockForAnEventFieldsWithoutDataEndNoBlock() {
    SseFraming script = new SseFraming(Format.PLAIN, false);
    Buffer stream =
        Buffer.buffer()
            .appendBuffer(script.signal(welcome(Optional.of(CURSOR))))
            .appendBuffer(script.signal(new Signal.Heartbeat(CURSOR, false)))
            .appendBuffer(script.signal(new Signal.Heartbeat(CURSOR, true)))
            .appendBuffer(script.entry(entry(Message.json("a"))))
            .appendBuffer(
                script.signal(new Signal.Goodbye(Ending.goingAway(Duration.ofMillis(9)))));

    assertThat(stream)
        .hasToString(
            "retry: 3121\nid: k3-91\n: hb\n: hb\nid: k3-91\nid: k3-91\ndata: a\n\nretry: 9\n");
    List<Event> events = new ArrayList<>();
    SseParser parser = new SseParser(events::add);
    parser.feed(stream);
    assertThat(events).containsExactly(new Event("message", "a", "k3-91"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void scriptsSeeHeartbeatsOfAnEnvelopeStream(boolean moved) {
    assertThat(envelope.signal(new Signal.Heartbeat(CURSOR, moved)))
        .hasToString("id: k3-91\nevent: millrace.heartbeat\ndata: {\"cursor\":\"k3-91\"}\n\n");
  }

  @Test
  void aGoodbyeSaysWhenToComeBack() {
    Signal later = new Signal.Goodbye(Ending.goingAway(Duration.ofMillis(1200)));
    Signal now = new Signal.Goodbye(Ending.RECYCLE);

    assertThat(plain.signal(later)).hasToString("retry: 1200\n");
    assertThat(plain.signal(now)).isEqualTo(Framing.NOTHING);
    assertThat(envelope.signal(later))
        .hasToString(
            """
            retry: 1200
            event: millrace.goodbye
            data: {"reason":"going away","after":1200}

            """);
    assertThat(envelope.signal(now))
        .hasToString("event: millrace.goodbye\ndata: {\"reason\":\"recycle\",\"after\":0}\n\n");
  }

  @Test
  void scriptsSeeWhetherTheBrokerIsThere() {
    assertThat(envelope.signal(new Signal.Degraded()))
        .hasToString("event: millrace.degraded\ndata: {}\n\n");
    assertThat(envelope.signal(new Signal.Restored()))
        .hasToString("event: millrace.restored\ndata: {}\n\n");
    assertThat(plain.signal(new Signal.Degraded())).isEqualTo(Framing.NOTHING);
    assertThat(plain.signal(new Signal.Restored())).isEqualTo(Framing.NOTHING);
  }

  @Test
  void aBatchSaysWhenToAskAgainAndItsCursorLast() {
    Batch batch =
        new Batch(
            new Cursor("k3", 95),
            Optional.of(GAP),
            false,
            true,
            List.of(),
            Optional.of(Duration.ofSeconds(2)));
    Buffer body =
        Buffer.buffer()
            .appendBuffer(plain.prefix(batch))
            .appendBuffer(plain.entry(entry(Message.json("a"))))
            .appendBuffer(plain.separator())
            .appendBuffer(plain.entry(entry(Message.json("b"))))
            .appendBuffer(plain.suffix(batch));

    assertThat(body)
        .hasToString(
            """
            retry: 2000
            event: millrace.gap
            data: {"channels":["a","b.*"],"reason":"expired"}

            id: k3-91
            data: a

            id: k3-91
            data: b

            id: k3-95

            """);
    assertThat(envelope.prefix(batch).toString())
        .endsWith("event: millrace.degraded\ndata: {}\n\n");
  }

  /** A client that takes every block for an event sees no block without a name and data. */
  @Test
  void anEnvelopeBatchHasNoBlockWithoutData() {
    Batch batch =
        new Batch(
            CURSOR, Optional.empty(), false, false, List.of(), Optional.of(Duration.ofSeconds(2)));
    Buffer body =
        Buffer.buffer().appendBuffer(envelope.prefix(batch)).appendBuffer(envelope.suffix(batch));

    assertThat(body)
        .hasToString(
            "retry: 2000\nid: k3-91\nevent: millrace.heartbeat\ndata: {\"cursor\":\"k3-91\"}\n\n");
  }

  @Test
  void aBatchOfWhichThereIsMoreIsAskedForAgainAtOnce() {
    Optional<Duration> later = Optional.of(Duration.ofSeconds(2));

    assertThat(plain.prefix(new Batch(CURSOR, Optional.empty(), true, false, List.of(), later)))
        .hasToString("retry: 0\n");
    assertThat(
            plain.prefix(
                new Batch(CURSOR, Optional.empty(), false, false, List.of(), Optional.empty())))
        .isEqualTo(Framing.NOTHING);
  }

  @Test
  void textArrivesAsItWasButForTheEndsOfItsLines() {
    Random random = new Random(41);
    for (int i = 0; i < 2_000; i++) {
      String text = text(random);
      Event event = parse(plain.entry(entry(Message.json(text))), random);

      assertThat(event)
          .isEqualTo(new Event("message", text.replaceAll("\r\n?", "\n"), CURSOR.toString()));
    }
  }

  @Test
  void anEnvelopeArrivesExactly() {
    Random random = new Random(42);
    for (int i = 0; i < 2_000; i++) {
      String text = text(random);
      String name = text(random).replaceAll("[\r\n\0]", "") + "x";
      String event = name.substring(0, name.offsetByCodePoints(0, 1)) + "é";
      byte[] bytes = text.getBytes(UTF_8);
      JsonObject json = json(envelope.entry(entry(Message.json(event, text))), random);

      assertThat(json.getString("data")).isEqualTo(text);
      assertThat(json.getString("event")).isEqualTo(event);
      JsonObject binary = json(envelope.entry(entry(Message.bytes(Buffer.buffer(bytes)))), random);
      assertThat(Base64.getDecoder().decode(binary.getString("base64"))).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMebibyteArrivesWhole(Format format) {
    String text = "한🎉\u2028é\n".repeat((1 << 20) / 13);
    Buffer block = new SseFraming(format).entry(entry(Message.json(text)));
    Event event = parse(block, new Random(1));

    assertThat(
            format == Format.PLAIN ? event.data() : new JsonObject(event.data()).getString("data"))
        .isEqualTo(text);
  }

  static Stream<String> lineEnds() {
    return Stream.of("\n", "\r", "\r\n", "\0", "\u2028");
  }

  @ParameterizedTest
  @MethodSource("lineEnds")
  void noPayloadMakesAnotherEvent(String end) {
    String text = "a" + end + end + "event: evil" + end + "id: evil" + end + end + "data: evil";

    for (SseFraming framing : List.of(plain, envelope)) {
      Event event = parse(framing.entry(entry(Message.json(text))), new Random(2));
      assertThat(event.type()).isEqualTo("message");
      assertThat(event.lastEventId()).isEqualTo("k3-91");
    }
  }

  @ParameterizedTest
  @MethodSource("lineEnds")
  void noEventNameMakesAnotherEvent(String end) {
    String name = "x" + end + "data: evil";
    if (!end.equals("\u2028")) {
      assertThatThrownBy(() -> Message.json(name, "a")).isInstanceOf(MillraceException.class);
      return;
    }
    assertThat(parse(plain.entry(entry(Message.json(name, "a"))), new Random(3)))
        .isEqualTo(new Event(name, "a", "k3-91"));
  }

  @ParameterizedTest
  @MethodSource("lineEnds")
  void noCursorMakesAnotherEvent(String end) {
    assertThatThrownBy(() -> new Cursor("k3" + end + "data: evil", 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Signal welcome(Optional<Cursor> cursor) {
    return welcome(cursor, 0);
  }

  private static Signal welcome(Optional<Cursor> cursor, int padding) {
    return new Signal.Welcome(
        cursor,
        Duration.ofSeconds(15),
        Duration.ofMillis(3121),
        padding,
        LIMITS,
        Optional.empty(),
        Optional.empty());
  }

  private static Entry entry(Message message) {
    return new Held(CURSOR, "congress.floor", message.withTime(TIME));
  }

  private static JsonObject json(Buffer block, Random random) {
    Event event = parse(block, random);
    assertThat(event.type()).isEqualTo("message");
    assertThat(event.lastEventId()).isEqualTo("k3-91");
    return new JsonObject(event.data());
  }

  /** Reads exactly one event, in pieces. */
  private static Event parse(Buffer block, Random random) {
    assertThat(block.toString()).doesNotContain("\r").endsWith("\n\n");
    List<Event> events = new ArrayList<>();
    SseParser parser = new SseParser(events::add);
    for (int i = 0; i < block.length(); ) {
      int end = Math.min(block.length(), i + 1 + random.nextInt(block.length()));
      parser.feed(block.slice(i, end));
      i = end;
    }
    assertThat(events).hasSize(1);
    return events.get(0);
  }

  private static String text(Random random) {
    String[] parts = {
      "\n",
      "\r",
      "\r\n",
      "\0",
      "\u2028",
      "\u0085",
      "\uFEFF",
      " ",
      ":",
      "data: ",
      "\"",
      "\\",
      "한국",
      "🎉",
      "e\u0301",
      "\t",
      "id: 1",
      "</script>"
    };
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(12); length > 0; length--) {
      text.append(parts[random.nextInt(parts.length)]);
    }
    return text.toString();
  }
}
