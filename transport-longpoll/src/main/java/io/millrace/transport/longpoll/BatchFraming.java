package io.millrace.transport.longpoll;

import io.millrace.Entry;
import io.millrace.spi.Batch;
import io.millrace.spi.Framing;
import io.millrace.spi.Signal;
import io.millrace.spi.support.JsonFrames;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** One JSON object with the envelopes of a batch. */
final class BatchFraming implements Framing {

  /** Both transports share it, and so they share the buffers that the engine keeps for it. */
  static final BatchFraming INSTANCE = new BatchFraming();

  private static final Buffer COMMA = Buffer.buffer(",");
  private static final Buffer END = Buffer.buffer("]}");

  private BatchFraming() {}

  @Override
  public Buffer entry(Entry entry) {
    return JsonFrames.envelope(entry);
  }

  /** Nothing, because a batch has fields for all signals. */
  @Override
  public Buffer signal(Signal signal) {
    return NOTHING;
  }

  @Override
  public Buffer prefix(Batch batch) {
    // Cursors have no character that JSON escapes.
    return Buffer.buffer("{\"cursor\":\"" + batch.cursor() + "\",\"messages\":[");
  }

  @Override
  public Buffer separator() {
    return COMMA;
  }

  @Override
  public Buffer suffix(Batch batch) {
    JsonObject rest = new JsonObject();
    batch
        .gap()
        .ifPresent(gap -> rest.put("gap", new Signal.Missed(gap, Optional.empty()).fields()));
    if (batch.more()) {
      rest.put("more", true);
    }
    if (batch.degraded()) {
      rest.put("degraded", true);
    }
    if (!batch.presence().isEmpty()) {
      rest.put(
          "presence",
          new JsonArray(batch.presence().stream().map(Signal.Presence::fields).toList()));
    }
    batch.nextPoll().ifPresent(next -> rest.put("nextPoll", next.toMillis()));
    return rest.isEmpty() ? END : Buffer.buffer("]," + rest.encode().substring(1));
  }
}
