package io.millrace.tck;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/** One JSON frame per line. */
final class LineCodec implements Codec {

  private Buffer line = Buffer.buffer();

  @Override
  public List<Frame> decode(byte[] bytes) {
    List<Frame> frames = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        line.appendBytes(bytes, start, i - start);
        frames.add(JsonFrame.parse(line.getBytes()));
        line = Buffer.buffer();
        start = i + 1;
      }
    }
    line.appendBytes(bytes, start, bytes.length - start);
    return frames;
  }
}
