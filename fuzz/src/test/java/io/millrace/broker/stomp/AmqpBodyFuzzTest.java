package io.millrace.broker.stomp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.MillraceException;
import io.millrace.fuzz.Allocation;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.message.Message;

/** Fuzzes the sections of AMQP 1.0 that brokers pass on as the body of a STOMP frame. */
class AmqpBodyFuzzTest {

  @FuzzTest
  void decode(byte[] bytes) {
    decoded(bytes)
        .ifPresent(body -> assertThat(body.length()).isLessThanOrEqualTo(bytes.length - 5));
    Allocation.isBounded(bytes.length, () -> decoded(bytes));
    byte[] sections = sections(bytes);
    assertThat(decoded(sections)).as("a body as data").contains(Buffer.buffer(bytes));
    int end = Math.floorMod(Arrays.hashCode(bytes), sections.length);
    decoded(Arrays.copyOf(sections, end))
        .ifPresent(body -> assertThat(body.length()).as("cut off").isZero());
  }

  private static Optional<Buffer> decoded(byte[] bytes) {
    try {
      return AmqpBody.decode(Buffer.buffer(bytes)).map(AmqpBody.Decoded::bytes);
    } catch (MillraceException refused) {
      assertThat(refused.code()).isEqualTo(MillraceException.Code.BAD_REQUEST);
      return Optional.empty();
    }
  }

  /** Encodes a message with this body as another program does. */
  private static byte[] sections(byte[] body) {
    Message message = Proton.message();
    message.setContentType("text/plain");
    message.setApplicationProperties(
        new ApplicationProperties(new HashMap<>(Map.of("length", body.length))));
    message.setBody(new Data(new Binary(body)));
    byte[] encoded = new byte[body.length + 200];
    return Arrays.copyOf(encoded, message.encode(encoded, 0, encoded.length));
  }
}
