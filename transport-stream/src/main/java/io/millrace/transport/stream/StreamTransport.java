package io.millrace.transport.stream;

import io.millrace.spi.Attachment;
import io.millrace.spi.Format;
import io.millrace.spi.Transport;
import io.millrace.spi.support.HeaderElement;
import io.millrace.spi.support.ResponseOutlet;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;

/** The transport {@code stream}. */
public final class StreamTransport implements Transport {

  private static final String TYPE = "application/x-ndjson";
  private static final StreamFraming FRAMING = new StreamFraming();

  /** Makes a transport. */
  public StreamTransport() {}

  @Override
  public String name() {
    return "stream";
  }

  @Override
  public int rank() {
    return 300;
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
}
