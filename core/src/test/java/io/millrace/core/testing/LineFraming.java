package io.millrace.core.testing;

import io.millrace.Entry;
import io.millrace.spi.Batch;
import io.millrace.spi.Framing;
import io.millrace.spi.Signal;
import io.millrace.spi.support.JsonFrames;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** One JSON object for each line, for entries and for signals; a batch begins and ends with one. */
public final class LineFraming implements Framing {

  private static Buffer line(Buffer json) {
    return json.copy().appendString("\n");
  }

  @Override
  public Buffer entry(Entry entry) {
    return line(JsonFrames.message(entry));
  }

  @Override
  public Buffer replayed(Entry entry, Optional<String> subscribe) {
    return line(JsonFrames.replayed(entry, subscribe.or(() -> Optional.of("\"url\""))));
  }

  @Override
  public Buffer signal(Signal signal) {
    var frame = JsonFrames.signal(signal);
    if (signal instanceof Signal.Heartbeat heartbeat) {
      frame.put("moved", heartbeat.moved());
    }
    if (signal instanceof Signal.Goodbye goodbye) {
      frame.put("code", goodbye.ending().code());
    }
    return line(frame.toBuffer());
  }

  @Override
  public Buffer prefix(Batch batch) {
    var frame = new io.vertx.core.json.JsonObject().put("type", "batch");
    batch.gap().ifPresent(gap -> frame.put("channels", gap.channels()));
    batch.gap().ifPresent(gap -> frame.put("reason", gap.reason().toString()));
    batch
        .gap()
        .map(gap -> new Signal.Missed(gap, Optional.empty()).fields().getJsonObject("missed"))
        .ifPresent(missed -> frame.put("missed", missed));
    batch.nextPoll().ifPresent(next -> frame.put("nextPoll", next.toMillis()));
    if (!batch.presence().isEmpty()) {
      frame.put(
          "presence",
          new io.vertx.core.json.JsonArray(
              batch.presence().stream().map(Signal.Presence::fields).toList()));
    }
    frame.put("more", batch.more()).put("degraded", batch.degraded());
    return line(frame.toBuffer());
  }

  @Override
  public Buffer separator() {
    return Buffer.buffer("\"separator\"\n");
  }

  @Override
  public Buffer suffix(Batch batch) {
    return Buffer.buffer("{\"type\":\"end\",\"cursor\":\"" + batch.cursor() + "\"}\n");
  }
}
