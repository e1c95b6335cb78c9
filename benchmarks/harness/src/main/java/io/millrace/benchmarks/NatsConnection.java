package io.millrace.benchmarks;

import java.nio.ByteBuffer;

/**
 * A reader that speaks the protocol of NATS over WebSocket. The protocol is a stream: a frame may
 * contain several messages, and parts of messages.
 */
final class NatsConnection extends WebSocketConnection {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final int LINE_END = 2;

  private final String subject;
  private ByteBuffer part = NOTHING;

  NatsConnection(Tally tally, Runnable whenReady, String path, String subject) {
    super(tally, whenReady, path);
    this.subject = subject;
  }

  @Override
  void opened() {
    send("CONNECT {\"verbose\":false}\r\nSUB " + subject + " 1\r\nPING\r\n");
  }

  @Override
  void frame(ByteBuffer in, int from, int length) {
    if (part.hasRemaining()) {
      ByteBuffer whole = ByteBuffer.allocate(part.remaining() + length);
      whole.put(part).put(in.slice(from, length)).flip();
      part = rest(whole, operations(whole, 0, whole.limit()), whole.limit());
    } else {
      part = rest(in, operations(in, from, from + length), from + length);
    }
  }

  private static ByteBuffer rest(ByteBuffer in, int from, int end) {
    return from == end
        ? NOTHING
        : ByteBuffer.allocate(end - from).put(in.slice(from, end - from)).flip();
  }

  /** Carries out complete operations, and returns where the first incomplete one begins. */
  private int operations(ByteBuffer in, int from, int end) {
    int start = from;
    for (int i = from; i < end; i++) {
      if (in.get(i) != '\n') {
        continue;
      }
      int next = i + 1;
      if (in.get(start) == 'M') {
        int payloadEnd = next + lastNumber(in, i - 2);
        next = payloadEnd + LINE_END;
        if (next > end) {
          return start;
        }
        delivered(in, payloadEnd);
      } else {
        operation(text(in, start, i - start));
      }
      start = next;
      i = next - 1;
    }
    return start;
  }

  /** Returns the number whose last digit is at an index, which is the length of a payload. */
  private static int lastNumber(ByteBuffer in, int last) {
    int number = 0;
    int unit = 1;
    for (int i = last; in.get(i) != ' '; i--) {
      number += (in.get(i) - '0') * unit;
      unit *= 10;
    }
    return number;
  }

  private void operation(String line) {
    if (line.startsWith("PONG")) {
      ready();
    } else if (line.startsWith("PING")) {
      send("PONG\r\n");
    } else if (line.startsWith("-ERR")) {
      tally.fault(line);
    }
  }
}
