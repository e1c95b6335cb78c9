package io.millrace.benchmarks;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The SockJS of Vert.x: a set of sockets for each channel, and a write to each of them. */
final class SockJsPeer extends VertxPeer {

  private final Map<String, Set<SockJSSocket>> byChannel = new HashMap<>();
  private final List<Context> eventLoops = new ArrayList<>(1);

  @Override
  Handler<HttpServerRequest> requests() {
    eventLoops.add(vertx.getOrCreateContext());
    Router router = Router.router(vertx);
    router.route("/sockjs/*").subRouter(SockJSHandler.create(vertx).socketHandler(this::opened));
    return router;
  }

  private void opened(SockJSSocket socket) {
    socket.handler(
        message -> {
          Set<SockJSSocket> sockets =
              byChannel.computeIfAbsent(message.toString(), name -> new LinkedHashSet<>());
          sockets.add(socket);
          socket.closeHandler(closed -> sockets.remove(socket));
        });
  }

  @Override
  public void publish(String channel, String payload) {
    eventLoops
        .get(0)
        .runOnContext(
            now ->
                byChannel.getOrDefault(channel, Set.of()).forEach(socket -> socket.write(payload)));
  }
}
