package io.millrace.transport.sse;

import io.millrace.spi.Ending;
import io.millrace.spi.support.ResponseOutlet;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** A response whose status tells a browser whether to reconnect. */
final class SseOutlet extends ResponseOutlet {

  static final String TYPE = "text/event-stream";

  private final HttpServerRequest request;
  private final boolean once;

  /**
   * Makes an outlet.
   *
   * @param request a request that is not answered yet
   * @param once whether the first write is the whole response
   */
  SseOutlet(HttpServerRequest request, boolean once) {
    super(request, TYPE);
    this.request = request;
    this.once = once;
  }

  @Override
  public void write(Buffer frames) {
    super.write(frames);
    if (once) {
      super.end(Ending.DONE);
    }
  }

  @Override
  public void end(Ending ending) {
    HttpServerResponse response = request.response();
    if (!response.headWritten()
        && !ending.mayReconnect()
        && !request.method().equals(HttpMethod.HEAD)) {
      response.setStatusCode(204).headers().remove(HttpHeaders.CONTENT_TYPE);
    }
    super.end(ending);
  }
}
