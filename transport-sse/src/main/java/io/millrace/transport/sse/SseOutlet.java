package io.millrace.transport.sse;

import io.millrace.spi.Ending;
import io.millrace.spi.Outlet;
import io.millrace.spi.ResponseOutlet;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** A response whose status tells a browser whether to come back. */
final class SseOutlet implements Outlet {

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final boolean once;
  private final ResponseOutlet stream;

  /**
   * Makes an outlet.
   *
   * @param request not yet answered
   * @param once whether the first write is the whole response
   */
  SseOutlet(HttpServerRequest request, boolean once) {
    this.request = request;
    this.response = begin(request.response());
    this.once = once;
    this.stream = new ResponseOutlet(response);
  }

  static HttpServerResponse begin(HttpServerResponse response) {
    return response
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store, no-transform")
        .putHeader("X-Accel-Buffering", "no");
  }

  @Override
  public boolean writable() {
    return stream.writable();
  }

  @Override
  public void write(Buffer frames) {
    stream.write(frames);
    if (once) {
      stream.end(Ending.DONE);
    }
  }

  @Override
  public void onDrain(Runnable handler) {
    stream.onDrain(handler);
  }

  @Override
  public void onClose(Runnable handler) {
    stream.onClose(handler);
  }

  @Override
  public void end(Ending ending) {
    if (!response.headWritten() && !ending.returns() && !request.method().equals(HttpMethod.HEAD)) {
      response.setStatusCode(204).headers().remove(HttpHeaders.CONTENT_TYPE);
    }
    stream.end(ending);
  }
}
