package io.millrace.auth;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Another server, such as an issuer's or the application's. */
final class TestServer implements AutoCloseable {

  final AtomicReference<Consumer<HttpServerRequest>> answers = new AtomicReference<>();
  final List<HttpServerRequest> requests = new CopyOnWriteArrayList<>();

  private final String scheme;
  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;

  TestServer(Consumer<HttpServerRequest> first) {
    this(first, new HttpServerOptions());
  }

  TestServer(Consumer<HttpServerRequest> first, HttpServerOptions options) {
    scheme = options.isSsl() ? "https" : "http";
    answers.set(first);
    server =
        vertx
            .createHttpServer(options)
            .requestHandler(
                request -> {
                  requests.add(request);
                  answers.get().accept(request);
                })
            .listen(0, "localhost")
            .await();
  }

  String url() {
    return scheme + "://localhost:" + server.actualPort() + "/it";
  }

  /** Answers with a JWK set. */
  static Consumer<HttpServerRequest> jwks(TestIssuer... issuers) {
    return json(
        new JsonObject()
            .put("keys", new JsonArray(Stream.of(issuers).map(TestIssuer::jwk).toList())));
  }

  static Consumer<HttpServerRequest> json(JsonObject json) {
    return request -> request.response().end(json.encode());
  }

  static Consumer<HttpServerRequest> status(int status) {
    return request -> request.response().setStatusCode(status).end();
  }

  static Consumer<HttpServerRequest> nothing() {
    return request -> {};
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
