package io.millrace.acceptance;

import io.vertx.ext.web.Router;

/** A page without a script, of the server's origin. */
final class BlankPage {

  private static final String HTML = "<!doctype html><link rel=icon href=data:,>";

  private BlankPage() {}

  /** Serves it at a path. */
  static void serve(Router router, String path) {
    router
        .get(path)
        .handler(context -> context.response().putHeader("Content-Type", "text/html").end(HTML));
  }
}
