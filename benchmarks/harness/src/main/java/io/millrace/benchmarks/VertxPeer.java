package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Peer;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;

/**
 * What all servers on Vert.x have in common: one event loop, no compression, the same transport and
 * idle timeout.
 */
abstract class VertxPeer implements Peer {

  /** Set to {@code false} to measure on NIO. */
  static final String NATIVE = "benchmarks.native";

  final Vertx vertx =
      Vertx.vertx(
          new VertxOptions()
              .setEventLoopPoolSize(1)
              .setPreferNativeTransport(Boolean.parseBoolean(System.getProperty(NATIVE, "true"))));

  /** How long a connection may be idle; zero if there is no limit. */
  int idleSeconds = Peer.idleSeconds();

  /** Returns the handler of requests. */
  abstract Handler<HttpServerRequest> requests();

  @Override
  public final int start() throws Exception {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost("127.0.0.1")
            .setPort(0)
            .setAcceptBacklog(1024)
            .setIdleTimeout(idleSeconds)
            .setPerMessageWebSocketCompressionSupported(false)
            .setPerFrameWebSocketCompressionSupported(false);
    return vertx.createHttpServer(options).requestHandler(requests()).listen().await().actualPort();
  }
}
