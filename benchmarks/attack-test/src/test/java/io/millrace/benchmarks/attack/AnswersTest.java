package io.millrace.benchmarks.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers are counted however the bytes are split. */
class AnswersTest {

  private static final String UPGRADED = "HTTP/1.1 101 Switching Protocols\r\nA: b\r\n\r\n";

  private final Answers answers = new Answers();

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void statusesAndTheCodesOfProblemsAreCounted(int step) {
    AnswerReader reader = new HttpAnswers(answers);

    feed(
        reader,
        Buffer.buffer(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
                + "HTTP/1.1 403 Forbidden\r\n\r\n{\"status\":403,\"code\":\"forbidden\"}"
                + "HTTP/1.1 414 Too long\r\n\r\n"),
        step);
    reader.end();

    assertThat(answers.counts())
        .containsOnly(Map.entry("200", 1L), Map.entry("403 forbidden", 1L), Map.entry("414", 1L));
    assertThat(reader.answered()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void answersToCommandsAndTheCloseCodeAreCounted(int step) {
    AnswerReader reader = new WebSocketAnswers(answers);
    String error = "{\"type\":\"error\",\"id\":2,\"code\":\"rate-limited\",\"message\":\"m\"}";

    feed(
        reader,
        Buffer.buffer(UPGRADED)
            .appendBuffer(frame("{\"type\":\"welcome\",\"limits\":{}}"))
            .appendBuffer(frame("{\"type\":\"ok\",\"id\":1,\"cursor\":\"k-1\"}"))
            .appendBuffer(frame(error))
            .appendBuffer(frame("{\"type\":\"message\",\"data\":\"" + "x".repeat(300) + "\"}"))
            .appendBytes(new byte[] {(byte) 0x88, 2})
            .appendUnsignedShort(4100),
        step);

    assertThat(answers.counts())
        .containsOnly(
            Map.entry("101", 1L),
            Map.entry("ok", 1L),
            Map.entry("error rate-limited", 1L),
            Map.entry("closed 4100", 1L));
    assertThat(reader.answered()).isEqualTo(2);
    assertThat(reader.isUpgraded()).isTrue();
  }

  @Test
  void aRefusedHandshakeIsAStatus() {
    AnswerReader reader = new WebSocketAnswers(answers);

    reader.read(Buffer.buffer("HTTP/1.1 503 No\r\n\r\n{\"code\":\"unavailable\"}"));

    assertThat(answers.counts()).containsOnlyKeys("503 unavailable");
    assertThat(reader.isUpgraded()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void theEndsOfHttp2AreCounted(int step) {
    AnswerReader reader = new Http2Answers(answers);

    feed(
        reader,
        Buffer.buffer()
            .appendBytes(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0})
            .appendBytes(new byte[] {0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 11}),
        step);

    assertThat(answers.counts()).containsOnlyKeys("GOAWAY 11");
  }

  @Test
  void aServerThatSpeaksNoHttp2AnswersAsItCan() {
    AnswerReader reader = new Http2Answers(answers);

    reader.read(Buffer.buffer("HTTP/1.1 400 Bad Request\r\n\r\n"));
    reader.end();

    assertThat(answers.counts()).containsOnlyKeys("400");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void messagesAreCountedByTheirMarks(int step) {
    AnswerReader reader = new Deliveries();
    // The head of a frame of this length contains a byte like a sign, and one like a digit.
    String text = "{\"time\":1764,\"data\":\"" + "x".repeat(0x3000) + Mark.of(17) + "\"}";

    feed(reader, frame(text).appendBuffer(frame(text)), step);

    assertThat(reader.answered()).isEqualTo(2);
  }

  private static void feed(AnswerReader reader, Buffer bytes, int step) {
    for (int at = 0; at < bytes.length(); at += step) {
      reader.read(bytes.getBuffer(at, Math.min(bytes.length(), at + step)));
    }
  }

  /** A server's frame is a client's frame without the mask. */
  private static Buffer frame(String text) {
    Buffer head = Requests.frameHead(text.length());
    Buffer unmasked = head.getBuffer(0, head.length() - 4);
    unmasked.setByte(1, (byte) (unmasked.getByte(1) & 0x7f));
    return unmasked.appendString(text);
  }
}
