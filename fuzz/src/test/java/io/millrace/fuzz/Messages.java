package io.millrace.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Message;
import io.millrace.MillraceException;
import java.util.Optional;
import java.util.function.Supplier;

/** Assertions about messages, however they were read. */
public final class Messages {

  private Messages() {}

  /** Reads a message. Returns none if it is refused in the one way that is allowed. */
  public static Optional<Message> read(Supplier<Message> reading) {
    try {
      return Optional.of(reading.get());
    } catch (MillraceException refused) {
      assertThat(refused.code()).isEqualTo(MillraceException.Code.BAD_REQUEST);
      assertThat(refused.getMessage()).isNotBlank();
      return Optional.empty();
    }
  }

  /** Asserts that a message whose payload is longer than a limit is refused for that reason. */
  public static void isLimited(int most, Supplier<Message> reading) {
    try {
      assertThat(reading.get().length()).isLessThanOrEqualTo(most);
    } catch (MillraceException refused) {
      assertThat(refused.code())
          .isIn(MillraceException.Code.TOO_LARGE, MillraceException.Code.BAD_REQUEST);
    }
  }

  /** Asserts that two messages are the same to their readers. */
  public static void same(Message one, Message other) {
    assertThat(one.event()).isEqualTo(other.event());
    assertThat(one.isJson()).isEqualTo(other.isJson());
    assertThat(one.data()).isEqualTo(other.data());
    assertThat(one.key()).isEqualTo(other.key());
    assertThat(one.priority()).isEqualTo(other.priority());
    assertThat(one.time()).isEqualTo(other.time());
  }
}
