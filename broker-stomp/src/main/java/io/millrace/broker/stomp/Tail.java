package io.millrace.broker.stomp;

import io.millrace.spi.MessageHeaders;
import java.util.Map;

/**
 * The end of the stream as far as a node has read it, from the newest marker on. RabbitMQ does not
 * wait for its disk: after a power loss, or restored from a copy, a stream ends before what it
 * confirmed, and other records take the places of those that are lost. By its tail a node knows
 * whether what it has read is still there.
 */
final class Tail {

  /** What tells records apart. Others differ each time a record is read. */
  private static final String[] TELLING = {
    "destination",
    "timestamp",
    Marker.ID,
    StreamReading.PUBLICATION,
    MessageHeaders.TIME,
    MessageHeaders.EVENT,
    MessageHeaders.KEY
  };

  private static final long PRIME = 0x100000001b3L;

  private long from = -1;
  private long last = -1;
  private long print;

  /** Takes the next record. */
  void add(StreamReading.Item item) {
    if (from < 0 || item.marker().isPresent()) {
      from = item.offset();
      print = 0;
    }
    last = item.offset();
    print = (print ^ item.print()) * PRIME;
  }

  /** {@return where it begins} */
  long from() {
    return from;
  }

  /** {@return the newest record, -1 if there is none} */
  long last() {
    return last;
  }

  boolean isSame(Tail other) {
    return from == other.from && last == other.last && print == other.print;
  }

  /** Returns what tells a record from others that might be at its place. */
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
