package io.millrace.transport.longpoll;

import io.millrace.spi.Attachment;
import io.millrace.spi.Format;
import io.millrace.spi.Transport;
import io.millrace.spi.support.HeaderElement;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The transport {@code longpoll}. */
public final class LongPollTransport implements Transport {

  private static final CharSequence PREFER = HttpHeaders.createOptimized("prefer");

  // For a request without a number, or with one that is too large: the engine has its own bound.
  private static final Duration LONGEST = Duration.ofSeconds(Integer.MAX_VALUE);

  /** Makes a transport. */
  public LongPollTransport() {}

  @Override
  public String name() {
    return "longpoll";
  }

  @Override
  public int rank() {
    return 400;
  }

  @Override
  public Set<Trait> traits() {
    return Set.of();
  }

  @Override
  public boolean accepts(HttpServerRequest request) {
    return hold(request).isPresent();
  }

  @Override
  public List<Format> formats(HttpServerRequest request) {
    return List.of(Format.ENVELOPE);
  }

  @Override
  public void handle(RoutingContext context, Attachment attachment) {
    Duration hold = hold(context.request()).orElse(LONGEST);
    attachment.take(BatchFraming.INSTANCE, new BatchOutlet(context), hold);
  }

  // Of several preferences with the same name, the first counts (RFC 7240, section 2).
  private static Optional<Duration> hold(HttpServerRequest request) {
    for (HeaderElement preference : HeaderElement.parse(request.headers().getAll(PREFER))) {
      if (preference.name().equals("wait")) {
        return seconds(preference.value());
      }
    }
    return Optional.empty();
  }

  private static Optional<Duration> seconds(String digits) {
    long seconds = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return Optional.empty();
      }
      seconds = Math.min(10 * seconds + digit, LONGEST.toSeconds());
    }
    return digits.isEmpty() ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
  }
}
