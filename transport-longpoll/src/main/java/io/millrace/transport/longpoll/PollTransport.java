package io.millrace.transport.longpoll;

import io.millrace.spi.Attachment;
import io.millrace.spi.Format;
import io.millrace.spi.Transport;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The transport {@code poll}. */
public final class PollTransport implements Transport {

  /** Makes a transport. */
  public PollTransport() {}

  @Override
  public String name() {
    return "poll";
  }

  @Override
  public int rank() {
    return 500;
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
    attachment.take(BatchFraming.INSTANCE, new BatchOutlet(context), Duration.ZERO);
  }
}
