package io.millrace.benchmarks;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandlerOptions;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The SockJS of Vert.x: a set of sockets for each channel, and a write to each of them. */
final class SockJsPeer extends VertxPeer {

  /** A stream must not end after the usual 128 KB, because it would not be opened again. */
  private static final int MOST_STREAMED = Integer.MAX_VALUE;

  private final Map<String, Set<SockJSSocket>> byChannel = new HashMap<>();
  private final List<Context> eventLoops = new ArrayList<>(1);

  @Override
  Handler<HttpServerRequest> requests() {
    eventLoops.add(vertx.getOrCreateContext());
    Router router = Router.router(vertx);
    SockJSHandler handler =
        SockJSHandler.create(vertx, new SockJSHandlerOptions().setMaxBytesStreaming(MOST_STREAMED));
    router.route("/sockjs/*").subRouter(handler.socketHandler(this::opened));
    return router;
  }

  /** The query names the channel, because nothing can be sent over a response. */
  private void opened(SockJSSocket socket) {
    String channel = String.valueOf(URI.create(socket.uri()).getQuery());
    Set<SockJSSocket> sockets = byChannel.computeIfAbsent(channel, name -> new LinkedHashSet<>());
    sockets.add(socket);
    socket.closeHandler(closed -> sockets.remove(socket));
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
