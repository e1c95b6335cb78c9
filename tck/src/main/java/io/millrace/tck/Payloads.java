package io.millrace.tck;

import io.millrace.Message;
import io.millrace.Priority;
import io.millrace.spi.JsonText;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Messages of kinds that are easily changed on their way. */
final class Payloads {

  private static final int MEBIBYTE = 1 << 20;

  private static final List<String> TEXTS =
      List.of(
          "",
          " leading and trailing ",
          "이벤트1,데이터1\n이벤트1,데이터2",
          "a\rb\r\nc\n\nd\n",
          "👩‍👩‍👧‍👦 🇰🇷 \uD83D\uDE00",
          "\u0000\u0001\u001f\u007f\u2028\u2029\uFEFF",
          "data: x\nid: 1\nevent: y\n\n",
          "\"\\/<script>&amp;",
          "한".repeat(5_000));

  private static final List<String> JSON =
      List.of(
          "null",
          "true",
          "1.0",
          "1.00",
          "-0",
          "1E+2",
          "12345678901234567890.123456789",
          "{}",
          "[]",
          "{\"b\":1,\"a\":[1.10,\"\\u00e9\\/\"],\"한\":{\"c\":null}}");

  /** The kind of object that a Java developer is likely to publish. */
  private record Vote(String bill, Instant at, Optional<String> by, Optional<String> note) {}

  private Payloads() {}

  static List<Message> all() {
    List<Message> messages = new ArrayList<>();
    TEXTS.forEach(text -> messages.add(Message.json(text)));
    JSON.forEach(json -> messages.add(Message.jsonText(Buffer.buffer(json))));
    byte[] every = new byte[256];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }
    messages.add(Message.bytes(Buffer.buffer()));
    messages.add(Message.bytes(Buffer.buffer(new byte[] {0})));
    messages.add(Message.bytes(Buffer.buffer(every)));
    messages.add(Message.json("vote", 217));
    messages.add(
        Message.json(
            new Vote(
                "H.R. 1",
                Instant.ofEpochMilli(1_764_000_000_123L),
                Optional.of("한"),
                Optional.empty())));
    messages.add(Message.json("투표 👍", "a"));
    messages.add(Message.bytes(Buffer.buffer("bytes with an event")).withEvent("file"));
    messages.add(Message.json("x".repeat(MEBIBYTE)));
    messages.add(Message.bytes(random(MEBIBYTE)));
    return messages;
  }

  /** Messages that are as large, as deep and as long as allowed. */
  static List<Message> atTheLimits() {
    List<Message> messages = new ArrayList<>();
    for (String json : json(0)) {
      messages.add(Message.jsonText(Buffer.buffer(json)));
    }
    messages.add(Message.json("\"".repeat(MEBIBYTE)));
    return messages;
  }

  /** JSON that exceeds the limits on depth, numbers and names by so much; zero just fits. */
  static List<String> json(int beyond) {
    int depth = JsonText.MOST_DEPTH + beyond;
    int digits = JsonText.MOST_NUMBER + beyond;
    int name = JsonText.MOST_NAME + beyond;
    return List.of(
        "[".repeat(depth) + "]".repeat(depth),
        "{\"a\":".repeat(depth) + "1" + "}".repeat(depth),
        "7".repeat(digits),
        "0." + "7".repeat(digits - 2),
        "[1e" + "7".repeat(digits - 2) + "]",
        "{\"" + "n".repeat(name) + "\":1}");
  }

  /** A message of so many bytes, with the longest event name and a priority. */
  static Message large(int bytes) {
    return Message.bytes(Buffer.buffer(new byte[bytes]))
        .withEvent("\\:한글".repeat(16))
        .withPriority(Priority.HIGH);
  }

  private static Buffer random(int length) {
    byte[] bytes = new byte[length];
    new Random(42).nextBytes(bytes);
    return Buffer.buffer(bytes);
  }

  /** A message of about this many bytes that contains a number. */
  static Message numbered(int number, int bytes) {
    return Message.json(String.format("%08d", number) + ".".repeat(bytes));
  }
}
