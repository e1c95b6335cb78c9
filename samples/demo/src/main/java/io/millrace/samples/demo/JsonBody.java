package io.millrace.samples.demo;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Small bodies of JSON that pages of this server send. */
final class JsonBody {

  private static final int MAX_BODY = 1024;

  private JsonBody() {}

  /** Reads the bodies of requests for a path, and refuses those of other servers' pages. */
  static void read(Router router, String path) {
    router.route(path).handler(new OwnPages()); // Only their bodies are read.
    router.route(path).handler(BodyHandler.create(false).setBodyLimit(MAX_BODY));
    router.route(path).failureHandler(JsonBody::fail);
  }

  /** A client that breaks the connection in the middle of a body is not a fault of the server. */
  private static void fail(RoutingContext context) {
    if (!context.response().closed() && !(context.failure() instanceof IOException)) {
      context.next();
    }
  }

  /** {@return a field of the body; null if it is absent, or the body is no JSON object} */
  static @Nullable Object field(RoutingContext context, String name) {
    try {
      JsonObject body = context.body().asJsonObject();
      return body == null ? null : body.getValue(name);
    } catch (DecodeException | ClassCastException e) {
      return null;
    }
  }

  /** Answers with JSON that is not kept. */
  static void answer(RoutingContext context, JsonObject body) {
    context.response().putHeader("Cache-Control", "no-store");
    context.json(body);
  }
}
