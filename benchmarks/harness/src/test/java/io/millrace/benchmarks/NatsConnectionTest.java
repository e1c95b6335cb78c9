package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.benchmarks.control.Payload;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Splits what NATS sends into other frames than NATS usually does. */
class NatsConnectionTest {

  private static final int SIZE = 30;
  private static final int MESSAGES = 3;

  private final Tally tally = new Tally();
  private final NatsConnection reader = new NatsConnection(tally, () -> {}, "/", "bench.0");

  @BeforeEach
  void begin() {
    tally.begin(new Tally.Expected(1, 1, SIZE, 1), round -> {});
  }

  @Test
  void messagesAreFoundWhereverAFrameEnds() {
    byte[] stream = messages().getBytes(StandardCharsets.ISO_8859_1);

    for (int cut = 1; cut < stream.length; cut++) {
      reader.count = 0;
      frame(stream, 0, cut);
      frame(stream, cut, stream.length);
      assertThat(reader.count).as("cut at %d", cut).isEqualTo(MESSAGES);
    }

    assertThat(tally.faults()).isEmpty();
  }

  @Test
  void aMessageMayComeInMoreThanTwoFrames() {
    byte[] stream = messages().getBytes(StandardCharsets.ISO_8859_1);

    for (int i = 0; i < stream.length; i++) {
      frame(stream, i, i + 1);
    }

    assertThat(reader.count).isEqualTo(MESSAGES);
    assertThat(tally.faults()).isEmpty();
  }

  @Test
  void anErrorIsAFault() {
    byte[] error = "-ERR 'Unknown Protocol Operation'\r\n".getBytes(StandardCharsets.ISO_8859_1);

    frame(error, 0, error.length);

    assertThat(tally.faultCount()).isOne();
  }

  private static String messages() {
    StringBuilder stream = new StringBuilder("INFO {\"max_payload\":1048576}\r\n");
    for (int round = 1; round <= MESSAGES; round++) {
      String payload = new Payload(SIZE).of(round);
      stream.append("MSG bench.0 1 ").append(SIZE).append("\r\n").append(payload).append("\r\n");
    }
    return stream.toString();
  }

  private void frame(byte[] stream, int from, int end) {
    ByteBuffer in = ByteBuffer.allocate(4 + end - from).put((byte) 0x82);
    in.put((byte) 126).putShort((short) (end - from)).put(stream, from, end - from).flip();
    reader.parse(in);
    assertThat(in.hasRemaining()).isFalse();
  }
}
