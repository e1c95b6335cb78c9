package io.millrace.broker.stomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.spi.remote.BrokerException;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StompDecoderTest {

  private static final int MAX_BODY = 1000;

  private final List<StompFrame> frames = new ArrayList<>();
  private final StompDecoder decoder = new StompDecoder(MAX_BODY, frames::add);

  private void read(String text) {
    decoder.handle(Buffer.buffer(text));
  }

  private static StompFrame frame(String command, Map<String, String> headers, String body) {
    return new StompFrame(command, headers, Buffer.buffer(body));
  }

  @Test
  void linesEndInLfOrInCrLf() {
    read("MESSAGE\na:1\nb:2\n\nbody\0MESSAGE\r\na:1\r\nb:2\r\n\r\nbody\0");

    StompFrame expected = frame("MESSAGE", Map.of("a", "1", "b", "2"), "body");
    assertThat(frames).containsExactly(expected, expected);
  }

  @Test
  void escapesStandInNamesAndInValues() {
    read("MESSAGE\nna\\cme\\\\\\n:a\\cb\\\\c\\r\\nd\n\n\0");

    assertThat(frames).containsExactly(frame("MESSAGE", Map.of("na:me\\\n", "a:b\\c\r\nd"), ""));
  }

  @Test
  void connectedIsNotUnescaped() {
    read("CONNECTED\nserver:C:\\temp\\\\\nversion:1.2\n\n\0");

    assertThat(frames)
        .containsExactly(
            frame("CONNECTED", Map.of("server", "C:\\temp\\\\", "version", "1.2"), ""));
  }

  @Test
  void theFirstVersionHasNoEscapes() {
    decoder.setVersion(StompVersion.V1_0);
    read("MESSAGE\na:\\t\\c\n\n\0");

    assertThat(frames).containsExactly(frame("MESSAGE", Map.of("a", "\\t\\c"), ""));
  }

  @Test
  void ofHeadersRepeatedTheFirstCounts() {
    read("MESSAGE\na:1\na:2\ncontent-length:2\ncontent-length:9\n\nxy\0");

    assertThat(frames)
        .containsExactly(frame("MESSAGE", Map.of("a", "1", "content-length", "2"), "xy"));
  }

  @Test
  void nothingIsTrimmed() {
    read("MESSAGE\n a : b \t\nc:\nd::\n\n \0");

    assertThat(frames)
        .containsExactly(frame("MESSAGE", Map.of(" a ", " b \t", "c", "", "d", ":"), " "));
  }

  @Test
  void contentLengthCountsBytesAndLetsABodyHaveNul() {
    read("MESSAGE\ncontent-length:8\n\n\0한\0\n\r\0\0MESSAGE\n\n\0");

    assertThat(frames)
        .containsExactly(
            frame("MESSAGE", Map.of("content-length", "8"), "\0한\0\n\r\0"),
            frame("MESSAGE", Map.of(), ""));
  }

  @Test
  void anEmptyBodyMayBeCounted() {
    read("MESSAGE\ncontent-length:0\n\n\0\nMESSAGE\ncontent-length:00\n\n\0");

    assertThat(frames).extracting(StompFrame::body).containsOnly(Buffer.buffer()).hasSize(2);
  }

  @Test
  void endsOfLineBetweenFramesAreHeartBeats() {
    read("\n\r\n\n");
    assertThat(frames).isEmpty();
    read("MESSAGE\n\n\0\n\r\n\nMESSAGE\n\n\0\n");

    assertThat(frames).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 64})
  void framesMayBeCutAnywhere(int most) {
    byte[] bytes =
        ("\n\r\nMESSAGE\r\na\\c\\\\:\\r\\n한글\r\ncontent-length:5\r\n\r\na\0\n\0b\0\r\n"
                + "RECEIPT\nreceipt-id:1\n\n\0\n\nERROR\n\n이것은 오류\0")
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Random random = new Random(most);
    for (int at = 0; at < bytes.length; ) {
      int length = Math.min(1 + random.nextInt(most), bytes.length - at);
      decoder.handle(Buffer.buffer().appendBytes(bytes, at, length));
      at += length;
    }

    assertThat(frames)
        .containsExactly(
            frame("MESSAGE", Map.of("a:\\", "\r\n한글", "content-length", "5"), "a\0\n\0b"),
            frame("RECEIPT", Map.of("receipt-id", "1"), ""),
            frame("ERROR", Map.of(), "이것은 오류"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RECEIPT\ncontent-length:x\n\n",
        "RECEIPT\ncontent-length:-1\n\n",
        "RECEIPT\ncontent-length:+1\n\n",
        "RECEIPT\ncontent-length: 1\n\n",
        "RECEIPT\ncontent-length:\n\n",
        "RECEIPT\ncontent-length:99999999999\n\n",
        "RECEIPT\ncontent-length:2\n\nabc",
        "RECEIPT\na:\\t\n",
        "RECEIPT\na\\:b\n",
        "RECEIPT\na:b\\\n",
        "RECEIPT\nno colon\n",
        "RECEIPT\n:no name\n",
        "message\n",
        "MESSAGE \n",
        "HTTP/1.1 400 Bad Request\r\n",
        "AMQP\0\0\t\1\n",
        "\0\n",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG\n",
      })
  void whatIsNoStompIsFatal(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(BrokerException.class)
        .hasMessageMatching(".{20,}");
    assertThat(frames).isEmpty();
  }

  @Test
  void aHeadWithoutEndIsFatalBeforeItFillsTheMemory() {
    String part = "x".repeat(1 << 10);
    assertThatThrownBy(
            () -> {
              for (int i = 0; i <= StompDecoder.MAX_HEAD_BYTES >> 10; i++) {
                read(i == 0 ? "RECEIPT\n" : part);
              }
            })
        .isInstanceOf(BrokerException.class);
  }

  @Test
  void aHeadOfManyLinesIsFatalToo() {
    String headers = "a:1\n".repeat(StompDecoder.MAX_HEADERS);
    read("RECEIPT\n" + headers);
    assertThatThrownBy(() -> read("a:1\n")).isInstanceOf(BrokerException.class);
  }

  @Test
  void aHeadAtItsLimitIsTakenAgainAndAgain() {
    String value = "x".repeat(StompDecoder.MAX_HEAD_BYTES - 100);
    for (int i = 0; i < 3; i++) {
      read("\n\nMESSAGE\na:" + value + "\n\n\0\n\n");
    }

    assertThat(frames).hasSize(3).allMatch(frame -> frame.headers().get("a").equals(value));
  }

  @Test
  void aBodyAboveTheLimitIsLeftOutAndTheNextFrameIsRead() {
    String fits = "x".repeat(MAX_BODY);
    String large = "x".repeat(MAX_BODY + 1);
    for (String body : List.of(fits, large, fits)) {
      read("MESSAGE\n\n");
      body.chars().forEach(c -> read(Character.toString(c)));
      read("\0");
      read("MESSAGE\ncontent-length:" + body.length() + "\n\n" + body + "\0\n");
    }

    assertThat(frames)
        .extracting(StompFrame::isFlawed)
        .containsExactly(false, false, true, true, false, false);
    assertThat(frames)
        .extracting(frame -> frame.body().length())
        .containsExactly(MAX_BODY, MAX_BODY, 0, 0, MAX_BODY, MAX_BODY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "content-length:x\n\nbody\0",
        "content-length:-1\n\nbody\0",
        "content-length:+1\n\nbody\0",
        "content-length: 1\n\nbody\0",
        "content-length:\n\nbody\0",
        "content-length:9999999999999999999\n\nbody\0",
        "content-length:2\n\nabc\0",
        "millrace-event:\\t\n\n\0",
        "destination:b\\\n\n\0",
      })
  void aMessageThatCannotBeReadIsPassedOverAndTheNextIsRead(String rest) {
    read("MESSAGE\nsubscription:1\nx-stream-offset:7\n" + rest + "\nMESSAGE\nb:1\n\nok\0");

    assertThat(frames).extracting(StompFrame::isFlawed).containsExactly(true, false);
    assertThat(frames.get(0).headers())
        .containsEntry("subscription", "1")
        .containsEntry("x-stream-offset", "7");
    assertThat(frames.get(0).flaw()).matches("[A-Z].*\\.");
    assertThat(frames.get(1)).isEqualTo(frame("MESSAGE", Map.of("b", "1"), "ok"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a:\\t", "a\\:b", "a:b\\", "no colon", ":no name", ":"})
  void aHeaderOfAMessageThatNobodyNeedsIsPassedOverIfItCannotBeRead(String header) {
    read("MESSAGE\n" + header + "\nb:1\n\nok\0");

    assertThat(frames).containsExactly(frame("MESSAGE", Map.of("b", "1"), "ok"));
  }

  @Test
  void ofAMessageWithTooManyHeadersThoseThatAreNeededAreKept() {
    StringBuilder head = new StringBuilder("MESSAGE\n");
    for (int i = 0; i < 5 * StompDecoder.MAX_HEADERS; i++) {
      head.append("h" + i + ":1\n");
    }
    Map<String, String> needed =
        Map.of(
            "x-stream-offset", "7",
            "type", "amqp-1.0",
            "JMS_AMQP_NATIVE", "true",
            "JMS_AMQP_ContentType", "text/plain",
            "JMS_AMQP_ORIGINAL_ENCODING", "5");
    needed.forEach((name, value) -> head.append(name + ":" + value + "\n"));
    read(head + "last:1\ncontent-length:2\n\nok\0");

    assertThat(frames).extracting(StompFrame::isFlawed).containsExactly(false);
    assertThat(frames.get(0).headers())
        .hasSizeLessThan(StompDecoder.MAX_HEADERS + 20)
        .containsAllEntriesOf(needed)
        .doesNotContainKey("last");
    assertThat(frames.get(0).body().toString()).isEqualTo("ok");
  }

  @Test
  void aHeadOfAMessageAboveItsLimitCostsNoMoreThanTheLimitAndTheFrameIsRead() {
    String part = "x".repeat(1 << 10);
    read("MESSAGE\nforeign:");
    for (int i = 0; i < 3 * (StompDecoder.MAX_HEAD_BYTES >> 10); i++) {
      read(part);
    }
    read("\nsubscription:1\na:1\n\nok\0MESSAGE\nmillrace-event:");
    for (int i = 0; i < 2 * (StompDecoder.MAX_HEAD_BYTES >> 10); i++) {
      read(part);
    }
    read("\n\nflawed\0MESSAGE\na:1\n\nok\0");

    assertThat(frames)
        .containsExactly(
            frame("MESSAGE", Map.of("subscription", "1"), "ok"),
            new StompFrame("MESSAGE", Map.of(), Buffer.buffer(), "One of its headers is too long."),
            frame("MESSAGE", Map.of("a", "1"), "ok"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 10_000})
  void ofSeveralFlawsTheFirstIsToldHoweverTheFrameIsCut(int piece) {
    String text = "MESSAGE\ncontent-length:3\n\n" + "x".repeat(2 * MAX_BODY) + "\0MESSAGE\n\nok\0";
    for (int at = 0; at < text.length(); at += piece) {
      read(text.substring(at, Math.min(text.length(), at + piece)));
    }

    assertThat(frames).hasSize(2);
    assertThat(frames.get(0).flaw()).isEqualTo("Its body is longer than its content-length.");
    assertThat(frames.get(0).body().length()).isZero();
    assertThat(frames.get(1).isFlawed()).isFalse();
  }

  @Test
  void whatIsNotUtf8InAHeaderIsReplacedAndNotFatal() {
    decoder.handle(Buffer.buffer("MESSAGE\na:").appendByte((byte) 0xff).appendString("b\n\n\0"));

    assertThat(frames).containsExactly(frame("MESSAGE", Map.of("a", "\ufffdb"), ""));
  }

  @Test
  void framesAreReadAsTheyWereWritten() {
    List<StompFrame> sent =
        List.of(
            frame("CONNECT", Map.of("login", "a:b\\c", "passcode", "한"), ""),
            frame("SEND", Map.of("a:\\\r\n", " :\\\r\n\t한 "), ""),
            frame("SEND", Map.of("a", "\\n"), "\0\n한\0"));
    for (StompFrame frame : sent) {
      decoder.handle(frame.encode(StompVersion.V1_2));
    }

    for (int i = 0; i < sent.size(); i++) {
      assertThat(frames.get(i).command()).isEqualTo(sent.get(i).command());
      assertThat(frames.get(i).headers()).containsAllEntriesOf(sent.get(i).headers());
      assertThat(frames.get(i).body()).isEqualTo(sent.get(i).body());
    }
    assertThat(frames.get(2).headers()).containsEntry("content-length", "6");
  }

  @Test
  void whatAVersionCannotCarryIsNotWritten() {
    for (StompVersion version : StompVersion.values()) {
      assertThatThrownBy(() -> frame("SEND", Map.of("a", "\0"), "").encode(version))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> frame("SEND", Map.of("a", "\r"), "").encode(StompVersion.V1_1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> frame("SEND", Map.of("a", "\n"), "").encode(StompVersion.V1_0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(frame("SEND", Map.of("a", "b:\\"), "").encode(StompVersion.V1_0).toString())
        .isEqualTo("SEND\na:b:\\\n\n\0");
    assertThat(frame("SEND", Map.of("a", "b\n"), "").encode(StompVersion.V1_1).toString())
        .isEqualTo("SEND\na:b\\n\n\n\0");
  }
}
