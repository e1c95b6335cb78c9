package io.millrace.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.MillraceException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Decimal32;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AmqpValuesTest {

  private static String body(Object value) {
    return AmqpValues.body(value).toString();
  }

  private static Object nested(int depth) {
    Object value = "a";
    for (int i = 0; i < depth; i++) {
      value = i % 2 == 0 ? List.of(value) : Map.of("a", value);
    }
    return value;
  }

  @Test
  void textAndBytesAreWhatTheyAre() {
    assertThat(body("안녕 \"세계\"")).isEqualTo("안녕 \"세계\"");
    byte[] array = {9, 0, (byte) 0xff, 9};
    assertThat(AmqpValues.body(new Binary(array, 1, 2)).getBytes()).containsExactly(0, (byte) 0xff);
  }

  @Test
  void whatJsonHasBecomesJson() {
    assertThat(body(null)).isEqualTo("null");
    assertThat(body(false)).isEqualTo("false");
    assertThat(body('한')).isEqualTo("\"한\"");
    assertThat(body(Symbol.valueOf("a"))).isEqualTo("\"a\"");
    assertThat(body(Arrays.asList((byte) -1, (short) -2, -3, Long.MIN_VALUE, 1.5f, 2.25, null)))
        .isEqualTo("[-1,-2,-3,-9223372036854775808,1.5,2.25,null]");
    assertThat(
            body(
                List.of(
                    UnsignedByte.valueOf((byte) -1),
                    UnsignedShort.valueOf((short) -1),
                    UnsignedInteger.valueOf(-1),
                    UnsignedLong.valueOf(-1))))
        .isEqualTo("[255,65535,4294967295,18446744073709551615]");
    assertThat(body(Map.of("사람", Map.of(Symbol.valueOf("a"), List.of("b")))))
        .isEqualTo("{\"사람\":{\"a\":[\"b\"]}}");
    assertThat(body(nested(100))).contains("\"a\"]");
  }

  @SuppressWarnings("JavaUtilDate") // A timestamp is decoded to this.
  static Stream<Object> foreign() {
    return Stream.of(
        new Date(),
        new UUID(1, 2),
        new Decimal32(1),
        Double.NaN,
        Float.POSITIVE_INFINITY,
        new int[] {1},
        Map.of("a", new Object[] {"a"}),
        Map.of(1, "a"),
        Collections.singletonMap(null, "a"),
        List.of(new Binary(new byte[] {1})),
        Map.of("a", new UUID(1, 2)),
        nested(101),
        nested(3000));
  }

  @ParameterizedTest
  @MethodSource("foreign")
  void whatItDoesNotHaveIsRefused(Object value) {
    assertThatThrownBy(() -> body(value))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.BAD_REQUEST));
  }
}
