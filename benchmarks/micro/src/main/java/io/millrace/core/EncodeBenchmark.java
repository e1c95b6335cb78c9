package io.millrace.core;

import io.millrace.Entry;
import io.millrace.MillraceOptions;
import io.millrace.core.log.Log;
import io.millrace.spi.Framing;
import io.millrace.transport.sse.SseFramings;
import io.millrace.transport.stream.StreamFramings;
import io.millrace.transport.websocket.WebSocketFramings;
import io.vertx.core.buffer.Buffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Encodes a message, which is done once for all readers with the same framing. */
public class EncodeBenchmark extends MicroBenchmark {

  /** The forms of an entry. */
  public enum Form {
    /** The payload in a WebSocket frame. */
    WEBSOCKET,
    /** The JSON object of {@code millrace.v1} in a WebSocket frame. */
    MILLRACE_V1,
    /** The payload in a block of an event stream. */
    SSE,
    /** The envelope in a block of an event stream. */
    SSE_ENVELOPE,
    /** A line of an HTTP stream. */
    STREAM
  }

  /** The form. */
  @Param public Form form = Form.WEBSOCKET;

  private final Entry entry = appended();
  private Framing framing = WebSocketFramings.PLAIN;

  /** Chooses the framing. */
  @Setup
  public void choose() {
    framing =
        switch (form) {
          case WEBSOCKET -> WebSocketFramings.PLAIN;
          case MILLRACE_V1 -> WebSocketFramings.ENVELOPE;
          case SSE -> SseFramings.PLAIN;
          case SSE_ENVELOPE -> SseFramings.ENVELOPE;
          case STREAM -> StreamFramings.LINES;
        };
  }

  private static Entry appended() {
    Log log = new Log(new MillraceOptions(), false, () -> 0);
    log.append("congress.floor", MESSAGE);
    return log.history("congress.floor", 1).get(0);
  }

  /**
   * Encodes.
   *
   * @return the bytes
   */
  @Benchmark
  public Buffer encode() {
    return framing.entry(entry);
  }
}
