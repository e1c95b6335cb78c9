package io.millrace.transport.websocket;

import io.millrace.Entry;
import io.millrace.spi.Framing;
import io.millrace.spi.Signal;
import io.millrace.spi.support.JsonFrames;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * The frames of {@code millrace.v1}: a JSON object in each text frame. A ping follows each
 * heartbeat, because scripts in a browser do not answer, but the browser does.
 */
final class EnvelopeFraming implements Framing {

  @Override
  public Buffer entry(Entry entry) {
    return FrameWriter.text(JsonFrames.message(entry));
  }

  @Override
  public Buffer replayed(Entry entry, Optional<String> subscribe) {
    return FrameWriter.text(JsonFrames.replayed(entry, subscribe));
  }

  @Override
  public Buffer signal(Signal signal) {
    Buffer frame = FrameWriter.text(JsonFrames.signal(signal).toBuffer());
    return signal instanceof Signal.Heartbeat ? frame.appendBuffer(FrameWriter.PING) : frame;
  }
}
