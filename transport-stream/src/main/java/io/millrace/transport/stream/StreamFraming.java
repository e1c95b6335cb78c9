package io.millrace.transport.stream;

import io.millrace.Entry;
import io.millrace.spi.Framing;
import io.millrace.spi.Signal;
import io.millrace.spi.support.JsonFrames;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** A JSON frame on each line. Compact JSON text contains no line break. */
final class StreamFraming implements Framing {

  @Override
  public Buffer entry(Entry entry) {
    return line(JsonFrames.message(entry));
  }

  @Override
  public Buffer replayed(Entry entry, Optional<String> subscribe) {
    // The attach asks for what is replayed, so there is no id; but nobody may resume from it.
    return line(JsonFrames.replayed(entry, subscribe.or(() -> Optional.of("true"))));
  }

  @Override
  public Buffer signal(Signal signal) {
    Buffer line = line(JsonFrames.signal(signal).toBuffer());
    // White space before a JSON text means nothing (RFC 8259, section 2).
    return signal instanceof Signal.Welcome welcome && welcome.padding() > 0
        ? Buffer.buffer(" ".repeat(welcome.padding())).appendBuffer(line)
        : line;
  }

  private static Buffer line(Buffer frame) {
    return Buffer.buffer(frame.length() + 1).appendBuffer(frame).appendByte((byte) '\n');
  }
}
