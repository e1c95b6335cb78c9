package io.millrace.tck;

import io.millrace.Entry;
import io.millrace.spi.Attachment;
import io.millrace.spi.Batch;
import io.millrace.spi.Ending;
import io.millrace.spi.Format;
import io.millrace.spi.Framing;
import io.millrace.spi.Outlet;
import io.millrace.spi.Signal;
import io.millrace.spi.Transport;
import io.millrace.spi.support.JsonFrames;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** A transport that keeps every rule: answers of one batch, held until there is a message. */
class AnswerTransport implements Transport {

  private static final Framing FRAMING = new Answers();

  @Override
  public String name() {
    return "answers";
  }

  @Override
  public int rank() {
    return 1;
  }

  @Override
  public Set<Trait> traits() {
    return Set.of();
  }

  @Override
  public boolean accepts(HttpServerRequest request) {
    return true;
  }

  @Override
  public List<Format> formats(HttpServerRequest request) {
    return List.of(Format.ENVELOPE);
  }

  @Override
  public void handle(RoutingContext context, Attachment attachment) {
    HttpServerResponse response = context.response();
    response.putHeader("Cache-Control", "no-store");
    attachment.take(FRAMING, new Answer(response), hold());
  }

  Duration hold() {
    return Duration.ofSeconds(25);
  }

  void answer(HttpServerResponse response, Buffer body) {
    response.end(body);
  }

  private static final class Answers implements Framing {

    @Override
    public Buffer entry(Entry entry) {
      return JsonFrames.envelope(entry);
    }

    @Override
    public Buffer signal(Signal signal) {
      return NOTHING;
    }

    @Override
    public Buffer prefix(Batch batch) {
      JsonObject head = new JsonObject().put("cursor", batch.cursor().toString());
      batch
          .gap()
          .ifPresent(
              gap ->
                  head.put(
                      "gap",
                      new JsonObject()
                          .put("channels", gap.channels())
                          .put("reason", gap.reason().toString())));
      String fields = head.encode();
      return Buffer.buffer(fields.substring(0, fields.length() - 1) + ",\"messages\":[");
    }

    @Override
    public Buffer separator() {
      return Buffer.buffer(",");
    }

    @Override
    public Buffer suffix(Batch batch) {
      return Buffer.buffer("]}");
    }
  }

  private final class Answer implements Outlet {

    private final HttpServerResponse response;

    Answer(HttpServerResponse response) {
      this.response = response;
    }

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public void write(Buffer frames) {
      answer(response, frames);
    }

    @Override
    public void onDrain(Runnable handler) {}

    @Override
    public void onClose(Runnable handler) {
      if (response.closed()) {
        handler.run();
      } else {
        response.exceptionHandler(failure -> {});
        response.closeHandler(closed -> handler.run());
      }
    }

    @Override
    public void end(Ending ending) {
      if (!response.ended() && !response.closed()) {
        response.end();
      }
    }
  }
}
