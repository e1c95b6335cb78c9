package io.millrace.broker.stomp;

import io.millrace.spi.support.MessageHeaders;
import java.util.Map;

/**
 * The end of the part of the stream that a node has read, from the newest marker on. RabbitMQ does
 * not wait for its disk. So after a power loss, or after it was restored from a copy, a stream may
 * end before records that it had confirmed, and other records take their places. The tail tells a
 * node whether the records that it has read are still there.
 */
final class Tail {

  /** The headers that distinguish records. Other headers differ each time that a record is read. */
  private static final String[] TELLING = {
    "destination",
    "timestamp",
    Marker.ID,
    RabbitStreamReading.PUBLICATION,
    MessageHeaders.TIME,
    MessageHeaders.EVENT,
    MessageHeaders.KEY
  };

  private static final long PRIME = 0x100000001b3L;

  private long from = -1;
  private long last = -1;
  private long print;

  /** Takes the next record. */
  void add(RabbitStreamReading.Item item) {
    if (from < 0 || item.marker().isPresent()) {
      from = item.offset();
      print = 0;
    }
    last = item.offset();
    print = (print ^ item.print()) * PRIME;
  }

  /** {@return the offset at which it begins} */
  long from() {
    return from;
  }

  /** {@return the offset of the newest record; -1 if there is none} */
  long last() {
    return last;
  }

  boolean isSame(Tail other) {
    return from == other.from && last == other.last && print == other.print;
  }

  /** Returns a hash that distinguishes a record from others that might be in its place. */
  static long print(StompFrame frame) {
    Map<String, String> headers = frame.headers();
    long print = frame.body().hashCode();
    for (String name : TELLING) {
      String value = headers.getOrDefault(name, "");
      for (int i = 0; i < value.length(); i++) {
        print = (print ^ value.charAt(i)) * PRIME;
      }
      print = (print ^ 0xffff) * PRIME;
    }
    return print;
  }
}
