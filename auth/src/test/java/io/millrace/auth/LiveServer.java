package io.millrace.auth;

import io.millrace.AccessRules;
import io.millrace.Authenticator;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A node behind a real HTTP server. Each user may subscribe to {@code user.<name>}, and everyone to
 * {@code news}.
 */
final class LiveServer implements AutoCloseable {

  final Vertx vertx = Vertx.vertx();
  final Millrace millrace;
  final int port;

  private final HttpServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  LiveServer(Function<Vertx, Authenticator> authenticator) {
    this(authenticator, (vertx, router) -> {});
  }

  /**
   * @param before what the application puts before Millrace
   */
  LiveServer(Function<Vertx, Authenticator> authenticator, BiConsumer<Vertx, Router> before) {
    millrace =
        Millrace.builder(vertx)
            .options(new MillraceOptions())
            .authenticator(authenticator.apply(vertx))
            .authorizer(
                new AccessRules()
                    .allow("user.{user}")
                    .everything()
                    .allowEveryone("news")
                    .subscribe())
            .build();
    millrace.ready().await();
    Router router = Router.router(vertx);
    before.accept(vertx, router);
    router.route("/live*").subRouter(millrace.router());
    server =
        vertx
            .createHttpServer(new HttpServerOptions().setMaxHeaderSize(64 << 10))
            .requestHandler(router)
            .listen(0, "localhost")
            .await();
    port = server.actualPort();
  }

  HttpResponse<String> get(String path, String... headers) {
    return send("GET", path, headers);
  }

  HttpResponse<String> post(String path, String... headers) {
    return send("POST", path, headers);
  }

  private HttpResponse<String> send(String method, String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Polls a channel with a token. */
  HttpResponse<String> read(String channel, String token) {
    return get("/live?channels=" + channel, "Authorization", "Bearer " + token);
  }

  /** The code of a problem. */
  static String code(HttpResponse<String> response) {
    return new JsonObject(response.body()).getString("code");
  }

  @Override
  public void close() {
    millrace.close().await();
    vertx.close().await();
  }
}
