package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.millrace.tck.SseParser.Event;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SseParserTest {

  private static final String BOM = "\uFEFF";

  private final List<Event> events = new ArrayList<>();
  private final List<String> comments = new ArrayList<>();
  private final SseParser parser = new SseParser(events::add, comments::add);

  static Stream<Arguments> streams() {
    return Stream.of(
        arguments(BOM + "data:1\n\n" + BOM + "data:2\n\ndata:3\n\n", List.of("1", "3")),
        arguments(BOM + BOM + "data:1\n\ndata:2\n\n", List.of("2")),
        arguments(" " + BOM + "data:1\n\ndata:2\n\n", List.of("2")),
        arguments("data:\n\ndata\ndata\n\ndata:test\n\n", List.of("", "\n", "test")),
        arguments("data:test\r\ndata\ndata:test\r\n\r", List.of("test\n\ntest")),
        arguments("data:\ttest\rdata: \ndata:test\n\n", List.of("\ttest\n\ntest")),
        arguments(
            "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\r"
                + "data:\r\n data:32\ndata:4\n\n",
            List.of("\0\n 2\n1\n3\n\n4")),
        arguments("retry:2000\nretry:1000x\ndata:x\n\n", List.of("x")),
        arguments("data:a\r\rdata:b\r\n\r\ndata:c\n\r\n", List.of("a", "b", "c")),
        arguments("data:한국어 🎉 \u2028\u2029\u0085\n\n", List.of("한국어 🎉 \u2028\u2029\u0085")),
        arguments("data:cut off", List.of()),
        arguments("data:cut off\n", List.of()),
        arguments("", List.of()));
  }

  @ParameterizedTest
  @MethodSource("streams")
  void readsAsBrowsersDo(String stream, List<String> expected) {
    parser.feed(Buffer.buffer(stream));

    assertThat(events).extracting(Event::data).isEqualTo(expected);
    assertThat(events).extracting(Event::type).allMatch("message"::equals);
  }

  @ParameterizedTest
  @MethodSource("streams")
  void readsTheSameByteByByte(String stream, List<String> expected) {
    for (byte b : stream.getBytes(StandardCharsets.UTF_8)) {
      parser.feed(Buffer.buffer().appendByte(b));
    }

    assertThat(events).extracting(Event::data).isEqualTo(expected);
  }

  @Test
  void readsTheSameInPiecesOfAnySize() {
    Random random = new Random(51);
    Buffer stream =
        Buffer.buffer("event: 한\r\ndata: é\r\ndata\r\rid: 7\n\n: c\r\ndata: 🎉\n\n".repeat(50));
    parser.feed(stream);
    List<Event> whole = List.copyOf(events);
    events.clear();

    SseParser pieces = new SseParser(events::add);
    for (int i = 0; i < stream.length(); ) {
      int end = Math.min(stream.length(), i + random.nextInt(5));
      pieces.feed(stream.slice(i, end));
      i = end;
    }

    assertThat(whole).hasSize(100);
    assertThat(events).isEqualTo(whole);
  }

  @Test
  void aReturnEndsTheLineAtOnce() {
    feed("data:a\r\r");

    assertThat(events).containsExactly(new Event("message", "a", ""));
  }

  @Test
  void anEventHasItsNameOrIsAMessage() {
    feed("event: a\ndata:1\n\ndata:2\n\nevent: \ndata:3\n\nevent\n: firstEvent\ndata:4\n\n");
    feed("event: b\nevent: c\ndata:5\n\nEvent: d\ndata:6\n\n");

    assertThat(events)
        .extracting(Event::type)
        .containsExactly("a", "message", "message", "message", "c", "message");
  }

  @Test
  void anEventWithoutDataIsNotDispatchedAndItsNameIsForgotten() {
    feed("event: a\n\ndata: 1\n\n");

    assertThat(events).containsExactly(new Event("message", "1", ""));
  }

  @Test
  void onlyDigitsAreAReconnectionTime() {
    assertThat(parser.retry()).isEmpty();
    feed("retry: \nretry\nretry: +5\nretry: 1.5\nretry:-1\nretry:  7\nretry: ٣\n");
    assertThat(parser.retry()).isEmpty();

    feed("retry:2000\nretry:1000x\n");
    assertThat(parser.retry()).contains(Duration.ofSeconds(2));

    feed("retry: 0\n");
    assertThat(parser.retry()).contains(Duration.ZERO);

    feed("retry: 99999999999999999999999\n");
    assertThat(parser.retry()).contains(Duration.ofMillis(Long.MAX_VALUE));
  }

  @Test
  void anIdIsCommittedByTheBlankLineAndStays() {
    feed("id: k3-1\ndata: a\n");
    assertThat(parser.lastEventId()).isEmpty();

    feed("\ndata: b\n\n: only an id\nid: k3-2\n\n");
    assertThat(parser.lastEventId()).isEqualTo("k3-2");

    feed("id: k3-\0003\ndata: c\n\nid\ndata: d\n\n");
    assertThat(events)
        .containsExactly(
            new Event("message", "a", "k3-1"),
            new Event("message", "b", "k3-1"),
            new Event("message", "c", "k3-2"),
            new Event("message", "d", ""));
  }

  @Test
  void commentsAreNoEvents() {
    feed(": hb\n:\n:data: x\n\n");

    assertThat(events).isEmpty();
    assertThat(comments).containsExactly(" hb", "", "data: x");
  }

  @Test
  void theFinalBlankLineIsWhatMakesAnEvent() {
    feed(
        """
        retry: 2000

        event: firstEvent
        data: 이벤트1,데이터1
        data: 이벤트1,데이터2

        event: secondEvent
        data: 이벤트2,데이터1
        data: 이벤트2,데이터2
        """);
    assertThat(events).containsExactly(new Event("firstEvent", "이벤트1,데이터1\n이벤트1,데이터2", ""));

    feed("\n");
    assertThat(events).hasSize(2).endsWith(new Event("secondEvent", "이벤트2,데이터1\n이벤트2,데이터2", ""));
  }

  @Test
  void bytesThatAreNotUtf8BecomeReplacementCharacters() {
    assertThat(data(0xff)).isEqualTo("\uFFFD");
    assertThat(data(0xe2, 0x82)).isEqualTo("\uFFFD");
    assertThat(data(0xe2, 0x82, 'a')).isEqualTo("\uFFFDa");
    assertThat(data(0xf0, 0x9f, 0x8e)).isEqualTo("\uFFFD");
    assertThat(data(0xc0, 0x80)).isEqualTo("\uFFFD\uFFFD");
    assertThat(data(0xf5, 0x80)).isEqualTo("\uFFFD\uFFFD");
  }

  private static String data(int... bytes) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stream.writeBytes("data:".getBytes(StandardCharsets.US_ASCII));
    Arrays.stream(bytes).forEach(stream::write);
    stream.writeBytes("\n\n".getBytes(StandardCharsets.US_ASCII));
    List<Event> events = new ArrayList<>();
    new SseParser(events::add).feed(Buffer.buffer(stream.toByteArray()));
    return events.get(0).data();
  }

  private void feed(String text) {
    parser.feed(Buffer.buffer(text));
  }
}
