package io.millrace.samples.transport;

import io.millrace.tck.Codec;
import io.millrace.tck.Frame;
import io.millrace.tck.JsonFrame;
import io.millrace.tck.TestClient;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Asks for JSON text sequences and reads them. */
final class JsonSequenceClient implements TestClient {

  @Override
  public Map<String, String> headers() {
    return Map.of("Accept", "application/json-seq");
  }

  @Override
  public Codec codec() {
    return new Codec() {
      private Buffer text = Buffer.buffer();

      @Override
      public List<Frame> decode(byte[] bytes) {
        List<Frame> frames = new ArrayList<>();
        for (byte b : bytes) {
          if (b == '\n') {
            frames.add(JsonFrame.parse(text.getBytes()));
            text = Buffer.buffer();
          } else if (b == 0x1E) {
            text = Buffer.buffer();
          } else {
            text.appendByte(b);
          }
        }
        return frames;
      }
    };
  }
}
