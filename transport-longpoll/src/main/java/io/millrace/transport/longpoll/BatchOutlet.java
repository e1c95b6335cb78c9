package io.millrace.transport.longpoll;

import io.millrace.MillraceException;
import io.millrace.internal.Responses;
import io.millrace.internal.Unsent;
import io.millrace.spi.Ending;
import io.millrace.spi.Outlet;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/** A response that is one buffer, with the {@code Content-Length} of that buffer. */
final class BatchOutlet implements Outlet {

  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
  private static final CharSequence PRAGMA = HttpHeaders.createOptimized("pragma");
  private static final CharSequence NO_CACHE = HttpHeaders.createOptimized("no-cache");

  private final RoutingContext context;
  private final HttpServerResponse response;

  BatchOutlet(RoutingContext context) {
    this.context = context;
    this.response = context.response();
  }

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public void write(Buffer frames) {
    begin();
    Unsent.answer(context.request(), frames);
  }

  /** Does nothing: there is only one write, and it is always taken. */
  @Override
  public void onDrain(Runnable handler) {}

  @Override
  public void onClose(Runnable handler) {
    Responses.onClose(response, handler);
  }

  /** Ends a request without a batch: {@code HEAD} gets the headers, any other gets a problem. */
  @Override
  public void end(Ending ending) {
    if (response.ended() || response.closed()) {
      return;
    }
    if (context.request().method().equals(HttpMethod.HEAD)) {
      begin();
      Unsent.answer(context.request(), Buffer.buffer());
    } else {
      MillraceException.Code code =
          ending.mayReconnect()
              ? MillraceException.Code.UNAVAILABLE
              : MillraceException.Code.FORBIDDEN;
      context.fail(new MillraceException(code, "The request was ended: " + ending.reason() + "."));
    }
  }

  // Pragma is for caches that know only HTTP/1.0.
  private void begin() {
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, JSON)
        .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE)
        .putHeader(PRAGMA, NO_CACHE);
  }
}
