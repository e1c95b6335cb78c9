package io.millrace.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.ChannelPattern;
import io.millrace.fuzz.Allocation;
import io.millrace.fuzz.Messages;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.Optional;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.message.Message;

/** Fuzzes what a broker delivers over AMQP 1.0. */
class AmqpMessagesFuzzTest {

  private static final ChannelPattern ALL = ChannelPattern.of("**");
  private static final int SHORT = 50;

  @FuzzTest
  void read(byte[] bytes) {
    Optional<Message> decoded = decode(bytes);
    Allocation.isBounded(bytes.length, () -> decode(bytes));
    io.millrace.Message payload = io.millrace.Message.bytes(Buffer.buffer(bytes));
    checkTravels(payload);
    if (decoded.isPresent()) {
      check(decoded.get(), bytes.length);
    }
  }

  /** Decodes as vertx-proton does, which drops what cannot be decoded, whatever was thrown. */
  private static Optional<Message> decode(byte[] bytes) {
    Message message = Proton.message();
    try {
      message.decode(bytes, 0, bytes.length);
      return Optional.of(message);
    } catch (RuntimeException | StackOverflowError dropped) {
      return Optional.empty();
    }
  }

  private static void check(Message message, int length) {
    for (AmqpDialect dialect : AmqpDialect.values()) {
      new Addresses(new AmqpBrokerOptions(), dialect)
          .channel(ALL, message)
          .ifPresent(channel -> assertThat(ChannelPattern.of(channel).isName()).isTrue());
    }
    Optional<io.millrace.Message> read =
        Messages.read(() -> AmqpMessages.read(message, Integer.MAX_VALUE));
    Allocation.isBounded(
        length, () -> Messages.read(() -> AmqpMessages.read(message, Integer.MAX_VALUE)));
    if (read.isPresent()) {
      assertThat(read.get().length()).isLessThanOrEqualTo(12 * length + 100);
      checkTravels(read.get());
    }
    Messages.isLimited(SHORT, () -> AmqpMessages.read(message, SHORT));
  }

  /** Another node reads the same message. */
  private static void checkTravels(io.millrace.Message message) {
    Optional<Message> arrived = decode(encode(AmqpMessages.write(message)));
    assertThat(arrived).isPresent();
    Messages.same(AmqpMessages.read(arrived.get(), Integer.MAX_VALUE), message);
  }

  private static byte[] encode(Message message) {
    byte[] bytes = new byte[1 << 20];
    int length = message.encode(bytes, 0, bytes.length);
    return Arrays.copyOf(bytes, length);
  }
}
