package io.millrace.tck;

import io.millrace.spi.Attachment;
import io.millrace.spi.Format;
import io.millrace.spi.Transport;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;

/** A transport that serves nobody, for nodes without clients, such as those of a broker's tests. */
public final class NoTransport implements Transport {

  /** Makes a transport, for any number of nodes. */
  public NoTransport() {}

  @Override
  public String name() {
    return "none";
  }

  @Override
  public int rank() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Set<Trait> traits() {
    return Set.of();
  }

  @Override
  public boolean accepts(HttpServerRequest request) {
    return false;
  }

  @Override
  public List<Format> formats(HttpServerRequest request) {
    return List.of(Format.ENVELOPE);
  }

  @Override
  public void handle(RoutingContext context, Attachment attachment) {
    context.response().end();
  }
}
