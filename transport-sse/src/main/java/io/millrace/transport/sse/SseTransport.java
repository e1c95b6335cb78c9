package io.millrace.transport.sse;

import io.millrace.MillraceException;
import io.millrace.internal.Unsent;
import io.millrace.spi.Attachment;
import io.millrace.spi.Format;
import io.millrace.spi.Transport;
import io.millrace.spi.support.HeaderElement;
import io.millrace.spi.support.ResponseOutlet;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The transport {@code sse}. */
public final class SseTransport implements Transport {

  private static final SseFraming PLAIN = new SseFraming(Format.PLAIN);
  private static final SseFraming PLAIN_OF_LINES = new SseFraming(Format.PLAIN, false);
  private static final CharSequence LAST_EVENT_ID = HttpHeaders.createOptimized("last-event-id");
  private static final CharSequence PRAGMA = HttpHeaders.createOptimized("pragma");
  private static final CharSequence FETCH_METADATA = HttpHeaders.createOptimized("sec-fetch-mode");

  /** How the User-Agent of browsers, of Jersey and of Spring's WebClient begins. */
  private static final List<String> HANDING_ON = List.of("Mozilla/", "Jersey/", "ReactorNetty/");

  private static final SseFraming ENVELOPE = new SseFraming(Format.ENVELOPE);

  /** Makes a transport. */
  public SseTransport() {}

  @Override
  public String name() {
    return "sse";
  }

  @Override
  public int rank() {
    return 200;
  }

  @Override
  public Set<Trait> traits() {
    return Set.of(Trait.STREAMING);
  }

  @Override
  public boolean accepts(HttpServerRequest request) {
    return HeaderElement.accepts(request.headers(), SseOutlet.TYPE);
  }

  @Override
  public List<Format> formats(HttpServerRequest request) {
    return List.of(Format.PLAIN, Format.ENVELOPE);
  }

  @Override
  public void check(RoutingContext context) {
    List<String> modes = context.queryParam("mode");
    if (!modes.isEmpty() && !modes.get(0).equals("once")) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "The only mode is \"once\"; omit it to keep the stream open.");
    }
  }

  @Override
  public void handle(RoutingContext context, Attachment attachment) {
    boolean once = !context.queryParam("mode").isEmpty();
    SseFraming framing =
        attachment.format() == Format.ENVELOPE
            ? ENVELOPE
            : handsOnEmptyBlocks(context.request()) ? PLAIN_OF_LINES : PLAIN;
    SseOutlet outlet = new SseOutlet(context.request(), once);
    if (once) {
      attachment.take(framing, outlet, Duration.ZERO);
    } else {
      attachment.attach(framing, outlet);
    }
  }

  /**
   * Recognizes clients that give a block without data to the program as an empty event: scripts
   * that use {@code fetch} in a browser or in Node.js, and some libraries, by their {@code
   * User-Agent} (RFC 9110, section 10.1.5). They get no such blocks. An {@code EventSource} does
   * not have this fault. It always sends {@code Cache-Control} (Fetch, section 4.5), even over
   * plain HTTP; scripts hardly ever do.
   */
  private static boolean handsOnEmptyBlocks(HttpServerRequest request) {
    MultiMap headers = request.headers();
    if (headers.contains(HttpHeaders.CACHE_CONTROL) || headers.contains(PRAGMA)) {
      return false;
    }
    String agent = headers.get(HttpHeaders.USER_AGENT);
    return headers.contains(FETCH_METADATA)
        || (agent != null && HANDING_ON.stream().anyMatch(agent::startsWith));
  }

  // After a 503, a browser never reconnects.
  @Override
  public boolean refuse(HttpServerRequest request, Duration after) {
    ResponseOutlet.stream(request.response(), SseOutlet.TYPE);
    Unsent.answer(request, Buffer.buffer(SseFraming.retry(after)));
    return true;
  }

  // An EventSource that resumes gives up for good after a 204 (WHATWG HTML, section 9.2.3).
  @Override
  public boolean forbid(HttpServerRequest request) {
    if (!request.headers().contains(LAST_EVENT_ID)) {
      return false;
    }
    request.response().setStatusCode(204).putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    Unsent.answer(request, Buffer.buffer());
    return true;
  }
}
