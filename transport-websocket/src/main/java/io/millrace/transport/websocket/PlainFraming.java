package io.millrace.transport.websocket;

import io.millrace.Entry;
import io.millrace.Message;
import io.millrace.spi.Framing;
import io.millrace.spi.Signal;
import io.millrace.spi.support.JsonFrames;
import io.vertx.core.buffer.Buffer;

/**
 * Payloads alone: text frames for JSON, binary frames for bytes. There is no cursor, so a gap ends
 * the connection.
 */
final class PlainFraming implements Framing {

  @Override
  public Buffer entry(Entry entry) {
    Message message = entry.message();
    Buffer payload = JsonFrames.payload(message);
    return message.isJson() ? FrameWriter.text(payload) : FrameWriter.binary(payload);
  }

  /** A ping for a heartbeat, which keeps proxies from closing the connection; otherwise nothing. */
  @Override
  public Buffer signal(Signal signal) {
    return signal instanceof Signal.Heartbeat ? FrameWriter.PING : NOTHING;
  }
}
