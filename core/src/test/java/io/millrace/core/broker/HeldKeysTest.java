package io.millrace.core.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.core.log.Footprint;
import io.millrace.core.testing.Heap;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares what remembered keys are said to take with the growth of the heap. */
class HeldKeysTest {

  private static final int KEYS = 60_000;

  private static String padded(int number, String filler, int length) {
    return (number + "-" + filler.repeat(length)).substring(0, length - 1) + "z";
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 200})
  void keysTakeTheSameHoweverLongNamesAre(int length) {
    KeyTable keys = new KeyTable(new MillraceOptions(), () -> 0);
    Message message = Message.bytes(Buffer.buffer(new byte[1]));
    long growth =
        Heap.growth(
            () -> {
              for (int i = 0; i < KEYS; i++) {
                String name = padded(i, "c", length);
                Publication published = Publication.named("3w5e11264sgsf-" + (100_000 + i));
                keys.once(
                    Optional.of("user " + name + name),
                    name,
                    message.withKey(padded(i, "k", 64)),
                    () -> Future.succeededFuture(published));
              }
              return keys;
            });
    assertThat(keys.size()).isEqualTo(KEYS);
    assertThat((double) growth / ((long) KEYS * Footprint.KEY)).isBetween(1 / 1.5, 1.5);
  }
}
