package io.millrace.spi;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/**
 * An outlet that streams into an HTTP response: each write is one chunk (HTTP/1.1) or DATA frame
 * (HTTP/2).
 */
public final class ResponseOutlet implements Outlet {

  private final HttpServerResponse response;

  /**
   * Makes an outlet. Status and headers must be set; they are sent with the first write.
   *
   * @param response not yet begun
   */
  public ResponseOutlet(HttpServerResponse response) {
    this.response = response.setChunked(true);
  }

  @Override
  public boolean writable() {
    return !response.writeQueueFull();
  }

  @Override
  public void write(Buffer frames) {
    response.write(frames);
  }

  @Override
  public void onDrain(Runnable handler) {
    response.drainHandler(drained -> handler.run());
  }

  @Override
  public void onClose(Runnable handler) {
    if (response.closed() || response.ended()) {
      handler.run();
      return;
    }
    // What is reported here is the connection's failure; its close follows.
    response.exceptionHandler(failure -> {});
    response.closeHandler(closed -> handler.run());
  }

  @Override
  public void end(Ending ending) {
    if (!response.ended() && !response.closed()) {
      response.end();
    }
  }
}
