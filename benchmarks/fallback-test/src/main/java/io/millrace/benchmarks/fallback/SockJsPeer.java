package io.millrace.benchmarks.fallback;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

/** The SockJS of Vert.x, and sockjs-client. */
final class SockJsPeer extends VertxPeer {

  private final Path library;
  private final Set<SockJSSocket> sockets = ConcurrentHashMap.newKeySet();

  /**
   * @param library the client's file
   */
  SockJsPeer(Path library) {
    super("sockjs.js");
    this.library = library;
  }

  @Override
  void open(Vertx vertx, Router router) {
    router
        .get("/library.js")
        .handler(context -> context.response().sendFile(library.toAbsolutePath().toString()));
    router.route("/sockjs/*").subRouter(SockJSHandler.create(vertx).socketHandler(this::opened));
  }

  private void opened(SockJSSocket socket) {
    sockets.add(socket);
    socket.closeHandler(closed -> sockets.remove(socket));
    socket.exceptionHandler(broken -> sockets.remove(socket));
  }

  @Override
  void drain() {
    sockets.forEach(SockJSSocket::close);
    sockets.clear();
  }

  @Override
  public void publish(long number, LongConsumer published) {
    sockets.forEach(socket -> socket.write(String.valueOf(number)));
    published.accept(number);
  }
}
