package io.millrace.internal;

import io.vertx.core.http.HttpServerResponse;

/** What outlets over HTTP have in common. */
public final class Responses {

  private Responses() {}

  /**
   * Calls a handler when a response can no longer be written: at once, if it has ended. Used on the
   * connection's event loop.
   *
   * @param response a response without handlers for its close and its failure
   * @param handler called once
   */
  public static void onClose(HttpServerResponse response, Runnable handler) {
    if (response.closed() || response.ended()) {
      handler.run();
      return;
    }
    // A failure of the connection is reported here; its close follows.
    response.exceptionHandler(failure -> {});
    response.closeHandler(closed -> handler.run());
  }
}
