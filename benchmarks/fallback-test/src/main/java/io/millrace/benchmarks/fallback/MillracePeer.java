package io.millrace.benchmarks.fallback;

import io.millrace.Message;
import io.millrace.Millrace;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Millrace with its defaults and the memory broker. */
final class MillracePeer extends VertxPeer {

  private volatile Optional<Millrace> millrace = Optional.empty();

  MillracePeer() {
    super("millrace.js");
  }

  @Override
  void open(Vertx vertx, Router router) {
    Millrace opened = Millrace.builder(vertx).build();
    router.route("/live*").subRouter(opened.router());
    opened.ready().await();
    millrace = Optional.of(opened);
  }

  @Override
  void drain() {
    Optional<Millrace> old = millrace;
    millrace = Optional.empty();
    old.ifPresent(node -> node.close().await());
  }

  @Override
  public void publish(long number, LongConsumer published) {
    millrace.ifPresent(
        node ->
            node.channel("numbers")
                .publish(Message.json(number))
                .onSuccess(taken -> published.accept(number)));
  }
}
