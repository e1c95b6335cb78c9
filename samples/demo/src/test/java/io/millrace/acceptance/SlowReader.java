package io.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Attaches to one channel of a {@link SlowReaderServer}, and reads nothing until {@link #readOn}.
 */
final class SlowReader implements AutoCloseable {

  private final Socket socket;
  private int next;
  private long missed;

  SlowReader(SlowReaderProcess server, int channel) throws IOException {
    socket = server.lines(channel);
  }

  /**
   * Reads to the last message: each is the next one, unless a notice came before it of exactly as
   * many as are missing.
   *
   * @param messages how many the server has published
   * @return how many were missed
   */
  long readOn(int messages) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    while (next < messages) {
      String line = lines.readLine();
      assertThat(line).as("the stream went on after message %d", next).isNotNull();
      if (line.startsWith("{")) { // Not a header, or the length of a chunk.
        take(new JsonObject(line));
      }
    }
    return missed;
  }

  private void take(JsonObject frame) {
    if (frame.getString("type").equals("gap")) {
      JsonObject counts = frame.getJsonObject("missed");
      for (String channel : counts.fieldNames()) {
        next += counts.getInteger(channel);
        missed += counts.getInteger(channel);
      }
    } else if (frame.getString("type").equals("message")) {
      byte[] payload = Base64.getDecoder().decode(frame.getString("base64"));
      assertThat(ByteBuffer.wrap(payload).getInt()).isEqualTo(next);
      next++;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
