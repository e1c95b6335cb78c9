package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Splits answers at other places than servers usually do. */
class AnswerConnectionTest {

  private static final String WHOLE =
      """
      HTTP/1.1 200 OK\r
      Content-Length: 12\r
      \r
      {"whole":1}
      """;

  private static final String IN_CHUNKS =
      """
      HTTP/1.1 200 OK\r
      Transfer-Encoding: chunked\r
      \r
      c\r
      {"data":"one\r
      2\r
      "}\r
      0\r
      \r
      """;

  private final Tally tally = new Tally();
  private final Recorder reader = new Recorder(tally);

  @Test
  void answersAreFoundWhereverAReadEnds() {
    byte[] stream = (WHOLE + IN_CHUNKS + WHOLE).getBytes(StandardCharsets.US_ASCII);

    for (int cut = 1; cut < stream.length; cut++) {
      reader.bodies.clear();
      int taken = read(stream, 0, cut);
      int before;
      do {
        before = taken;
        taken = read(stream, taken, stream.length);
      } while (taken > before);

      assertThat(reader.bodies)
          .as("cut at %d", cut)
          .containsExactly("{\"whole\":1}\n", "{\"data\":\"one\"}", "{\"whole\":1}\n");
    }
    assertThat(tally.faults()).isEmpty();
  }

  @Test
  void aRefusalIsAFault() {
    byte[] refusal =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    read(refusal, 0, refusal.length);

    assertThat(tally.faultCount()).isOne();
    assertThat(reader.bodies).isEmpty();
  }

  @Test
  void anAnswerWithoutALengthIsAFault() {
    byte[] untilTheEnd = "HTTP/1.1 200 OK\r\n\r\nx".getBytes(StandardCharsets.US_ASCII);

    read(untilTheEnd, 0, untilTheEnd.length);

    assertThat(tally.faultCount()).isOne();
    assertThat(reader.bodies).isEmpty();
  }

  /** Returns the index up to which it was taken. */
  private int read(byte[] stream, int from, int to) {
    ByteBuffer in = ByteBuffer.wrap(stream, from, to - from);
    reader.parse(in);
    return in.position();
  }

  private static final class Recorder extends AnswerConnection {
    final List<String> bodies = new ArrayList<>();

    Recorder(Tally tally) {
      super(tally, () -> {});
    }

    @Override
    String opening() {
      return get("/");
    }

    @Override
    void answered(String head, ByteBuffer in, int from, int end) {
      bodies.add(text(in, from, end - from));
    }
  }
}
