package io.millrace.benchmarks;

import io.millrace.Message;
import io.millrace.Millrace;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;

/** Millrace, as it is by default. */
final class MillracePeer extends VertxPeer {

  private final Millrace millrace = Millrace.builder(vertx).build();

  @Override
  Handler<HttpServerRequest> requests() {
    Router router = Router.router(vertx);
    router.route("/live*").subRouter(millrace.router());
    return router;
  }

  /** Returns how many readers are connected; of long polls, those that wait. */
  int readers() {
    return millrace.counts().readers();
  }

  @Override
  public void publish(String channel, String payload) {
    millrace.channel(channel).publish(Message.json(payload));
  }
}
