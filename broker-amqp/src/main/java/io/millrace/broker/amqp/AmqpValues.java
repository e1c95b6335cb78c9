package io.millrace.broker.amqp;

import io.millrace.MillraceException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.jspecify.annotations.Nullable;

/**
 * Converts values of AMQP (section 1.6) to bodies: text and bytes stay as they are, other values
 * become JSON if JSON has such a value.
 */
final class AmqpValues {

  private static final int MOST_DEPTH = 100;

  private static final Set<Class<? extends Number>> INTEGERS =
      Set.of(
          Byte.class,
          Short.class,
          Integer.class,
          Long.class,
          UnsignedByte.class,
          UnsignedShort.class,
          UnsignedInteger.class);

  private AmqpValues() {}

  /**
   * {@return the body for a value}
   *
   * @throws MillraceException if it is neither text nor bytes nor JSON
   */
  static Buffer body(@Nullable Object value) {
    if (value instanceof Binary binary) {
      return AmqpMessages.bytes(binary);
    }
    return value instanceof String text
        ? Buffer.buffer(text)
        : Json.encodeToBuffer(json(value, MOST_DEPTH));
  }

  private static @Nullable Object json(@Nullable Object value, int depth) {
    if (value == null || value instanceof Boolean || value instanceof String) {
      return value;
    }
    if (value instanceof Symbol || value instanceof Character) {
      return value.toString();
    }
    if (value instanceof Number number) {
      return number(number);
    }
    if (depth > 0 && value instanceof List<?> list) {
      List<@Nullable Object> array = new ArrayList<>(list.size());
      list.forEach(each -> array.add(json(each, depth - 1)));
      return array;
    }
    if (depth > 0 && value instanceof Map<?, ?> map) {
      return object(map, depth - 1);
    }
    throw unreadable(value);
  }

  private static Map<String, @Nullable Object> object(Map<?, ?> map, int depth) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    map.forEach(
        (name, value) -> {
          if (!(name instanceof String || name instanceof Symbol)) {
            throw unreadable(map);
          }
          object.put(name.toString(), json(value, depth));
        });
    return object;
  }

  private static Number number(Number number) {
    if (number instanceof UnsignedLong large) {
      return large.bigIntegerValue();
    }
    boolean isFraction = number instanceof Double || number instanceof Float;
    if (isFraction
        ? !Double.isFinite(number.doubleValue())
        : !INTEGERS.contains(number.getClass())) {
      throw unreadable(number);
    }
    return isFraction ? number : number.longValue();
  }

  private static MillraceException unreadable(Object value) {
    return new MillraceException(
        MillraceException.Code.BAD_REQUEST,
        "Its body is a value of AMQP 1.0 that does not exist in JSON ("
            + value.getClass().getSimpleName()
            + "), or it is nested too deeply. Send it as data or as a string.");
  }
}
