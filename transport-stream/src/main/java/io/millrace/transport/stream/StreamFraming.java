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
    return line(JsonFrames.replayed(entry, subscribe));
  }

  @Override
  public Buffer signal(Signal signal) {
    return line(JsonFrames.signal(signal).toBuffer());
  }

  private static Buffer line(Buffer frame) {
    return Buffer.buffer(frame.length() + 1).appendBuffer(frame).appendByte((byte) '\n');
  }
}
