package io.millrace.benchmarks;

import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.benchmarks.control.Plan;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.time.Duration;

/** Millrace with its defaults. */
class MillracePeer extends VertxPeer {

  private Millrace millrace;

  @SuppressWarnings("NullAway.Init") // It is started before anything is published.
  MillracePeer() {}

  /** Chooses the broker. Called when the server starts; may block. */
  Millrace.Builder broker(Millrace.Builder builder) {
    return builder.broker("memory");
  }

  @Override
  final Handler<HttpServerRequest> requests() {
    millrace =
        broker(Millrace.builder(vertx))
            .options(
                new MillraceOptions()
                    .addSubscribable(Plan.channel(Plan.EVERY))
                    .setLongPollGather(Duration.ZERO) // As the others do.
                    .setAttachesPerSecondPerAddress(0)
                    .setAttachesPerSecond(0))
            .build();
    millrace.ready().await();
    Router router = Router.router(vertx);
    router.route("/live*").subRouter(millrace.router());
    return router;
  }

  /** Returns how many readers are connected; for long polls, how many wait. */
  int readers() {
    return millrace.counts().readers();
  }

  @Override
  public final void publish(String channel, String payload) {
    millrace.channel(channel).publish(Message.json(payload));
  }
}
