package io.millrace.samples.transport;

import io.millrace.Entry;
import io.millrace.spi.Attachment;
import io.millrace.spi.Format;
import io.millrace.spi.Framing;
import io.millrace.spi.Signal;
import io.millrace.spi.Transport;
import io.millrace.spi.support.HeaderElement;
import io.millrace.spi.support.JsonFrames;
import io.millrace.spi.support.ResponseOutlet;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;

/** A stream of JSON text sequences (RFC 7464), as {@code jq --seq} reads them. */
public final class JsonSequenceTransport implements Transport {

  private static final String TYPE = "application/json-seq";
  private static final Framing FRAMING = new JsonSequenceFraming();

  @Override
  public String name() {
    return "json-seq";
  }

  @Override
  public int rank() {
    return 310; // After Millrace's own streams.
  }

  @Override
  public Set<Trait> traits() {
    return Set.of(Trait.STREAMING);
  }

  @Override
  public boolean accepts(HttpServerRequest request) {
    return HeaderElement.accepts(request.headers(), TYPE);
  }

  @Override
  public List<Format> formats(HttpServerRequest request) {
    return List.of(Format.ENVELOPE);
  }

  @Override
  public void handle(RoutingContext context, Attachment attachment) {
    attachment.attach(FRAMING, new ResponseOutlet(context.request(), TYPE));
  }

  /** Each text is between a record separator and a line feed (RFC 7464, section 2.2). */
  private static final class JsonSequenceFraming implements Framing {

    @Override
    public Buffer entry(Entry entry) {
      return text(JsonFrames.message(entry));
    }

    @Override
    public Buffer signal(Signal signal) {
      return text(JsonFrames.signal(signal).toBuffer());
    }

    private static Buffer text(Buffer json) {
      return Buffer.buffer(json.length() + 2)
          .appendByte((byte) 0x1E)
          .appendBuffer(json)
          .appendByte((byte) '\n');
    }
  }
}
