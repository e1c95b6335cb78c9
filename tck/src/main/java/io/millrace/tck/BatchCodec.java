package io.millrace.tck;

import io.vertx.core.buffer.Buffer;
import java.util.List;

/** One answer to a poll: it cannot be read before all of it has arrived. */
final class BatchCodec implements Codec {

  private final Buffer body = Buffer.buffer();

  @Override
  public List<Frame> decode(byte[] bytes) {
    body.appendBytes(bytes);
    return List.of();
  }

  @Override
  public List<Frame> end() {
    return JsonFrame.batch(body.getBytes());
  }
}
